"""Commands of a shell that fill variables: read, printf -v, export, declare, local and readonly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.shell_printing import printed_by
from apipack.languages.reading.values import MYSTERY
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.shell import Shell


def printed_into(shell: Shell, name: str, given: list[str]) -> None:
    """printf -v."""
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise Unreadable("a printf that is not known here")
    text = printed_by(["printf", *given], None)
    shell.state.variables[name] = MYSTERY if text is None else text


def read_into(shell: Shell, given: list[str], stdin: Value | None) -> Value | None:
    """read of all its input, or of a line, into one variable. At the end of the input it fails."""
    *options, name = given
    is_whole = "".join(options) in ("-r-d", "-d-r", "-rd")
    if "IFS" in shell.state.variables:
        raise Unreadable("a read that splits in another way")
    if stdin is None or not (is_whole or options == ["-r"]) or not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise Unreadable("a read that is not known here")
    if is_whole and shell.ends_on_failure and not shell.guarded:
        raise Unreadable("a read at whose end the script ends")
    if isinstance(stdin, str):
        shell.state.variables[name] = (stdin if is_whole else stdin.partition("\n")[0]).strip(" \t\n")
    else:
        shell.state.variables[name] = MYSTERY
    return None


def declare(shell: Shell, node: Node) -> None:
    """export, declare, local and readonly."""
    command = source(node.children[0])
    options = "".join(source(child) for child in named(node) if child.type == "word")
    if not re.fullmatch("(?:-[rax]+|-A)?", options):
        raise refuse(node)
    is_local = bool(shell.state.hidden) and command in ("local", "declare")
    for child in named(node):
        if child.type == "variable_assignment" and options == "-A" and not shell.state.hidden:
            members(shell, child)
        elif child.type == "variable_assignment":
            if is_local:
                shell.state.hide(source(field_of(child, "name")))
            shell.assign(child)
        elif child.type == "variable_name" and options == "-A" and not shell.state.hidden:
            shell.words.declare(source(child))
        elif child.type == "variable_name" and is_local and options != "-A":
            shell.state.hide(source(child))
            shell.state.variables[source(child)] = ""
        elif child.type != "word" and (child.type != "variable_name" or command == "local" or options == "-A"):
            raise refuse(child)


def members(shell: Shell, node: Node) -> None:
    """An array whose keys are texts, with its members."""
    name, value = field_of(node, "name"), field_of(node, "value")
    shell.words.declare(source(name))
    for member in named(value):
        key = re.match(r"\[([A-Za-z_]\w*)\]=([\w.:/-]*)", source(member), re.ASCII)
        if value.type != "array" or member.type != "concatenation" or key is None or shell.doubt:
            raise refuse(member)
        rest = [part for part in named(member) if part.start_byte >= member.start_byte + key.end()]
        if sum(part.end_byte - part.start_byte for part in rest) != len(source(member).encode()) - key.end():
            raise refuse(member)
        words: list[Value] = [key[2], *(shell.words.word(part, quoted=True) for part in rest)]
        known = [word for word in words if isinstance(word, str)]
        shell.state.variables[f"{source(name)}[{key[1]}]"] = MYSTERY if len(known) < len(words) else "".join(known)
