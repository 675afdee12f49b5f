"""Measured against the official client and against raw sockets: `./dev bench`."""
