"""Portable: objects whose fields have names and types in the serialized form, in versions that read each other."""
