"""The client's side of the CP Subsystem: groups and sessions."""
