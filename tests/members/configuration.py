"""The XML configuration of a member, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from tests.members.java import major

HOST = "127.0.0.1"

# Members of one machine find each other at once, a member that was cut off comes back in seconds, not minutes, and
# near caches are told of changes each second.
_PROPERTIES: Mapping[str, str] = {
    "hazelcast.phone.home.enabled": "false",
    "hazelcast.logging.type": "jdk",
    "hazelcast.socket.bind.any": "false",
    "hazelcast.wait.seconds.before.join": "0",
    "hazelcast.merge.first.run.delay.seconds": "5",
    "hazelcast.merge.next.run.delay.seconds": "5",
    "hazelcast.graceful.shutdown.max.wait": "30",
    "hazelcast.map.invalidation.batchfrequency.seconds": "1",
}

_SEMAPHORES = "<semaphores><semaphore><name>jdk-*</name><jdk-compatible>true</jdk-compatible></semaphore></semaphores>"


@dataclass(frozen=True, slots=True)
class MemberConfig:
    """What the members of one cluster share.

    ``cp_members`` 0 leaves the CP subsystem in its unsafe mode. Times are whole seconds. ``shutdown_policy`` says what
    a member does on SIGTERM: GRACEFUL hands its data over first, TERMINATE does not. ``extra_xml`` goes in as it is,
    ``cp_xml`` into the ``cp-subsystem`` element, behind its semaphores.
    """

    version: str
    cluster_name: str
    cp_members: int = 0
    session_ttl: int = 10
    session_heartbeat: int = 2
    shutdown_policy: str = "GRACEFUL"
    properties: Mapping[str, str] = field(default_factory=dict[str, str])
    cp_xml: str = ""
    extra_xml: str = ""

    def xml(self, port: int, ports: Sequence[int]) -> str:
        """The configuration of the member at ``port``, which looks for others at ``ports``."""
        properties = {**_PROPERTIES, "hazelcast.shutdownhook.policy": self.shutdown_policy, **self.properties}
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <cluster-name>{escape(self.cluster_name)}</cluster-name>
  <properties>{_each("<property name={}>{}</property>", properties)}</properties>
  <network>
    <port auto-increment="false">{port}</port>
    <join>
      <auto-detection enabled="false"/>
      <multicast enabled="false"/>
      <tcp-ip enabled="true" connection-timeout-seconds="1">
        <member-list>{"".join(f"<member>{HOST}:{other}</member>" for other in ports)}</member-list>
      </tcp-ip>
    </join>
    <interfaces enabled="true"><interface>{HOST}</interface></interfaces>
    <rest-api enabled="true">
      <endpoint-group name="CLUSTER_READ" enabled="true"/>
      <endpoint-group name="HEALTH_CHECK" enabled="true"/>
      <endpoint-group name="CP" enabled="true"/>
    </rest-api>
  </network>
  {self._jet()}
  {self._cp()}
  {self.extra_xml}
</hazelcast>
"""

    def _jet(self) -> str:
        # SQL runs on Jet from 5.0 on; 4.x does not know the element.
        return '<jet enabled="true"/>' if major(self.version) >= 5 else ""

    def _cp(self) -> str:
        if not has_cp(self.version):
            return ""
        return (
            f"<cp-subsystem><cp-member-count>{self.cp_members}</cp-member-count>"
            f"<session-time-to-live-seconds>{self.session_ttl}</session-time-to-live-seconds>"
            f"<session-heartbeat-interval-seconds>{self.session_heartbeat}</session-heartbeat-interval-seconds>"
            f"{_SEMAPHORES}{self.cp_xml}</cp-subsystem>"
        )


def has_cp(version: str) -> bool:
    """Open source members have the CP subsystem before 5.5; newer ones refuse to start with it."""
    return tuple(int(part) for part in version.split(".")[:2]) < (5, 5)


def _each(template: str, values: Mapping[str, str]) -> str:
    return "".join(template.format(quoteattr(name), escape(value)) for name, value in values.items())
