from __future__ import annotations

import math
from typing import Any

import pytest

from hzproto.messages import MESSAGES
from hzproto.ops import All, Done, Flow, FlowOp, Op, Request, Sleep


def test_a_signal_has_no_value_but_may_be_given_one() -> None:
    signal = Op[int]()
    assert not signal.done
    assert signal.result() is None
    signal.value = 3
    assert signal.result() == 3


def test_an_error_is_raised_by_result() -> None:
    signal = Op[int]()
    signal.error = ValueError("no")
    with pytest.raises(ValueError, match="no") as caught:
        signal.result()
    assert caught.value is signal.error


def test_a_request_decodes_its_answer_when_it_is_asked_for_the_result() -> None:
    size = MESSAGES["Map.size"]
    request = Request[str](size, size.request.body("m"), convert=str)
    request.value = size.response.encode({"response": 3})
    assert request.result() == "3"


def test_operations_side_by_side_combine_their_values() -> None:
    ops = [Done(1), Done(2)]
    assert All[list[int]](ops).result() == [1, 2]
    assert All(ops, combine=sum).result() == 3
    assert list(All(ops).children()) == ops


def test_how_long_an_operation_waits_by_contract() -> None:
    def steps() -> Flow[None]:
        yield from Sleep(1)

    assert Op[None]().wait is None
    assert FlowOp(steps(), math.inf).wait == math.inf
    assert Sleep(1).seconds == 1


def test_operations_have_no_dictionaries() -> None:
    size = MESSAGES["Map.size"]
    ops: list[Op[Any]] = [Op(), Done(1), Sleep(1), All([]), Request(size, b"")]
    for op in ops:
        assert not hasattr(op, "__dict__")
