"""PHP: members that need not be there, of `??`, isset, empty and unset, and loops that count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.grammar import field, named
from apipack.languages.reading.php_names import key_of
from apipack.languages.reading.values import Arguments, Builtin, Mystery
from apipack.languages.wire import Unreadable

Lower = Callable[[Node], p.Expression]


def quiet(node: Node, value_of: Lower) -> p.Expression:
    """A value, or null where a member of an array is not there."""
    if node.type == "argument":
        return quiet(named(node)[-1], value_of)
    if node.type == "subscript_expression" and len(parts := named(node)) == 2:
        return p.call("member or null", quiet(parts[0], value_of), value_of(parts[1]))
    return value_of(node)


def unset(node: Node, value_of: Lower) -> p.Expression | None:
    """unset of a member of an array; None for a variable."""
    if node.type != "subscript_expression" or len(parts := named(node)) != 2:
        return None
    return p.call("unset of", value_of(parts[0]), value_of(parts[1]))


def counted(node: Node, value_of: Lower, body: tuple[p.Statement, ...]) -> p.Statement | None:
    """A loop that counts; None where a part of it is left out, or has several."""
    start, test, step = (node.child_by_field_name(name) for name in ("initialize", "condition", "update"))
    if start is None or test is None or step is None or "sequence_expression" in (start.type, test.type, step.type):
        return None
    after = value_of(step)
    if step.type == "update_expression" and field(step, "argument").type == "variable_name":
        counter = field(step, "argument")
        name, is_up = p.Name((counter.text or b"").decode()), any(child.type == "++" for child in step.children)
        after = p.Assign(name, p.Binary("+" if is_up else "-", name, p.Const(1)))
    return p.Block((value_of(start), p.While(value_of(test), body, (after,))))


def called(callee: p.Expression, given: tuple[p.Argument, ...]) -> p.Expression:
    """A call; what preg_match fills is not known."""
    if callee != p.Name("preg_match") or len(given) != 3 or not isinstance(given[2].value, p.Name):
        return p.Call(callee, given)
    filled = p.Assign(given[2].value, p.Unknown())
    return p.Index(p.Items((p.Call(callee, given[:2]), filled)), p.Const(0))


def updated(node: Node, value_of: Lower, target_of: Callable[[Node], p.Target]) -> p.Expression:
    """`++` and `--`."""
    argument = field(node, "argument")
    mark = next(child for child in node.children if child.type in ("++", "--"))
    is_before = mark.start_byte < argument.start_byte
    return p.stepped(target_of(argument), value_of(argument), mark.type[0], is_before)


def _member(run: Evaluation, given: Arguments) -> Any:
    owner, key = given.positional
    if owner is None:
        return None
    if isinstance(owner, dict) and not isinstance(key, Mystery):
        return owner.get(key_of(key))
    return run.dialect.item(run, owner, key)


def _unset(run: Evaluation, given: Arguments) -> None:
    run.certain()
    owner, key = given.positional
    if not isinstance(owner, dict) or isinstance(key, Mystery):
        raise Unreadable("a member that cannot be taken away")
    owner.pop(key_of(key), None)


QUIET = {"member or null": Builtin(_member), "unset of": Builtin(_unset)}
