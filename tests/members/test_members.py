"""The members that other tests rely on: they start, suffer and end as told."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.members import Cluster, Clusters, MemberError, MembersUnavailable, java, rest
from tests.members.configuration import MemberConfig
from tests.members.process import GuardedProcess
from tests.members.rest import RestError

_NAMESPACE = "{http://www.hazelcast.com/schema/config}"


def eventually(condition: Callable[[], bool], timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def exists(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has asked for its exit code yet does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestConfiguration:
    def test_is_well_formed_and_escaped(self) -> None:
        config = MemberConfig("5.3.8", "a<b", properties={'hazelcast."x"': "1 & 2"}, extra_xml='<map name="m"/>')
        root = ElementTree.fromstring(config.xml(15001, [15001, 15002]))
        assert root.findtext(f"{_NAMESPACE}cluster-name") == "a<b"
        properties = {e.get("name"): e.text for e in root.iter(f"{_NAMESPACE}property")}
        assert properties['hazelcast."x"'] == "1 & 2"
        assert [e.text for e in root.iter(f"{_NAMESPACE}member")] == ["127.0.0.1:15001", "127.0.0.1:15002"]
        assert root.find(f"{_NAMESPACE}map") is not None

    @pytest.mark.parametrize(("version", "has_jet"), [("4.2.8", False), ("5.0.2", True), ("5.7.0", True)])
    def test_jet_from_5_0_on(self, version: str, has_jet: bool) -> None:
        root = ElementTree.fromstring(MemberConfig(version, "c").xml(15001, [15001]))
        assert (root.find(f"{_NAMESPACE}jet") is not None) == has_jet

    @pytest.mark.parametrize(
        ("version", "size", "cp_members"), [("5.3.8", 3, 3), ("5.4.0", 4, 3), ("5.3.8", 2, 0), ("5.7.0", 3, 0)]
    )
    def test_cp_subsystem_by_default_where_it_exists(self, version: str, size: int, cp_members: int) -> None:
        assert Cluster(version, size).config.cp_members == cp_members

    def test_times_of_cp_sessions(self) -> None:
        xml = Cluster("5.3.8", 3, session_ttl=7, session_heartbeat=3).config.xml(15001, [15001])
        assert "<session-time-to-live-seconds>7<" in xml
        assert "<session-heartbeat-interval-seconds>3<" in xml

    def test_size_must_be_positive(self) -> None:
        with pytest.raises(ValueError, match="size must be at least 1, not 0"):
            Cluster("5.3.8", 0)

    def test_clusters_have_names_of_their_own(self) -> None:
        assert Cluster("5.3.8").name != Cluster("5.3.8").name


class TestJava:
    def test_missing_java_is_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(MembersUnavailable, match=r"Java runtime.*no 'java' on the PATH"):
            java.jars("5.3.8")

    def test_missing_maven_is_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self._program(tmp_path / "java", "")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        with pytest.raises(MembersUnavailable, match=r"Maven.*no 'mvn' on the PATH"):
            java.jars("5.3.8")

    def test_failed_download_shows_what_maven_said(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self._program(tmp_path / "java", "")
        self._program(tmp_path / "mvn", "echo no such artifact; exit 1")
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        with pytest.raises(MembersUnavailable, match=r"com\.hazelcast:hazelcast-all:4\.2\.8:\nno such artifact"):
            java.jars("4.2.8")

    def test_downloads_once(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self._program(tmp_path / "java", "")
        # A Maven that leaves "hazelcast-all-VERSION.jar" in the output directory, and a mark for every call.
        calls = tmp_path / "calls"
        self._program(
            tmp_path / "mvn",
            f"echo . >> {calls}\n"
            'for a in "$@"; do case $a in -DoutputDirectory=*) d=${a#*=};; -Dartifact=*) v=${a##*:};; esac; done\n'
            'echo jar > "$d/hazelcast-all-$v.jar"',
        )
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        jar = tmp_path / "cache" / "hzproto" / "jars" / "hazelcast-all-4.2.8.jar"
        assert java.jars("4.2.8") == java.jars("4.2.8") == [jar]
        assert jar.read_text() == "jar\n"
        assert calls.read_text() == ".\n"

    def test_compiles_once_and_again_for_other_sources(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for jar in ("hazelcast-5.3.8.jar", "hazelcast-sql-5.3.8.jar"):
            path = tmp_path / "cache" / "hzproto" / "jars" / jar
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        self._program(tmp_path / "java", "")
        sources = tmp_path / "sources"
        sources.mkdir()
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        with pytest.raises(MembersUnavailable, match=r"Java compiler.*no 'javac' on the PATH"):
            java.compiled("5.3.8", sources)
        # A compiler that leaves a mark for every call.
        self._program(
            tmp_path / "javac",
            'while [ "$1" != -d ]; do shift; done\n/bin/mkdir "$2" && echo classes > "$2/A.class"\n'
            f"echo . >> {tmp_path}/calls",
        )
        directory = java.compiled("5.3.8", sources)
        assert java.compiled("5.3.8", sources) == directory
        assert (directory / "A.class").read_text() == "classes\n"
        (sources / "B.java").write_text("class B {}")
        assert java.compiled("5.3.8", sources) != directory
        assert (tmp_path / "calls").read_text() == ".\n.\n"

    @staticmethod
    def _program(path: Path, text: str) -> None:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)


class TestGuardedProcess:
    def test_ends_with_its_parent_even_when_paused(self, tmp_path: Path) -> None:
        parent = subprocess.Popen(
            [sys.executable, "-c", _PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        with parent:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            assert exists(child)
            parent.kill()
        eventually(lambda: not exists(child))

    def test_output_and_exit_code(self, tmp_path: Path) -> None:
        process = GuardedProcess(["/bin/sh", "-c", "echo hello"], tmp_path / "log")
        assert process.wait(10) == 0
        assert process.exit_code == 0
        assert (tmp_path / "log").read_text() == "hello\n"

    def test_kill_ends_a_paused_process(self, tmp_path: Path) -> None:
        process = GuardedProcess(["/bin/sleep", "60"], tmp_path / "log")
        process.send(signal.SIGSTOP)
        process.kill()
        assert process.exit_code == -signal.SIGKILL


_PARENT = """
import signal, sys
from pathlib import Path
from tests.members.process import GuardedProcess
process = GuardedProcess(["/bin/sleep", "60"], Path(sys.argv[1]))
process.send(signal.SIGSTOP)
print(process.pid, flush=True)
signal.pause()
"""


@pytest.mark.members("5.3.8")
def test_a_member_that_cannot_start_is_reported_with_its_log() -> None:
    with (
        pytest.raises(MemberError, match=r"(?s)ended before .*no-such-element"),
        Cluster("5.3.8", extra_xml="<no-such-element/>"),
    ):
        pass


@pytest.mark.members("5.3.8")
def test_pause_and_resume() -> None:
    with Cluster("5.3.8") as cluster:
        (member,) = cluster.members
        member.pause()
        assert member.alive
        assert Path(f"/proc/{member.pid}/stat").read_text().split()[2] == "T"
        with pytest.raises(RestError, match="timed out"):
            rest.get(member.port, "/hazelcast/health/cluster-size", timeout=0.2)
        member.resume()
        assert member.cluster_size == 1
        with pytest.raises(ValueError, match="still running"):
            member.restart()


@pytest.mark.members("5.3.8")
def test_three_members_lose_one_and_get_it_back() -> None:
    with Cluster("5.3.8", 3) as cluster:
        pids = [member.pid for member in cluster.members]
        directory = cluster.directory
        victim, other, _ = cluster.members
        assert cluster.cp_members().keys() == set(cluster.addresses)
        before, cp_before = victim.uuid, cluster.cp_members()[victim.address]

        victim.kill()
        assert not victim.alive
        with pytest.raises(RestError):
            _ = victim.cluster_size
        cluster.revive(victim)
        assert victim.alive
        assert victim.uuid != before
        assert cluster.cp_members()[victim.address] != cp_before

        # The cluster is whole: it can lose another member, and elects a new leader if that was it.
        other.stop()
        assert not other.alive
        left = set(cluster.addresses) - {other.address}
        cluster.wait_until(lambda: cluster.cp_members().keys() == left, "the other has left the CP subsystem", 60)
    assert not any(exists(pid) for pid in pids)
    assert not directory.exists()


@pytest.mark.members("4.2.8")
def test_oldest_version(cluster: Cluster) -> None:
    assert cluster.members[0].is_safe()


@pytest.mark.members("5.7.0")
def test_newest_version(cluster: Cluster) -> None:
    assert cluster.members[0].is_safe()
    assert cluster.config.cp_members == 0


@pytest.mark.members("5.7.0")
def test_a_version_is_started_once(cluster: Cluster, clusters: Clusters) -> None:
    assert clusters.get("5.7.0") is cluster
