"""What Go's compiler refuses about names, imports and variables that nothing uses, and what runs before `main`."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading.go_scopes import Scopes
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


def check_names(root: Node, packages: frozenset[str]) -> None:
    """Refuse what `Scopes` does. packages: names that a fragment need not import."""
    Scopes(root, packages)


def check_own_texts(root: Node) -> None:
    """Refuse a program that has a type which writes its own JSON."""
    methods = [source(field(child, "name")) for child in named(root) if child.type == "method_declaration"]
    if set(methods) & {"MarshalJSON", "MarshalText"}:
        raise Unreadable("a type that writes its own JSON")
