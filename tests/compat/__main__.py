"""``python -m tests.compat``: record what the official client gives."""

from __future__ import annotations

from tests.compat import running
from tests.members import Cluster
from tests.members.shared import Clusters


def main() -> None:
    clusters = Clusters()
    cluster: Cluster = clusters.get("5.3.8")
    try:
        for program in running.PROGRAMS:
            results = running.run_official(program, cluster)
            running.record(program, results)
            print(f"{program}: {len(results)} calls")
    finally:
        clusters.stop_all()


if __name__ == "__main__":
    main()
