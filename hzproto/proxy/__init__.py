"""What the methods of structures take and give, at the official client's module names."""
