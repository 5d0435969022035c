"""Conditions on whether an environment variable is set, of which one side is the default that stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from apipack.languages.reading import program as p
from apipack.languages.reading.values import UNDEFINED, Unset

if TYPE_CHECKING:
    from apipack.languages.reading.evaluation import Evaluation


def is_default(run: Evaluation, test: p.Expression, then: object, otherwise: object) -> bool | None:
    """Which branch gives the default of an unset variable that the other one gives itself; None where neither does."""
    asked = _asked(test)
    if asked is None or not _is_plain(asked[0]):
        return None
    variable, if_set = asked
    own, default = (then, otherwise) if if_set else (otherwise, then)
    if own != variable or default is None or not isinstance(run.value(variable), Unset):
        return None
    return not if_set


def is_filled(run: Evaluation, test: p.Expression, then: Sequence[p.Statement]) -> bool | None:
    """Whether a branch is run that gives an unset variable a value, or is left out that returns its own."""
    asked = _asked(test)
    if asked is None or not isinstance(asked[0], p.Name) or len(then) != 1:
        return None
    variable, if_set = asked
    fills = isinstance(then[0], p.Assign) and then[0].target == variable and not if_set
    returns = then[0] == p.Jump("return", variable) and if_set
    if not (fills or returns) or not isinstance(run.value(variable), Unset):
        return None
    return fills


def _is_plain(node: p.Expression) -> bool:
    """Whether to look up a variable twice changes nothing."""
    if isinstance(node, p.Call):
        return isinstance(node.function, p.Member | p.Name) and all(
            isinstance(argument.value, p.Const | p.Text) for argument in node.arguments
        )
    return isinstance(node, p.Name | p.Member | p.Index)


def _asked(test: p.Expression) -> tuple[p.Expression, bool] | None:
    """What a test asks to be there, and whether it holds where that is so."""
    match test:
        case p.Call(p.Member(owner, "nil?"), ()):
            return owner, False
        case p.Unary("!", operand):
            inner = _asked(operand)
            return None if inner is None else (inner[0], not inner[1])
        case p.Binary("===" | "!==" as operator, left, p.Const(value)) if value is UNDEFINED:
            return left, operator == "!=="
        case p.Binary("==" | "!=" | "is" | "is not" as operator, left, p.Const(value)) if value in (None, UNDEFINED):
            return left, operator in ("!=", "is not")
        case p.Binary():
            return None
    return test, True
