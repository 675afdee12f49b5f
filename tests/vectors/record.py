"""``python -m tests.vectors.record``: record what real members say, into the files beside this one.

It starts a member of each version, then a second one, sends every request of the protocol that does no harm, and writes
what both sides sent: of every kind of message the first few that differ in length.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from hzproto.errors import LocalProtocolError
from hzproto.messages import ERROR, MESSAGES
from hzproto.serialization.partition import partitioner
from hzproto.wire.table import Layout
from tests.java.classes import Sample
from tests.members import Cluster, java
from tests.raw import RawConnection, RefusedError, WrongAnswerError
from tests.vectors.captures import PROTOCOLS, write
from tests.vectors.requests import KEY, NAME, PARTITIONS, SERVICE, STATEMENTS, methods, values

PATIENCE: Final = 3.0
MANY: Final = 3
MANY_OF: Final = {ERROR.name: 20, "ExecutorService.submitToPartition.response": 100, "Sql.execute.response": 20}
LARGE: Final = 4096
CONFIGURATION: Final = f"""
  <map name="{NAME}"><event-journal enabled="true"/></map>
  <cache name="{NAME}"><event-journal enabled="true"/></cache>
"""
PROPERTIES: Final = {
    # Tasks that wait for others on the same threads would fill the few that a small machine has by default.
    "hazelcast.operation.generic.thread.count": "40",
    "hazelcast.map.invalidation.batchfrequency.seconds": "1",
}
SAMPLES: Final = Path(__file__).parent.parent / "java" / "server" / "hzproto" / "Samples.java"


class ClusterWithCaches(Cluster):
    """Members have caches only where they find the interfaces of JCache."""

    def _class_path(self) -> tuple[Path, ...]:
        return (*super()._class_path(), java.jar("javax.cache", "cache-api", "1.1.1"))


class Recorder:
    """Sends requests to one member and keeps the messages."""

    def __init__(self, version: str, cluster: Cluster) -> None:
        self.kept: dict[str, list[bytes]] = defaultdict(list)
        self.problems: dict[str, str] = {}
        self._protocol = PROTOCOLS[version]
        self._cluster = cluster
        self._uuid = uuid4()
        self._learnt: dict[str, Any] = {}
        self._connect()

    def close(self) -> None:
        self.connection.close()

    def call(self, name: str, **own: Any) -> dict[str, Any] | None:
        """Send the request; the answer, None if there is none or an error."""
        learnt = self._learnt
        given = {**values(name, learnt), **own}
        nowhere = MESSAGES[name].partition == -1 and name not in PARTITIONS
        partition = -1 if nowhere else partitioner(self.partitions)(KEY)
        try:
            answer = self.connection.call(name, partition, **given)
        except (RefusedError, WrongAnswerError) as error:
            self.problems[name] = str(error)[:160]
        except LocalProtocolError as error:
            raise AssertionError(f"{name}: {given}") from error
        except (TimeoutError, ConnectionError) as error:
            self.problems[name] = repr(error)
            self.connection.close()
            self._connect()
        else:
            self.problems.pop(name, None)
            self._learn(name, answer)
            return answer
        return None

    def events(self) -> None:
        """Receive what comes in the next moments without being asked for."""
        try:
            self.connection.wait_for_events(40, patience=0.5)
        except TimeoutError:
            pass

    def _connect(self) -> None:
        cluster = self._cluster
        self.connection = RawConnection(
            cluster.addresses[0],
            cluster.name,
            uuid=self._uuid,
            protocol=self._protocol,
            seen=self._seen,
            timeout=PATIENCE,
        )
        self.partitions = self.connection.partition_count
        self._learnt.update(
            uuid=self.connection.member_uuid,
            memberUuid=self.connection.member_uuid,
            memberUUID=self.connection.member_uuid,
            targetReplicaUUID=self.connection.member_uuid,
            registrationId=self._uuid,
            txnId=self._uuid,
            transactionId=self._uuid,
            groupId={"name": "default", "seed": 0, "id": 0},
            sessionId=0,
            queryId={"memberIdHigh": 1, "memberIdLow": 2, "localIdHigh": 3, "localIdLow": 4},
            invocationUid=uuid4(),
        )

    def _learn(self, name: str, answer: dict[str, Any]) -> None:
        learnt = self._learnt
        response: Any = answer.get("response")
        jobs: list[dict[str, Any]] = response if name == "Jet.getJobAndSqlSummaryList" else []
        for field in ("groupId", "sessionId", "cursorId"):
            if field in answer:
                learnt[field] = answer[field]
        if isinstance(response, UUID):
            learnt["registrationId"] = response
        match name:
            case "Transaction.create":
                learnt["txnId"] = learnt["transactionId"] = response
            case "XATransaction.create":
                learnt["transactionId"] = response
            case "Map.addInterceptor":
                learnt["id"] = response
            case "DurableExecutor.submitToPartition":
                learnt["sequence"] = response
            case "Cache.getConfig" if response is not None:
                learnt["cacheConfig"] = response
            case "Jet.getJobAndSqlSummaryList":
                learnt["jobId"] = next((job["jobId"] for job in jobs if not job["lightJob"]), 0)
            case _:
                pass
        learnt["invocationUid"] = uuid4()
        learnt["referenceId"] = learnt.get("referenceId", 0) + 1

    def _seen(self, layout: Layout, message: bytes) -> None:
        kept = self.kept[layout.name]
        wanted = len(message) <= LARGE and len(kept) < MANY_OF.get(layout.name, MANY)
        if wanted and all(len(other) != len(message) for other in kept):
            kept.append(message)


def record(version: str) -> Recorder:
    with ClusterWithCaches(version, server_classes=True, extra_xml=CONFIGURATION, properties=PROPERTIES) as cluster:
        recorder = Recorder(version, cluster)
        objects(recorder)
        second_member(recorder, cluster)
        for name in methods():
            recorder.call(name)
            if name == "Sql.mappingDdl":
                for statement in STATEMENTS:
                    execute(recorder, statement)
        recorder.events()
        recorder.close()
        return recorder


def objects(recorder: Recorder) -> None:
    """Have a member send one object of every kind."""
    for line in SAMPLES.read_text().splitlines():
        name = line.partition('all.put("')[2].partition('"')[0]
        if name and name != "unicode":
            task = SERVICE.to_data(Sample(name))
            recorder.call("ExecutorService.submitToPartition", callable=task)


def execute(recorder: Recorder, statement: str) -> None:
    query = {"memberIdHigh": 5, "memberIdLow": 6, "localIdHigh": 7, "localIdLow": hash(statement)}
    answer = recorder.call("Sql.execute", sql=statement, queryId=query)
    if answer and answer.get("rowPage") and not answer["rowPage"]["last"]:
        recorder.call("Sql.fetch", queryId=query)


def second_member(recorder: Recorder, cluster: Cluster) -> None:
    """Have members tell what they do when others come."""
    recorder.call("Client.addMigrationListener", localOnly=False)
    recorder.call("Client.addClusterViewListener")
    cluster.add_member()
    cluster.wait_safe()
    recorder.events()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.record", description=__doc__)
    parser.add_argument("versions", nargs="*", default=list(PROTOCOLS), help="versions of the member")
    for version in parser.parse_args().versions:
        recorder = record(version)
        write(version, recorder.kept)
        kinds = {name for name, messages in recorder.kept.items() if messages}
        answered = [name for name in MESSAGES if MESSAGES[name].response.name in kinds]
        events = [event.name for method in MESSAGES.values() for event in method.events.values()]
        sys.stdout.write(
            f"{version}: {len(answered)} of {len(MESSAGES)} methods answered, "
            f"{sum(name in kinds for name in events)} of {len(events)} kinds of events\n"
        )
        for name, problem in recorder.problems.items():
            sys.stdout.write(f"  {name}: {problem}\n")


if __name__ == "__main__":
    main()
