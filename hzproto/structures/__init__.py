"""The distributed structures, one module each: every method is written once, for every calling style.

A structure is a generic class in a module of its own here; the classes that adapters export, and the types of the
client's getters, are in `futures` (threads and gevent) and in the `structures` packages of the other adapters. They are
loaded when a program first asks for one of their group.
"""
