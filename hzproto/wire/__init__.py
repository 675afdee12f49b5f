"""The bytes of the protocol: frames, field types, and the machinery behind the message tables."""

from __future__ import annotations
