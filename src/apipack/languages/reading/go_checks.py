"""What Go's compiler refuses about names, imports and variables that nothing uses, and what runs before `main`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading.go_imports import package_of
from apipack.languages.reading.grammar import field, named, source
from apipack.languages.wire import Unreadable

DECLARATIONS = (
    "package_clause",
    "import_declaration",
    "function_declaration",
    "method_declaration",
    "type_declaration",
    "const_declaration",
    "var_declaration",
)


def initializers(root: Node) -> Sequence[Node]:
    """Functions `init`, which run before `main` and have no name."""
    functions = [child for child in named(root) if child.type == "function_declaration"]
    return [function for function in functions if source(field(function, "name")) == "init"]


def check_names(root: Node) -> None:
    """Refuse imports and local variables that nothing uses."""
    seen: Counter[str] = Counter()
    given: Counter[str] = Counter()
    local: set[str] = set()
    imports: set[str] = set()
    todo = [root]
    while todo:
        node = todo.pop()
        if node.type in ("identifier", "package_identifier") and node.parent and node.parent.type != "package_clause":
            seen[source(node)] += 1
        if node.type == "import_spec":
            name = node.child_by_field_name("name")
            path = source(field(node, "path")).strip('"`')
            imports.add(source(name) if name else package_of(path))
            given[source(name) if name else ""] += 1
        for target in _targets(node):
            given[source(target)] += 1
            if node.type != "assignment_statement" and node.parent and node.parent.type != "source_file":
                local.add(source(target))
        todo += node.children
    unused = {name for name in (local | imports) - {"_", ".", ""} if seen[name] <= given[name]}
    if unused:
        raise Unreadable(f"{min(unused)} is not used")


def _targets(node: Node) -> Iterator[Node]:
    """Names that a node declares or sets."""
    if node.type == "short_var_declaration" or (
        node.type == "assignment_statement" and source(field(node, "operator")) == "="
    ):
        yield from (child for child in named(field(node, "left")) if child.type == "identifier")
    elif node.type == "var_spec":
        yield from node.children_by_field_name("name")


def check_own_texts(root: Node) -> None:
    """Refuse a program that has a type which writes its own JSON."""
    methods = [source(field(child, "name")) for child in named(root) if child.type == "method_declaration"]
    if set(methods) & {"MarshalJSON", "MarshalText"}:
        raise Unreadable("a type that writes its own JSON")
