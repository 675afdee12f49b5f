"""The structures that take part in transactions."""
