"""Map: single entries, the whole map, values of all kinds."""

from __future__ import annotations

import uuid
from itertools import product
from typing import Any

import pytest

from hzproto.core import HazelcastJsonValue
from hzproto.errors import HazelcastSerializationError
from tests.contract.harness import Scene, Steps, scenario

ON_ALL = ("4.2.8", "5.7.0")

VALUES: list[Any] = [
    True,
    False,
    0,
    -1,
    2**31 - 1,
    -(2**31),
    2.5,
    float("inf"),
    "",
    "plain",
    "ünïcödé ☃ 😀 \x00 end",
    b"",
    bytes(range(256)),
    uuid.UUID("12345678-1234-5678-1234-567812345678"),
    [],
    [1, "two", [3.0, [b"four"]], True],
    HazelcastJsonValue({"a": [1, None, "ü"]}),
]


class TestEntries:
    @scenario(versions=ON_ALL)
    def test_put_returns_what_it_replaces(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.get("k")) is None
        assert (yield m.put("k", "a")) is None
        assert (yield m.put("k", "b")) == "a"
        assert (yield m.get("k")) == "b"

    @scenario
    def test_set(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.set("k", "a")) is None
        assert (yield m.set("k", "b")) is None
        assert (yield m.get("k")) == "b"

    @scenario(versions=ON_ALL)
    def test_put_if_absent(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.put_if_absent("k", "a")) is None
        assert (yield m.put_if_absent("k", "b")) == "a"
        assert (yield m.get("k")) == "a"

    @scenario(versions=ON_ALL)
    def test_replace(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.replace("k", "a")) is None
        assert (yield m.get("k")) is None
        yield m.put("k", "a")
        assert (yield m.replace("k", "b")) == "a"
        assert (yield m.get("k")) == "b"

    @scenario(versions=ON_ALL)
    def test_remove_and_delete(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        yield m.put("k", "a")
        assert (yield m.remove("k")) == "a"
        assert (yield m.remove("k")) is None
        yield m.put("k", "b")
        assert (yield m.delete("k")) is None
        assert (yield m.delete("k")) is None
        assert (yield m.get("k")) is None

    @scenario(versions=ON_ALL)
    def test_contains_key(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.contains_key("k")) is False
        yield m.put("k", "a")
        assert (yield m.contains_key("k")) is True

    @scenario
    def test_two_clients_see_the_same(self, scene: Scene) -> Steps:
        one = yield from scene.map((yield from scene.client()))
        other = yield from scene.map((yield from scene.client()), one.name)
        yield one.put("k", "a")
        assert (yield other.get("k")) == "a"

    @scenario
    def test_entries_end_after_their_time_to_live(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        entries = list(enumerate(product((m.put, m.set, m.put_if_absent), ("ttl", "max_idle"), (0.5, 600, 0))))
        for key, (put, limit, seconds) in entries:
            yield put(key, 1, **{limit: seconds})
        yield scene.harness.sleep(1.6)  # members look at whole seconds
        for key, (put, limit, seconds) in entries:
            assert (yield m.get(key)) == (None if seconds == 0.5 else 1), (put, limit, seconds)

    @scenario(where=lambda style: not style.returns_values)
    def test_many_in_flight(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        for begun in [m.put(key, key * 2) for key in range(500)]:
            assert (yield begun) is None
        for key, begun in [(key, m.get(key)) for key in range(500)]:
            assert (yield begun) == key * 2

    @scenario
    def test_many_callers(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))

        def caller(number: int) -> Steps:
            for key in range(number * 10, number * 10 + 10):
                yield m.put(key, number)
            values: list[Any] = []
            for key in range(number * 10, number * 10 + 10):
                value = yield m.get(key)
                values.append(value)
            return values

        values = yield from scene.gather(*(caller(number) for number in range(16)))
        assert values == [[number] * 10 for number in range(16)]


class TestArguments:
    @scenario
    def test_what_cannot_be_serialized_is_refused(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        for value in ({"a": 1}, {1}, (1,), object()):
            with pytest.raises(HazelcastSerializationError, match=type(value).__name__):
                yield m.put(1, value)
            with pytest.raises(HazelcastSerializationError, match=type(value).__name__):
                yield m.get(value)
        with pytest.raises(HazelcastSerializationError):
            yield m.put(1, 2**31)  # the default int type has 32 bits
        assert (yield m.put(1, "still fine")) is None


class TestValues:
    @scenario(versions=ON_ALL)
    def test_come_back_as_they_were(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        for value in VALUES:
            yield m.set("k", value)
            back = yield m.get("k")
            assert (type(back), back) == (type(value), value)

    @scenario
    def test_are_keys_too(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        for number, key in enumerate(VALUES):
            yield m.set(key, number)
        for number, key in enumerate(VALUES):
            assert (yield m.get(key)) == number
        assert (yield m.size()) == len(VALUES)

    @scenario(versions=ON_ALL)
    def test_big_ones(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        text = "☃" * 350_000
        data = bytes(range(256)) * 4096
        yield m.set("text", text)
        yield m.set("data", data)
        assert (yield m.get("text")) == text
        assert (yield m.get("data")) == data
        values = yield m.get_all(["text", "data"])
        assert values == {"text": text, "data": data}


class TestWholeMap:
    @scenario(versions=ON_ALL)
    def test_size_and_clear(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.size()) == 0
        assert (yield m.is_empty()) is True
        yield m.put_all({key: str(key) for key in range(100)})
        assert (yield m.size()) == 100
        assert (yield m.is_empty()) is False
        assert (yield m.clear()) is None
        assert (yield m.size()) == 0

    @scenario
    def test_keys_values_and_entries(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        assert (yield m.key_set()) == []
        assert (yield m.values()) == []
        assert (yield m.entry_set()) == []
        assert (yield m.put_all({})) is None
        entries = {key: str(key) for key in range(300)}
        assert (yield m.put_all(entries)) is None
        assert sorted((yield m.key_set())) == sorted(entries)
        assert sorted((yield m.values())) == sorted(entries.values())
        assert sorted((yield m.entry_set())) == sorted(entries.items())

    @scenario
    def test_get_all(self, scene: Scene) -> Steps:
        m = yield from scene.map((yield from scene.client()))
        entries = {key: str(key) for key in range(100)}
        yield m.put_all(entries)
        assert (yield m.get_all([])) == {}
        assert (yield m.get_all(range(50, 150))) == {key: entries[key] for key in range(50, 100)}

    @scenario
    def test_destroy(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        yield m.put("k", "a")
        assert (yield m.destroy()) is True
        again = yield from scene.map(client, m.name)
        assert (yield again.get("k")) is None
