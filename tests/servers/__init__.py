"""Applications for web servers, each with a client in every worker."""

from __future__ import annotations

import os
from typing import Any


def options() -> dict[str, Any]:
    """How to reach the cluster: the test says it in the environment."""
    return {
        "cluster_members": os.environ["HZPROTO_MEMBERS"].split(","),
        "cluster_name": os.environ["HZPROTO_CLUSTER"],
        "retry_initial_backoff": 0.1,
        "retry_max_backoff": 1,
        "heartbeat_interval": 1,
        "heartbeat_timeout": 4,
    }
