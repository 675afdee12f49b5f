"""Compact: objects whose fields are described once, by a schema that members keep, and not in every object."""
