"""Long strings of ASCII characters, seen as the bytes that they are in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

_READ_ONLY = 0x100


@cache
def _functions() -> tuple[Callable[[str, None], int], Callable[[int, int, int], memoryview]]:
    import ctypes  # only those who write such strings need it

    address_of = ctypes.pythonapi.PyUnicode_AsUTF8AndSize
    address_of.restype = ctypes.c_void_p
    address_of.argtypes = [ctypes.py_object, ctypes.c_void_p]
    view = ctypes.pythonapi.PyMemoryView_FromMemory
    view.restype = ctypes.py_object
    view.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int]
    return address_of, view


def ascii_view(text: str) -> memoryview:
    """Return the characters of *text*, which must all be ASCII, as bytes, without a copy; valid while *text* lives."""
    address_of, view = _functions()
    return view(address_of(text, None), len(text), _READ_ONLY)
