"""What must not happen."""

from __future__ import annotations


class Violation(AssertionError):  # noqa: N818 - the plain word
    """A promise of the client's was broken."""
