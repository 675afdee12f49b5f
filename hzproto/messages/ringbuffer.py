"""The messages of ringbuffers, which reliable topics use too."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
RINGBUFFER = Service(0x17, "Ringbuffer", [
    Method(0x01, "size", "name: String", "response: long", partition="name", retryable=True),
    Method(0x02, "tailSequence", "name: String", "response: long", partition="name", retryable=True),
    Method(0x03, "headSequence", "name: String", "response: long", partition="name", retryable=True),
    Method(0x04, "capacity", "name: String", "response: long", partition="name", retryable=True),
    Method(0x05, "remainingCapacity", "name: String", "response: long", partition="name", retryable=True),
    Method(0x06, "add", "name: String, overflowPolicy: int, value: Data", "response: long", partition="name"),
    Method(0x07, "readOne", "name: String, sequence: long", "response: Data?", partition="name", retryable=True),
    Method(0x08, "addAll",
           "name: String, valueList: List_Data, overflowPolicy: int",
           "response: long", partition="name"),
    Method(0x09, "readMany",
           "name: String, startSequence: long, minCount: int, maxCount: int, filter: Data?",
           "readCount: int, items: List_Data, itemSeqs: longArray?, nextSeq: long",
           partition="name", retryable=True),
])
