"""The distributed structures, one module each: every method is written once, for every calling style.

A structure is a generic class in a module of its own here; the classes that adapters export, and the client's getter,
are in `futures` (threads and gevent) and in the `structures` modules of the other adapters.
"""
