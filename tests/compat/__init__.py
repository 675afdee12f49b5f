"""Programs written for the official client, which run here with nothing but their imports changed.

What they get from the official client is recorded; ``python -m tests.compat`` records it again.
"""

from __future__ import annotations
