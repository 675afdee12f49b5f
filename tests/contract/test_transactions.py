"""Transactions: all or nothing, isolated, bound to their callers and to time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hzproto.errors import TransactionError, TransactionNotActiveError, TransactionTimedOutError
from hzproto.predicate import sql
from hzproto.transaction import ONE_PHASE, TWO_PHASE
from tests.contract.harness import Scene, Steps, scenario
from tests.contract.short_transactions import short_transaction, time_is_over

ON_ALL = ("4.2.8", "5.7.0")


def _begun(client: Any, **options: Any) -> Steps:
    transaction = client.new_transaction(**options)
    yield transaction.begin()
    return transaction


class TestStructures:
    @scenario(versions=ON_ALL)
    def test_map(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        yield m.put_all({"a": 1, "b": 2, "c": 3, "d": 4})
        transaction = yield from _begun(client)
        t = yield transaction.get_map(m.name)
        assert (yield t.get("a")) == 1
        assert (yield t.get("x")) is None
        assert (yield t.put("a", 10)) == 1
        assert (yield t.put("new", 5, ttl=100)) is None
        assert (yield t.get("a")) == 10
        assert (yield t.put_if_absent("a", 11)) == 10
        assert (yield t.put_if_absent("absent", 6)) is None
        assert (yield t.set("set", 7)) is None
        assert (yield t.replace("b", 20)) == 2
        assert (yield t.replace("x", 20)) is None
        assert (yield t.replace_if_same("d", 5, 40)) is False
        assert (yield t.replace_if_same("d", 4, 40)) is True
        assert (yield t.remove("c")) == 3
        assert (yield t.remove("c")) is None
        assert (yield t.contains_key("c")) is False
        assert (yield t.contains_key("set")) is True
        assert (yield t.remove_if_same("set", 8)) is False
        assert (yield t.remove_if_same("set", 7)) is True
        assert (yield t.delete("absent")) is None
        assert (yield t.get_for_update("d")) == 40
        assert (yield t.size()) == 4
        assert (yield t.is_empty()) is False
        assert sorted((yield t.key_set())) == ["a", "b", "d", "new"]
        assert sorted((yield t.values())) == [5, 10, 20, 40]
        # Others see nothing of it, and cannot write the keys that it has changed.
        assert dict((yield m.entry_set())) == {"a": 1, "b": 2, "c": 3, "d": 4}
        assert (yield m.try_lock("a", owner=987_654)) is False
        yield transaction.commit()
        assert dict((yield m.entry_set())) == {"a": 10, "b": 20, "d": 40, "new": 5}
        yield m.put("a", 1)

    @scenario(versions=ON_ALL)
    def test_multi_map(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.structure(client, "multi_map")
        yield m.put_all({"a": [1, 2], "b": [3]})
        transaction = yield from _begun(client)
        t = yield transaction.get_multi_map(m.name)
        assert (yield t.put("a", 5)) is True
        assert (yield t.put("a", 5)) is False
        assert sorted((yield t.get("a"))) == [1, 2, 5]
        assert (yield t.value_count("a")) == 3
        assert (yield t.remove("a", 1)) is True
        assert (yield t.remove("a", 1)) is False
        assert (yield t.remove_all("b")) == [3]
        assert (yield t.remove_all("b")) == []
        assert (yield t.get("b")) == []
        assert (yield t.size()) == 2
        assert (yield m.size()) == 3
        yield transaction.commit()
        assert sorted((yield m.get("a"))) == [2, 5]
        assert (yield m.get("b")) == []

    @scenario(versions=ON_ALL)
    def test_queue_list_and_set(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        q = yield from scene.structure(client, "queue")
        items = yield from scene.structure(client, "list")
        unique = yield from scene.structure(client, "set")
        yield q.add_all([1, 2, 3])
        yield items.add_all([1, 2])
        yield unique.add_all([1, 2])
        transaction = yield from _begun(client, type=ONE_PHASE)
        queued = yield transaction.get_queue(q.name)
        assert (yield queued.size()) == 3
        assert (yield queued.peek()) == 1
        assert (yield queued.take()) == 1
        assert (yield queued.poll()) == 2
        assert (yield queued.offer(4)) is True
        assert (yield queued.peek(0.1)) == 3
        assert (yield queued.size()) == 2
        listed = yield transaction.get_list(items.name)
        assert (yield listed.add(3)) is True
        assert (yield listed.remove(1)) is True
        assert (yield listed.remove(7)) is False
        assert (yield listed.size()) == 2
        collected = yield transaction.get_set(unique.name)
        assert (yield collected.add(3)) is True
        assert (yield collected.remove(1)) is True
        assert (yield collected.remove(7)) is False
        assert (yield collected.size()) == 2
        assert (yield collected.add(2)) is False
        assert (yield items.contains(3)) is False
        assert (yield unique.contains(3)) is False
        yield transaction.commit()
        assert (yield q.iterator()) == [3, 4]
        assert (yield items.get_all()) == [2, 3]
        assert sorted((yield unique.get_all())) == [2, 3]

    @scenario(on=("5.3.8",))
    def test_map_with_predicates(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        yield m.put_all({"a": 1, "b": 2})
        transaction = yield from _begun(client)
        t = yield transaction.get_map(m.name)
        yield t.put("c", 3)
        assert sorted((yield t.key_set(sql("this > 1")))) == ["b", "c"]
        assert sorted((yield t.values(sql("this > 1")))) == [2, 3]
        yield transaction.rollback()


class TestEnds:
    @scenario(versions=ON_ALL)
    def test_rolled_back(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        q = yield from scene.structure(client, "queue")
        yield m.put("a", 1)
        yield q.add_all([1, 2])
        transaction = yield from _begun(client, type="TWO_PHASE")
        t = yield transaction.get_map(m.name)
        queued = yield transaction.get_queue(q.name)
        yield t.put("a", 2)
        yield queued.take()
        assert (yield transaction.rollback()) is None
        assert (yield m.get("a")) == 1
        assert (yield q.iterator()) == [1, 2]
        yield m.put("a", 3)
        for call in (transaction.commit, transaction.rollback, lambda: t.get("a"), lambda: transaction.get_map("m")):
            with pytest.raises(TransactionNotActiveError, match="was rolled back"):
                yield _called(call)

    @scenario
    def test_taking_too_long(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)

        def put(transaction: Any) -> Steps:
            t = yield transaction.get_map(m.name)
            yield t.put("a", 1)
            return t

        timeout, transaction, t = yield from short_transaction(scene, client, 0.5, put)
        yield from time_is_over(scene, transaction)
        with pytest.raises(TransactionTimedOutError, match=f"took more than {timeout} s"):
            yield t.put("a", 2)
        with pytest.raises(TransactionTimedOutError):
            yield transaction.commit()
        assert (yield transaction.rollback()) is None
        assert (yield m.get("a")) is None
        yield m.put("a", 3)

    @scenario
    def test_locks_of_others_end_it(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        yield m.lock("a", owner=77)

        def structure(transaction: Any) -> Steps:
            return (yield transaction.get_map(m.name))

        _, _, t = yield from short_transaction(scene, client, 0.5, structure)
        with pytest.raises(TransactionError):
            yield t.put("a", 1)
        yield m.unlock("a", owner=77)
        yield m.put("a", 2)


class TestCallers:
    @scenario(where=lambda style: style.has_callers)
    def test_belong_to_who_began(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m = yield from scene.map(client)
        transaction = yield from _begun(client)
        t = yield transaction.get_map(m.name)

        def other() -> Steps:
            calls: list[Callable[[], Any]] = [
                transaction.commit,
                transaction.rollback,
                lambda: t.get("a"),
                lambda: transaction.get_map("m"),
            ]
            for call in calls:
                with pytest.raises(TransactionError, match="belongs to another"):
                    yield _called(call)

        yield from scene.gather(other())
        nested = client.new_transaction()
        with pytest.raises(TransactionError, match="nested"):
            yield nested.begin()
        yield t.put("a", 1)
        yield transaction.commit()
        another = yield from _begun(client)
        yield another.rollback()
        with pytest.raises(TransactionError, match="only once"):
            yield another.begin()

    @scenario(on=("memory",))
    def test_arguments_are_checked(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        for options in ({"timeout": 0}, {"timeout": -1}, {"durability": -1}, {"type": 3}, {"type": "THREE_PHASE"}):
            with pytest.raises(ValueError, match=next(iter(options))):
                client.new_transaction(**options)
        transaction = client.new_transaction(10, 1, TWO_PHASE)
        for call in (transaction.commit, transaction.rollback, lambda: transaction.get_map("m")):
            with pytest.raises(TransactionNotActiveError, match="has not begun"):
                yield _called(call)
        yield transaction.begin()
        t = yield transaction.get_map("m")
        for call, arguments in ((t.get, (None,)), (t.put, (1, None)), (t.replace_if_same, (1, 2, None))):
            with pytest.raises(ValueError, match="must not be None"):
                yield call(*arguments)
        with pytest.raises(TypeError, match="name must be"):
            yield _called(lambda: transaction.get_queue(1))
        yield transaction.rollback()


def _called(call: Callable[[], Any]) -> Any:
    """What a call returns; where it raises instead, that is what the step raises."""
    return call()


class TestBlocks:
    @scenario(where=lambda style: style.returns_values)
    def test_with(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m: Any = yield from scene.map(client)
        with client.new_transaction() as transaction:
            transaction.get_map(m.name).put("a", 1)
        assert m.get("a") == 1

        def fail() -> None:
            with client.new_transaction() as transaction:
                transaction.get_map(m.name).put("a", 2)
                raise RuntimeError("in the block")

        with pytest.raises(RuntimeError, match="in the block"):
            fail()
        assert m.get("a") == 1
        with client.new_transaction() as transaction:
            transaction.get_map(m.name).put("a", 3)
            transaction.rollback()
        assert m.get("a") == 1

    @scenario(where=lambda style: style.name in ("asyncio", "uvloop", "twisted"))
    def test_async_with(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m: Any = yield from scene.map(client)

        async def write(value: int, *, fails: bool) -> None:
            async with client.new_transaction() as transaction:
                t = transaction.get_map(m.name)
                await (t if scene.harness.name == "twisted" else await t).put("a", value)
                if fails:
                    raise RuntimeError("in the block")

        yield scene.harness.spawn(_awaiting(write(1, fails=False)))
        assert (yield m.get("a")) == 1
        with pytest.raises(RuntimeError, match="in the block"):
            yield scene.harness.spawn(_awaiting(write(2, fails=True)))
        assert (yield m.get("a")) == 1

    @scenario(where=lambda style: style.name == "twisted")
    def test_run(self, scene: Scene) -> Steps:
        client = yield from scene.client()
        m: Any = yield from scene.map(client)

        def write(transaction: Any) -> Any:
            return transaction.get_map(m.name).put("a", 1)

        async def fail(transaction: Any) -> None:
            await transaction.get_map(m.name).put("a", 2)
            raise RuntimeError("in the function")

        assert (yield client.new_transaction().run(write)) is None
        assert (yield m.get("a")) == 1
        with pytest.raises(RuntimeError, match="in the function"):
            yield client.new_transaction().run(fail)
        assert (yield m.get("a")) == 1


def _awaiting(coroutine: Any) -> Steps:
    yield coroutine
