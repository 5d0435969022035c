"""docs/troubleshooting.md has the messages of the errors that a user can mend, `UserError` and those below it.

A message is the literal text in the source, with a gap where something is filled in. The errors of specifications say a
reason first, and that is their message. What is only another program's words has no text of its own.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.test_docs import GAP, messages

SOURCES = [path for folder in ("src", "stages", "spiders") for path in sorted(Path(folder).rglob("*.py"))]
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
LEFT_OUT = {
    "npm pack …@… left … tarballs instead of one": "npm packs one package into one file",
}
"""Message → why no user meets it."""
LETTERS = 8
ROWS = messages()


@cache
def errors() -> set[str]:
    """Names of UserError and of the classes below it."""
    classes = [node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, before = {"UserError"}, set[str]()
    while found != before:
        before = set(found)
        found |= {made.name for made in classes if found & {ast.unparse(base) for base in made.bases}}
    return found


def text(node: ast.expr) -> str | None:
    """What stands in the source, with gaps; None where nothing does."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.BinOp):
        return f"{text(node.left) or GAP}{text(node.right) or GAP}"
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values]
        return "".join(parts)
    return None


@cache
def literals() -> list[str]:
    names = errors()
    nodes = [node for tree in TREES for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in names and node.args]
    chosen = [branch for call in calls for branch in branches(call.args[0])]
    texts = {said for node in chosen if (said := text(node)) is not None}
    return sorted(said for said in texts if len(re.sub(r"[^a-z]", "", said)) >= LETTERS or said.isidentifier())


def branches(node: ast.expr) -> list[ast.expr]:
    """Both of a choice."""
    return [*branches(node.body), *branches(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def covers(row: str, literal: str) -> bool:
    """Do the row's texts stand in the message, in this order? A reason is whole."""
    if row.isidentifier() or literal.isidentifier():
        return row == literal
    texts = [re.escape(part.strip()) for part in row.split(GAP) if part.strip()]
    return re.search(".*".join(texts), literal) is not None


def test_the_source_has_many_and_of_every_class() -> None:
    assert {"UserError", "ParamsError", "SpecError", "ModelError", "SplitError"} <= errors()
    assert len(literals()) > 100
    assert {"not_utf8", "not_json_or_yaml", "no such preset: …; … has …"} <= set(literals())


@pytest.mark.parametrize("literal", literals())
def test_the_message_is_in_the_docs(literal: str) -> None:
    rows = [row for row in ROWS if covers(row, literal)]
    assert rows if literal not in LEFT_OUT else not rows


def test_what_is_left_out_is_in_the_source() -> None:
    assert set(LEFT_OUT) <= set(literals())


def test_a_message_without_its_row_would_be_seen() -> None:
    assert not any(covers(row, "cannot open the door of …") for row in ROWS)
    assert covers("no such preset: …", "no such preset: …; … has …") and not covers("a … b", "b … a")
