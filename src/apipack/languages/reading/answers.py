"""What a good answer decides: a status of 200 and no error, as the sandbox answers.

Nobody knows what a request is answered. Whether a program sends it again hangs on that, and one that does so after a
good answer sends it twice.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from apipack.languages.reading import program as p
from apipack.languages.reading.values import UNDEFINED
from apipack.languages.wire import Unreadable

GOOD = 200


class SentTwice(Unreadable):
    """A request is sent for certain where another one was."""


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    **{"==": operator.eq, "===": operator.eq, "!=": operator.ne, "!==": operator.ne},
    **{"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_STATUS = re.compile(r"(get)?(http|response|raw|last)?(response|status)?(status|code)(code)?(value)?")
_IS_GOOD = {"ok", "issuccess", "issuccessful", "issuccessstatuscode", "success", "successful", "is2xxsuccessful"}
_ERROR = {"err", "error"}


def after_good_answer(test: p.Expression) -> bool | None:
    """Whether a condition on the answer holds where that is good; None where this does not say."""
    match test:
        case p.Binary("&&" | "||" as joins, left, right):
            first, second = after_good_answer(left), after_good_answer(right)
            decides = joins == "||"
            return decides if decides in (first, second) else None if None in (first, second) else not decides
        case p.Unary("!", operand):
            truth = after_good_answer(operand)
            return None if truth is None else not truth
        case p.Binary(compared, left, p.Const(value)) if compared in _COMPARED and (number := _number(value)):
            return _COMPARED[compared](GOOD, number) if _is_status(left) else None
        case p.Binary(compared, p.Const(value), right) if compared in _COMPARED and (number := _number(value)):
            return _COMPARED[_TURNED.get(compared, compared)](GOOD, number) if _is_status(right) else None
        case p.Binary("==" | "===" | "is" | "!=" | "!==" | "is not" as compared, p.Name(name), p.Const(value)):
            is_none = value is None or value is UNDEFINED
            return compared in ("==", "===", "is") if is_none and _plain(name) in _ERROR else None
        case p.Call(function, ()):
            return after_good_answer(function) if isinstance(function, p.Member) else None
        case p.Member(_, name):
            return True if _plain(name) in _IS_GOOD else None
    return None


def _number(value: object) -> int | None:
    """The status that a constant is."""
    if isinstance(value, str) and re.fullmatch("[1-5][0-9]{2}", value):
        return int(value)
    return value if isinstance(value, int) and 100 <= value < 600 else None


def _is_status(node: p.Expression) -> bool:
    match node:
        case p.Call(function, ()):
            return _is_status(function)
        case p.Member(owner, "to_i"):
            return _is_status(owner)
        case p.Member(_, name) | p.Name(name):
            return _STATUS.fullmatch(_plain(name)) is not None
    return False


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())
