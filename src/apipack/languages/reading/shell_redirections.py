"""Where a shell command reads and writes: here-documents, here-strings, and files that its output fills."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from apipack.languages.reading.grammar import named, refuse, source
from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.shell_words import lost
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.shell import Shell


def redirected(shell: Shell, node: Node, stdin: Value | None) -> Value | None:
    body = node.child_by_field_name("body")
    after: list[Node] = []
    diverted: list[Value] = []
    for redirect in node.children_by_field_name("redirect"):
        if redirect.type == "heredoc_redirect":
            stdin, after, files = _here_document(shell, redirect)
            diverted += files
        elif redirect.type == "herestring_redirect":
            stdin = here_string(shell, redirect)
        else:
            diverted += output(shell, redirect)
    if body is None:
        raise refuse(node)
    if gap := lost(node):
        if gap != ["-"] or body.type != "command":
            raise Unreadable("words that the grammar drops")
        shell.dropped[body.id] = "-"
    printed = shell.pipeline([body, *after], stdin)
    return kept(shell, diverted, printed)


def output(shell: Shell, redirect: Node) -> list[Value]:
    """The file to which a redirection takes what a command prints, if it does."""
    if redirect.type != "file_redirect" or any(child.type in ("<", "<&") for child in redirect.children):
        raise refuse(redirect)
    descriptor = redirect.child_by_field_name("descriptor")
    if descriptor is not None and source(descriptor) != "1":
        return []
    destination = redirect.child_by_field_name("destination")
    is_whole = any(child.type == ">" for child in redirect.children) and destination is not None
    file = shell.words.word(destination, quoted=True) if is_whole and destination is not None else MYSTERY
    if not is_whole and (destination is None or not source(destination).isdecimal()):
        shell.state.files.clear()
    return [file]


def _here_document(shell: Shell, node: Node) -> tuple[Value, list[Node], list[Value]]:
    """The text of a here-document, the commands that the line pipes into, and the file that it fills."""
    start, body, after, files = "", "", [], list[Value]()
    strip = any(child.type == "<<-" for child in node.children)
    text: Value = ""
    for child in node.children:
        if child.type == "heredoc_start":
            start = source(child)
        elif child.type == "heredoc_body":
            body = source(child)
            text = body if re.search("['\"\\\\]", start) else shell.words.expanded(child, heredoc=True)
        elif child.type == "pipeline":
            after = list(named(child))
        elif child.type == "file_redirect":
            files += output(shell, child)
        elif child.type == "command" and source(child) in ("true", ":"):
            shell.guarded = True
        elif child.is_named and child.type != "heredoc_end":
            raise refuse(child)
    if strip and isinstance(text, str):
        text = re.sub(r"^\t+", "", text, flags=re.MULTILINE)
    return text, after, files


def here_string(shell: Shell, node: Node) -> Value:
    (value,) = named(node)
    text = shell.words.word(value, quoted=True)
    return text if isinstance(text, Mystery) else text + "\n"


def kept(shell: Shell, diverted: list[Value], printed: Value | None) -> Value | None:
    """What a command still prints whose output goes to files, which it fills."""
    for file in diverted:
        if isinstance(file, str) and re.fullmatch(r"\w[\w.-]*", file):
            shell.state.files[file] = MYSTERY if shell.doubt or printed is None else printed
    return "" if diverted else printed
