"""What Java's compiler refuses about names: a local variable declared twice, and in a unit a type that nobody names."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, refused, source

BODIES = ("method_declaration", "constructor_declaration", "compact_constructor_declaration", "static_initializer")
TYPES = (
    "class_declaration",
    "record_declaration",
    "interface_declaration",
    "enum_declaration",
    "annotation_type_declaration",
)
OWN_SCOPE = ("class_body", "record_declaration", "interface_declaration", "enum_declaration", "class_declaration")
HEIRS = frozenset(("superclass", "super_interfaces", "extends_interfaces"))
SCOPES = (
    "block",
    "for_statement",
    "enhanced_for_statement",
    "lambda_expression",
    "catch_clause",
    "try_with_resources_statement",
    "switch_block_statement_group",
    "switch_rule",
)
_LANG = (
    "AbstractMethodError Appendable ArithmeticException ArrayIndexOutOfBoundsException "
    "ArrayStoreException AssertionError AutoCloseable Boolean Byte CharSequence Character Class "
    "ClassCastException ClassLoader ClassNotFoundException CloneNotSupportedException Cloneable "
    "Comparable Deprecated Double Enum Error Exception ExceptionInInitializerError Float "
    "FunctionalInterface IllegalAccessException IllegalArgumentException IllegalMonitorStateException "
    "IllegalStateException IndexOutOfBoundsException InheritableThreadLocal InstantiationException "
    "Integer InterruptedException Iterable LinkageError Long Math Module NegativeArraySizeException "
    "NoClassDefFoundError NoSuchFieldException NoSuchMethodException NullPointerException Number "
    "NumberFormatException Object OutOfMemoryError Override Process ProcessBuilder ProcessHandle Readable "
    "Record ReflectiveOperationException Runnable Runtime RuntimeException SafeVarargs ScopedValue "
    "SecurityException Short StackOverflowError StackTraceElement StackWalker StrictMath String "
    "StringBuffer StringBuilder StringIndexOutOfBoundsException SuppressWarnings System Thread "
    "ThreadGroup ThreadLocal Throwable UnsupportedOperationException VirtualMachineError Void var"
)
LANG = frozenset(_LANG.split())
"""Types of java.lang, which are never imported."""


def check(root: Node, nodes: dict[str, list[Node]]) -> None:
    """Refuse a unit or fragment with one of these. A fragment has no imports, so its types are not looked at. nodes:
    all of it by their kind."""
    for kind in BODIES:
        for node in nodes.get(kind, ()):
            _check_locals(node, frozenset())
    if any(child.type == "class_declaration" for child in named(root)):
        _check_types(nodes)


def _check_locals(node: Node, outer: frozenset[str]) -> None:
    """outer: names of the scopes around, which no inner one of the same method may declare again."""
    here = set(outer)
    todo = list(named(node))[::-1]
    while todo:
        child = todo.pop()
        if child.type in OWN_SCOPE:  # members of a class in a method may have any names
            continue
        if child.type in SCOPES:
            _check_locals(child, frozenset(here))
            continue
        if (name := _declares(child)) is not None:
            if name in here:
                raise refused(child, f"{name} is declared twice")
            here.add(name)
        if child.type in BODIES:
            continue
        todo += list(named(child))[::-1]
    if node.type == "enhanced_for_statement" and source(field(node, "name")) in outer:
        raise refused(node, f"{source(field(node, 'name'))} is declared twice")


def _declares(node: Node) -> str | None:
    """The local variable or parameter that a node declares."""
    if node.type in ("formal_parameter", "catch_formal_parameter", "resource") or (
        node.type == "variable_declarator" and node.parent is not None and node.parent.type != "field_declaration"
    ):
        name = node.child_by_field_name("name")
        return None if name is None else source(name)
    return None


def _check_types(nodes: dict[str, list[Node]]) -> None:
    known = set(LANG)
    for node in nodes.get("import_declaration", ()):
        if source(node).rstrip("; \t").endswith("*"):
            return  # of what a package has nobody knows here
        known.add(source(node).rstrip("; \t").rpartition(".")[2].strip())
    for kind in (*TYPES, "type_parameter"):
        for node in nodes.get(kind, ()):
            name = node.child_by_field_name("name") or next(iter(named(node)), None)
            known |= {source(name)} if name is not None else set()
    for node in _types(nodes):
        if source(node) not in known:
            raise refused(node, f"{source(node)} is not imported")


def _types(nodes: dict[str, list[Node]]) -> Iterator[Node]:
    """Names of types that must be known: of a.b.C none, and of Map.Entry the first."""
    for node in nodes.get("type_identifier", ()):
        if node.parent is not None:
            is_alone = node.parent.type != "scoped_type_identifier"
            if (is_alone or (node.parent.children[0] == node and source(node)[:1].isupper())) and not _inherits(node):
                yield node


def _inherits(node: Node) -> bool:
    """Whether a class around has the types of another one, which need not be here."""
    around = node.parent
    while around is not None:
        if around.type == "object_creation_expression" and any(child.type == "class_body" for child in around.children):
            return True
        if around.type in TYPES and not HEIRS.isdisjoint(child.type for child in around.children):
            return True
        around = around.parent
    return False
