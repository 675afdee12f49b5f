"""The messages of topics."""

from __future__ import annotations

from hzproto.wire.table import Event, Method, Service

# fmt: off
TOPIC = Service(0x04, "Topic", [
    Method(0x01, "publish", "name: String, message: Data", "", partition="name"),
    Method(0x02, "addMessageListener",
           "name: String, localOnly: boolean",
           "response: UUID", events=[
               Event("Topic", "item: Data, publishTime: long, uuid: UUID"),
           ]),
    Method(0x03, "removeMessageListener", "name: String, registrationId: UUID", "response: boolean", retryable=True),
    Method(0x04, "publishAll", "name: String, messages: List_Data", "", partition="name", since="2.1"),
])
