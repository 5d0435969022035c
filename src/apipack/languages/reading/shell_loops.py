"""Loops of a shell, and what leaves them. Behind a jump that may have been taken, everything is in doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tree_sitter import Node

from apipack.languages.reading.bounds import DOUBTFUL
from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.shell_expansions import Value, calculated
from apipack.languages.reading.shell_flow import holds
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.shell import Shell

TURNS = 50
JUMPS = ("break", "continue", "return", "exit")


class Left(Exception):
    """A jump that is taken for certain."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def jump(shell: Shell, kind: str, given: Sequence[str]) -> None:
    """break, continue, return or exit."""
    if not shell.curls and (shell.doubt or (shell.ends_on_failure and list(given) not in ([], ["0"]))):
        raise Unreadable("it is not certain that the request is sent")
    if kind in ("break", "continue") and (not shell.loops or list(given) not in ([], ["1"])):
        raise Unreadable(f"a {kind} of no loop around it")
    if not shell.doubt:
        raise Left(kind)
    shell.jumps.add(kind)


def called(shell: Shell, body: Node, stdin: Value | None) -> Value | None:
    """A function's body, which a return leaves."""
    jumps, loops, shell.loops = set(shell.jumps), shell.loops, 0
    try:
        printed = shell.run(body, stdin)
    except Left as left:
        if left.kind != "return":
            raise
        printed = MYSTERY
    shell.jumps = jumps | (shell.jumps & {"exit"})
    shell.loops = loops
    return printed


def _turn(shell: Shell, body: Sequence[Node]) -> bool:
    """A turn of a loop; whether the loop goes on for certain where it is not at its end."""
    shell.loops += 1
    try:
        shell.body(body, None)
    except Left as left:
        if left.kind != "continue":
            raise
    finally:
        shell.loops -= 1
    shell.jumps.discard("continue")
    return not shell.jumps


def _perhaps(shell: Shell, body: Sequence[Node], turns: int = DOUBTFUL) -> None:
    """Turns in doubt."""
    shell.loops += 1
    for _ in range(turns):
        shell.perhaps(body)
    shell.loops -= 1


def _turns(shell: Shell, body: Sequence[Node], goes_on: Callable[[], bool | None]) -> Value:
    """All turns of a loop. goes_on: whether another one begins, None where that is not known."""
    for _ in range(TURNS):
        truth = goes_on()
        if truth is None and not shell.curls and not shell.doubt:
            raise Unreadable("a loop before the request is sent")
        if truth is False:
            return _end(shell)
        try:
            is_certain = truth is not None and _turn(shell, body)
        except Left as left:
            if left.kind != "break":
                raise
            return _end(shell)
        if not is_certain:
            for _ in range(DOUBTFUL):
                _perhaps(shell, body, 1)
                with shell.in_doubt():
                    goes_on()
            return _end(shell)
    raise Unreadable("a loop that does not end")


def _end(shell: Shell) -> Value:
    shell.jumps -= {"break", "continue"}
    return MYSTERY


def _words(shell: Shell, value: Node) -> Sequence[Value]:
    """Words of a list; numbers in a row where {1..3} or seq counts them."""
    text = source(value)
    row = re.fullmatch(r"\{([0-9]{1,3})\.\.([0-9]{1,3})\}", text)
    if row is None and (seq := re.fullmatch(r"\$\(seq ([^()]+)\)", text)):
        inner = named(named(value)[0])[1:]
        ends = [shell.words.word(part, quoted=True) for part in inner] if seq else []
        row = re.fullmatch("([0-9]{1,3}) ([0-9]{1,3})", " ".join(map(str, ends if len(ends) > 1 else ["1", *ends])))
        if row is None:
            return [MYSTERY]
    if row is None:
        return shell.several(value)
    first, last = map(int, row.groups())
    if last < first:
        raise refuse(value)
    return [str(number) for number in range(first, last + 1)]


def each(shell: Shell, node: Node) -> Value | None:
    """A for loop over words; where they are not known, nothing in it may send."""
    name, body = source(field_of(node, "variable")), named(field_of(node, "body"))
    words = [word for value in node.children_by_field_name("value") for word in _words(shell, value)]
    if not words or any(isinstance(word, Mystery) for word in words):
        shell.state.variables[name] = MYSTERY
        _perhaps(shell, body)
        return _end(shell)
    if len(words) > TURNS:
        raise Unreadable("a loop over what is no small list")
    for index, word in enumerate(words):
        shell.state.variables[name] = word
        try:
            is_certain = _turn(shell, body)
        except Left as left:
            if left.kind != "break":
                raise
            break
        if not is_certain:
            for other in words[index + 1 :]:
                shell.state.variables[name] = other
                _perhaps(shell, body, 1)
            shell.state.variables[name] = MYSTERY
            break
    return _end(shell)


def loop(shell: Shell, node: Node) -> Value | None:
    """while and until."""
    *tests, body = named(node)
    if len(tests) != 1:
        raise refuse(node)
    is_until = node.children[0].type == "until"

    def goes_on() -> bool | None:
        truth = holds(shell, tests[0])
        return None if truth is None else truth != is_until

    return _turns(shell, named(body), goes_on)


def counted_loop(shell: Shell, node: Node) -> Value | None:
    """for (( … ; … ; … ))."""
    *parts, body = named(node)
    if len(parts) != 3 or [child.type for child in node.children].count(";") < 2:
        raise refuse(node)
    start, test, step = parts
    if start.type == "variable_assignment":
        shell.assign(start)
    else:
        calculated(start, shell.state.variables)
    is_first = True

    def goes_on() -> bool | None:
        nonlocal is_first
        if not is_first:
            calculated(step, shell.state.variables)
        is_first = False
        number = calculated(test, shell.state.variables)
        return None if number is None else number != 0

    return _turns(shell, named(body), goes_on)
