"""Transactions as the client offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, get_origin

from hzproto.checks import LONGEST_TIME, integer, number, one_of
from hzproto.cluster import transactions
from hzproto.ops import Acquisition, Done, FlowOp, Op
from hzproto.structures.base import name_given
from hzproto.structures.transactional.base import Transactional
from hzproto.surface import Blocking, Facade, Getter, Named, S_co, getter, op
from hzproto.transaction import TransactionType

if TYPE_CHECKING:
    from types import TracebackType

    from hzproto.surface import Runtime

TransactionT = TypeVar("TransactionT", bound="Transaction[Any]")
TransactionT_co = TypeVar("TransactionT_co", bound="Transaction[Any]", covariant=True)
StructureT = TypeVar("StructureT", bound=Transactional[Any])
StructureT_co = TypeVar("StructureT_co", bound=Transactional[Any], covariant=True)

_timeout: Final = number(f"a number greater than 0 and at most {LONGEST_TIME}", lambda n: 0 < n <= LONGEST_TIME)
_type: Final = one_of(TransactionType)
_durability: Final = integer(0, 2**31 - 1)


class Transaction(Facade[S_co]):
    """A transaction: what is done in it with the structures that it gives takes effect as a whole, or not at all.

    It belongs to the thread, task or greenlet that begins it (in Twisted to nobody), which can be in one at a time, and
    to one connection: when that is lost, or the transaction takes longer than its timeout, it is rolled back.

    A block that ends commits it, an exception out of the block rolls it back.
    """

    def __init__(self, runtime: Runtime, timeout: float, durability: int, type: int | str) -> None:  # noqa: A002
        super().__init__(runtime, "transaction", runtime.call_blocking if self.style is Blocking else None)
        self._transaction = transactions.Transaction(
            self._core, _timeout("timeout", timeout), _durability("durability", durability), _type("type", type)
        )

    @op
    def begin(self) -> Op[None]:
        """Begin. Raises TransactionError when the transaction has begun before, or the caller is in another one."""
        transaction = self._transaction
        return Acquisition(transaction.begin(self._runtime.owner()), lambda _: FlowOp(transaction.roll_back()))

    @op
    def commit(self) -> Op[None]:
        """Make everything take effect.

        Raises TransactionTimedOutError when the transaction took too long, TransactionNotActiveError when it is not
        active, TransactionError for other callers than its own, and what makes the members fail to commit it.
        """
        self._transaction.check(self._caller())
        return FlowOp(self._transaction.commit())

    @op
    def rollback(self) -> Op[None]:
        """Undo everything. Raises like `commit`, but does nothing more when the transaction took too long."""
        if self._transaction.state is not transactions.State.TIMED_OUT:
            self._transaction.check(self._caller())
        return FlowOp(self._transaction.roll_back())

    @op
    def _leave(self, failed: bool) -> Op[None]:
        return FlowOp(self._transaction.leave(failed=failed))

    def _caller(self) -> int | None:
        return None if self._runtime.anonymous else self._runtime.caller()

    def _structure(self, made_class: Any, name: str) -> Any:
        self._transaction.check(self._caller())
        made = made_class(self._runtime, name_given(name), self._transaction)
        made._timeout = self._timeout
        return made


class InBlock:
    """A transaction for the length of a `with` block."""

    def __enter__(self) -> Self:
        entered: Any = self
        entered.begin()
        return self

    def __exit__(
        self: Any, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leave(kind is not None)


class InAsyncBlock:
    """A transaction for the length of an `async with` block."""

    async def __aenter__(self) -> Self:
        entered: Any = self
        await entered.begin()
        return self

    async def __aexit__(
        self: Any, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._leave(kind is not None)


# What adapters make of this


class Plain(Generic[StructureT_co]):
    """What type checkers see in place of a getter that needs no I/O."""

    def __get__(self, obj: Transaction[Any], owner: type[Any]) -> Named[StructureT_co]:
        raise NotImplementedError


def part(structure: type[StructureT]) -> Plain[StructureT]:
    """Make the method of a transaction that returns a *structure* by its name."""
    made_class: Any = get_origin(structure) or structure

    def get(self: Any, name: str) -> Any:
        return self._structure(made_class, name)

    get.__doc__ = f"Return the {made_class.kind} called *name*. Raises like the methods of what it returns."
    get.__annotations__ = {"name": "str", "return": made_class.__name__}
    plain: Any = get
    method: Plain[StructureT] = plain
    return method


def awaitable_part(structure: type[StructureT]) -> Getter[StructureT]:
    """Make the same where getters are awaited."""
    made_class: Any = get_origin(structure) or structure

    def build(self: Any, name: str) -> Op[StructureT]:
        return Done(self._structure(made_class, name))

    method: Getter[StructureT] = getter(made_class.kind, made_class.__name__, build)
    return method
