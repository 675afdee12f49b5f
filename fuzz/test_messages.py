"""What is encoded decodes to the same, in every version; anything else is a value or RemoteProtocolError."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fuzz.targets import check_message, positional
from hzproto.testing import strategies
from hzproto.wire.frames import REQUEST_HEADER, RESPONSE_HEADER
from hzproto.wire.params import version_tuple
from hzproto.wire.table import Layout

VERSIONS = [f"2.{minor}" for minor in range(11)]


@given(strategies.layouts(), st.data())
def test_decoding_undoes_encoding(layout: Layout, data: st.DataObject) -> None:
    version = data.draw(st.sampled_from([v for v in VERSIONS if version_tuple(v) >= version_tuple(layout.since)]))
    fields = data.draw(strategies.fields(layout, version))
    message = layout.encode(fields, version, correlation_id=7, partition_id=5, backup_acks=3)
    assert layout.decode(message) == fields
    assert positional(layout, layout.decode(message)) == layout.parse(message)
    header = RESPONSE_HEADER if layout.kind == "response" else REQUEST_HEADER
    _, _, kind, correlation_id, last = header.unpack_from(message)
    assert (kind, correlation_id, last) == (layout.id, 7, 3 if layout.kind == "response" else 5)


@given(strategies.layouts(), st.data())
def test_the_quick_ways_agree_with_the_others(layout: Layout, data: st.DataObject) -> None:
    fields = data.draw(strategies.fields(layout))
    message = layout.encode(fields)
    body = layout.body(*[fields[param.name] for param in layout.params])
    assert message[layout.header_size :] == body
    assert layout.parse(memoryview(message)) == layout.parse(message) == positional(layout, fields)


@given(strategies.layouts(), st.data())
def test_any_bytes_are_fields_or_an_error(layout: Layout, data: st.DataObject) -> None:
    check_message(layout, data.draw(strategies.mutated(strategies.messages(layout)) | st.binary(max_size=100)))
