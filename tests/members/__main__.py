"""``python -m tests.members VERSION [N]``: run a cluster until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys

from tests.members import Cluster, MemberError, MembersUnavailable


def main() -> int:
    parser = argparse.ArgumentParser(prog="members", description="Run N members of a Hazelcast version until Ctrl-C.")
    parser.add_argument("version", help="as on Maven Central, for example 5.3.8")
    parser.add_argument("size", nargs="?", type=int, default=1, metavar="N", help="number of members (default: 1)")
    arguments = parser.parse_args()
    print(f"starting {arguments.size} x Hazelcast {arguments.version} …", flush=True)
    try:
        with Cluster(arguments.version, arguments.size) as cluster:
            print(f"cluster name: {cluster.name}\nmembers:      {','.join(cluster.addresses)}")
            print(f"logs:         {cluster.directory}\nCtrl-C ends them.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("\nstopped")
    except (MemberError, MembersUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
