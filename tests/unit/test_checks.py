from __future__ import annotations

from enum import IntEnum
from functools import partial
from typing import Any

import pytest

from hzproto import checks

INT = checks.integer(0, 10)


class Colour(IntEnum):
    RED = 0
    BLUE = 1


@pytest.mark.parametrize(
    ("check", "value", "result"),
    [
        (checks.boolean, True, True),
        (checks.text, "äöü", "äöü"),
        (checks.function, len, len),
        (INT, 0, 0),
        (INT, 10, 10),
        (checks.positive, 1, 1.0),
        (checks.non_negative, 0, 0.0),
        (checks.one_of(Colour), 1, Colour.BLUE),
        (checks.one_of(Colour), "BLUE", Colour.BLUE),
        (checks.one_of(Colour), Colour.RED, Colour.RED),
        (checks.optional(INT), None, None),
        (checks.optional(INT), 3, 3),
        (partial(checks.each, INT), range(2), [0, 1]),
        (checks.list_of(INT), [1, 2], (1, 2)),
        (checks.list_of(INT), (), ()),
        (checks.tuple_of(2, "a pair"), [1, "a"], (1, "a")),
    ],
)
def test_accepted(check: checks.Check[Any], value: object, result: object) -> None:
    accepted = check("option", value)
    assert accepted == result
    assert type(accepted) is type(result)


@pytest.mark.parametrize(
    ("check", "value", "error", "message"),
    [
        (checks.boolean, 1, TypeError, "option must be True or False, not 1"),
        (checks.text, b"x", TypeError, "option must be a string, not b'x'"),
        (checks.text, "\ud800", ValueError, "option must be a string without lone surrogates, not '\\ud800'"),
        (checks.function, "len", TypeError, "option must be callable, not 'len'"),
        (INT, 11, ValueError, "option must be an integer from 0 to 10, not 11"),
        (INT, -1, ValueError, "option must be an integer from 0 to 10, not -1"),
        (INT, True, TypeError, "option must be an integer from 0 to 10, not True"),
        (INT, 1.0, TypeError, "option must be an integer from 0 to 10, not 1.0"),
        pytest.param(INT, 1 << 20000, ValueError, "from 0 to 10, not an integer of 20001 bits", id="huge integer"),
        (checks.positive, 0, ValueError, "option must be a number greater than 0, not 0"),
        (checks.positive, "1", TypeError, "option must be a number greater than 0, not '1'"),
        (checks.positive, False, TypeError, "option must be a number greater than 0, not False"),
        (checks.positive, float("nan"), ValueError, "option must be a number greater than 0, not nan"),
        (checks.positive, float("inf"), ValueError, "option must be a number greater than 0, not inf"),
        pytest.param(checks.positive, 1 << 2000, ValueError, "not an integer of 2001 bits", id="beyond all floats"),
        (checks.one_of(Colour), 2, ValueError, "member of Colour (RED=0, BLUE=1), not 2"),
        (checks.one_of(Colour), "red", ValueError, "member of Colour (RED=0, BLUE=1), not 'red'"),
        (checks.one_of(Colour), True, TypeError, "member of Colour (RED=0, BLUE=1), not True"),
        (checks.one_of(Colour), 1.0, TypeError, "member of Colour (RED=0, BLUE=1), not 1.0"),
        (checks.optional(INT), "x", TypeError, "option must be an integer from 0 to 10, not 'x'"),
        (checks.iterable, 5, TypeError, "option must be iterable, such as a list, not 5"),
        (checks.pairs, [1], TypeError, "option must be a mapping, such as a dict, not [1]"),
        (partial(checks.each, INT), 5, TypeError, "option must be iterable, such as a list, not 5"),
        (partial(checks.each, INT), [1, 99], ValueError, "option[1] must be an integer from 0 to 10, not 99"),
        (checks.list_of(INT), "12", TypeError, "option must be a list or a tuple, not '12'"),
        (checks.list_of(INT), [1, 99], ValueError, "option[1] must be an integer from 0 to 10, not 99"),
        (checks.tuple_of(2, "a pair"), (1,), ValueError, "option must be a pair, not (1,)"),
        (checks.tuple_of(2, "a pair"), 1, TypeError, "option must be a pair, not 1"),
    ],
)
def test_refused(check: checks.Check[Any], value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        check("option", value)
    assert str(caught.value).endswith(message)
    assert type(caught.value) is error


def test_long_values_are_shortened() -> None:
    with pytest.raises(TypeError) as caught:
        INT("option", "x" * 1000)
    assert len(str(caught.value)) < 120
