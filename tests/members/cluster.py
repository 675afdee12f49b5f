"""Clusters of real members on this machine, for tests, benchmarks and the demo."""

from __future__ import annotations

import atexit
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.members import classes, java, rest
from tests.members.configuration import HOST, MemberConfig, has_cp
from tests.members.process import GuardedProcess
from tests.members.rest import RestError

_CP = "/hazelcast/rest/cp-subsystem"
_POLL_INTERVAL = 0.05
# Below the range that systems hand out for outgoing connections, so that a stopped member's port stays free for it.
_PORTS = range(15_000, 32_000)


class MemberError(Exception):
    """A member did not do what it was asked to do in time. The message ends with the end of the member's log."""


class Member:
    """One member: a Java process and its address. Made by :class:`Cluster`."""

    host = HOST

    def __init__(self, cluster: Cluster, port: int) -> None:
        self.port = port
        self.log = cluster.directory / f"{port}.log"
        self.paused = False
        self._cluster = cluster
        self._process = self._launch()

    @property
    def address(self) -> str:
        """``"host:port"``."""
        return f"{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process exists, paused or not."""
        return self._process.exit_code is None

    @property
    def uuid(self) -> str:
        """The member's UUID in the cluster; a restart changes it."""
        members = rest.get(self.port, "/hazelcast/rest/cluster")["members"]
        return next(str(member["uuid"]) for member in members if member["localMember"])

    @property
    def cluster_size(self) -> int:
        """How many members this one sees, itself included. Raises RestError while it does not answer."""
        return int(rest.get(self.port, "/hazelcast/health/cluster-size"))

    def is_safe(self) -> bool:
        """Whether the cluster, seen from here, has all backups in place and no partition on the move."""
        try:
            rest.get(self.port, "/hazelcast/health/cluster-safe")
        except RestError:
            return False
        return True

    def wait_safe(self, timeout: float = 120.0) -> None:
        """Wait until :meth:`is_safe`."""
        self._cluster.wait_until(self.is_safe, f"{self.address} sees a safe cluster", timeout)

    def kill(self) -> None:
        """End the process at once (SIGKILL): no farewell to anybody, its data is gone."""
        self._process.kill()
        self.paused = False

    def pause(self) -> None:
        """Freeze the process (SIGSTOP): connections stay open, nothing is answered."""
        self._process.freeze()
        self.paused = True

    def resume(self) -> None:
        """Let a paused process go on (SIGCONT)."""
        self._process.send(signal.SIGCONT)
        self.paused = False

    def stop(self, timeout: float = 120.0) -> None:
        """Ask the member to leave (SIGTERM; by default it hands its data over first) and wait for the end.

        Raises MemberError, and kills the member, when it takes longer than ``timeout`` seconds.
        """
        self._process.send(signal.SIGTERM)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise MemberError(f"{self.address} did not stop in {timeout:.0f} s\n{self.log_tail()}") from error

    def restart(self, timeout: float = 120.0) -> None:
        """Start the ended process again on the same port, as a new and empty member; wait until it has joined.

        A member of the CP subsystem comes back without its place there: see :meth:`Cluster.revive`.
        """
        if self.alive:
            raise ValueError(f"member {self.address} is still running: kill() or stop() it first")
        self._process = self._launch()
        self._cluster.wait_joined(timeout)

    def log_tail(self, lines: int = 30) -> str:
        """The end of the member's log, as far as it is about the last start."""
        return "\n".join([f"--- {self.log.name}, last {lines} lines", *self._log_text().splitlines()[-lines:]])

    def __repr__(self) -> str:
        return f"<Member {self.address} {'paused' if self.paused else 'alive' if self.alive else 'dead'}>"

    def in_cp_group(self, name: str) -> bool:
        """Whether this member has taken its place in a CP group, since it started last.

        Only its log tells: the others list it from the moment they have decided so, and count it for the majority,
        while it has yet to hear of that.
        """
        return any(" this\n" in listing for _, listing in self._cp_listings(name))

    def cp_term_led(self, name: str) -> int:
        """The term of a CP group for which this member was elected its leader last, 0 if it has not been."""
        return max((int(term) for term, listing in self._cp_listings(name) if " LEADER this\n" in listing), default=0)

    def _cp_listings(self, name: str) -> list[tuple[str, str]]:
        """What the log says of a CP group's members: a term, and a line for each."""
        pattern = rf"(?ms)CP Group Members {{groupId: {re.escape(name)}\([^)]*\), size:\d+, term:(\d+).*?^\]"
        return [(found[1], found[0]) for found in re.finditer(pattern, self._log_text())]

    def _log_text(self) -> str:
        """The member's log since it started last."""
        with self.log.open(errors="replace") as log:
            log.seek(self._log_start)
            return log.read()

    def _launch(self) -> GuardedProcess:
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        return GuardedProcess(self._cluster.command(self.port), self.log)


class Cluster:
    """``size`` members of one version on free loopback ports, with a cluster name of their own.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. Members end with this process, however it ends.

    ``cp_members`` is the size of the CP subsystem: by default 3 where the version has it (before 5.5) and the cluster
    is large enough, else 0, the unsafe mode. ``session_ttl`` and ``session_heartbeat`` are the CP sessions' times in
    whole seconds. ``properties`` are ``hazelcast.…`` properties, ``extra_xml`` further elements of the configuration
    (map configs and the like), ``cp_xml`` those of the CP subsystem, ``server_classes`` whether members
    have the classes of :mod:`tests.members.classes` (which takes a Java compiler), ``heap_mb`` the largest heap of a
    member in MiB, ``jvm_options`` replaces the flags that favour a quick start. ``shutdown_policy`` (GRACEFUL or
    TERMINATE) says what :meth:`Member.stop` lets a member do.

    Raises MembersUnavailable on start when Java or the jars are missing, MemberError when a member fails.
    """

    def __init__(
        self,
        version: str,
        size: int = 1,
        *,
        cp_members: int | None = None,
        session_ttl: int = 10,
        session_heartbeat: int = 2,
        shutdown_policy: str = "GRACEFUL",
        properties: Mapping[str, str] | None = None,
        extra_xml: str = "",
        cp_xml: str = "",
        server_classes: bool = False,
        heap_mb: int = 384,
        jvm_options: tuple[str, ...] = java.QUICK_START,
    ) -> None:
        if size < 1:
            raise ValueError(f"size must be at least 1, not {size}")
        if cp_members is None:
            cp_members = 3 if size >= 3 and has_cp(version) else 0
        self.config = MemberConfig(
            version=version,
            cluster_name=f"hzproto-{secrets.token_hex(4)}",
            cp_members=cp_members,
            session_ttl=session_ttl,
            session_heartbeat=session_heartbeat,
            shutdown_policy=shutdown_policy,
            properties=properties or {},
            cp_xml=cp_xml,
            extra_xml=extra_xml + (classes.configuration(version) if server_classes else ""),
        )
        self.size = size
        self.members: list[Member] = []
        self._server_classes = server_classes
        self._heap_mb = heap_mb
        self._jvm_options = jvm_options
        self._ports: dict[int, socket.socket] = {}
        self._directory: Path | None = None
        self._owner = os.getpid()

    @property
    def version(self) -> str:
        return self.config.version

    @property
    def name(self) -> str:
        """The cluster name that clients must give."""
        return self.config.cluster_name

    @property
    def addresses(self) -> list[str]:
        """``"host:port"`` of every member, dead ones included."""
        return [member.address for member in self.members]

    @property
    def directory(self) -> Path:
        """Where configurations and logs are, while the cluster runs."""
        if self._directory is None:
            raise ValueError("the cluster is not running: call start() first")
        return self._directory

    def start(self, timeout: float = 180.0) -> Self:
        """Start all members and wait until they are one safe cluster, with its CP subsystem ready."""
        if self._directory is not None:
            raise ValueError("the cluster is already running")
        java.jars(self.version)  # may download, and the other compile: before the clock runs
        self._class_path()
        self._directory = Path(tempfile.mkdtemp(prefix="hzproto-members-"))
        atexit.register(self._stop_at_exit)
        try:
            self._ports = _free_ports(self.size)
            self.members = [Member(self, port) for port in self._ports]
            self.wait_joined(timeout)
            self.wait_safe(timeout)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Kill all members and remove their files. Harmless on a stopped cluster."""
        atexit.unregister(self._stop_at_exit)
        for member in self.members:
            member.kill()
        self.members = []
        for claim in self._ports.values():
            claim.close()
        self._ports = {}
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def add_member(self, timeout: float = 120.0) -> Member:
        """Start one more member and wait until it has joined; partitions then move to it."""
        (port,) = ports = _free_ports(1)
        self._ports |= ports
        member = Member(self, port)
        self.members.append(member)
        self.wait_joined(timeout)
        return member

    def revive(self, member: Member, timeout: float = 120.0) -> None:
        """Bring a dead member back, in the CP subsystem too, and wait until the cluster can lose another one.

        The CP subsystem never forgets a dead member by itself: it stays part of every majority. So the dead one is
        removed, and the restarted one takes its place.
        """
        deadline = time.monotonic() + timeout
        if self.config.cp_members:
            self._remove_from_cp(member, timeout)
        member.restart(deadline - time.monotonic())
        if self.config.cp_members:
            self._add_to_cp(member, deadline - time.monotonic())
        self.wait_safe(deadline - time.monotonic())

    def cp_members(self) -> dict[str, str]:
        """The CP subsystem's members, dead ones included: address → UUID. Raises RestError when nobody knows them."""
        listed = rest.get(self._running()[0].port, f"{_CP}/members")
        # Members write addresses as "[127.0.0.1]:5701".
        return {entry["address"].replace("[", "").replace("]", ""): entry["uuid"] for entry in listed}

    def wait_joined(self, timeout: float = 120.0) -> None:
        """Wait until all living members see each other."""
        members = [member for member in self.members if member.alive]
        self.wait_until(
            lambda: all(member.cluster_size == len(members) for member in members),
            f"all {len(members)} members see each other",
            timeout,
            *members,
        )

    def wait_safe(self, timeout: float = 120.0) -> None:
        """Wait until all backups are in place on every running member, and the CP subsystem has all its members."""
        members = self._running()
        self.wait_until(lambda: all(member.is_safe() for member in members), "all backups in place", timeout, *members)
        if self.config.cp_members:
            self.wait_until(self._cp_complete, "all CP groups have all their members", timeout, *members)

    def wait_until(self, condition: Callable[[], bool], what: str, timeout: float, *must_live: Member) -> None:
        """Poll a condition, for which a refused REST request counts as not yet.

        Raises MemberError after ``timeout`` seconds or when one of ``must_live`` has ended.
        """
        deadline = time.monotonic() + timeout
        reason = ""
        while True:
            try:
                if condition():
                    return
            except RestError as error:
                reason = f" ({error})"
            for member in must_live:
                if not member.alive:
                    raise MemberError(f"member {member.address} ended before {what}\n{member.log_tail()}")
            if time.monotonic() > deadline:
                logs = "\n".join(member.log_tail() for member in self.members)
                raise MemberError(f"not true within {timeout:.0f} s: {what}{reason}\n{logs}")
            time.sleep(_POLL_INTERVAL)

    def command(self, port: int) -> list[str]:
        """Write the configuration of the member at ``port``; the command line that starts it."""
        file = self.directory / f"{port}.xml"
        file.write_text(self.config.xml(port, list(self._ports)))
        return java.command(
            self.version, file, classes=self._class_path(), heap_mb=self._heap_mb, options=self._jvm_options
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Cluster {self.name} {self.version} {self.members}>"

    def _class_path(self) -> tuple[Path, ...]:
        return (classes.server_classes(self.version),) if self._server_classes else ()

    def _running(self) -> list[Member]:
        return [member for member in self.members if member.alive and not member.paused]

    def _cp_groups(self) -> list[str]:
        return [group["name"] for group in rest.get(self._running()[0].port, f"{_CP}/groups")]

    def _cp_complete(self) -> bool:
        port = self._running()[0].port
        groups = [rest.get(port, f"{_CP}/groups/{name}")["members"] for name in self._cp_groups()]
        return {len(members) for members in (self.cp_members(), *groups)} == {self.config.cp_members}

    def _remove_from_cp(self, dead: Member, timeout: float) -> None:
        found: dict[str, str] = {}

        def listed() -> bool:
            found.update(self.cp_members())
            return True

        self.wait_until(listed, "the CP subsystem tells its members", timeout)
        if uuid := found.get(dead.address):
            # Refused as long as the others have not noticed the death.
            path = f"{_CP}/members/{uuid}/remove"
            self._post_until_done(self._running()[0], path, f"the CP subsystem let {dead.address} go", timeout)

    def _add_to_cp(self, member: Member, timeout: float) -> None:
        self._post_until_done(member, f"{_CP}/members", f"{member.address} became a CP member", timeout)
        self.wait_until(
            lambda: all(member.in_cp_group(name) for name in self._cp_groups()),
            f"{member.address} takes part in all CP groups",
            timeout,
            member,
        )

    def _post_until_done(self, member: Member, path: str, what: str, timeout: float) -> None:
        def post() -> bool:
            # Members want to see the cluster name and a password, which open source members do not have.
            rest.post(member.port, path, f"{self.name}&")
            return True

        self.wait_until(post, what, timeout)

    def _stop_at_exit(self) -> None:
        # A forked child inherits the registration, but not the members.
        if os.getpid() == self._owner:
            self.stop()


def _free_ports(count: int) -> dict[int, socket.socket]:
    """Ports that nobody listens at, each with a socket that claims it until it is closed.

    Members need time to start, and may be dead for a while: nobody else who asks here gets their ports meanwhile. The
    claims are sockets for UDP, which members do not use.
    """
    ports: dict[int, socket.socket] = {}
    for port in random.sample(_PORTS, len(_PORTS)):
        if len(ports) == count:
            break
        claim = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                claim.bind((HOST, port))
                probe.bind((HOST, port))
            except OSError:
                claim.close()
                continue
        ports[port] = claim
    return ports
