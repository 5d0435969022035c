"""What a compiler of C refuses in a whole program: names that are declared twice or nowhere, constants that change,
calls with another number of arguments, and jumps that lead nowhere. Warnings are none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apipack.languages.reading import c_types
from apipack.languages.reading.grammar import descendants, field, named, nodes_of, refused, source
from apipack.languages.wire import Uncompiled

Nodes = dict[str, list[Node]]
LOOPS = ("for_statement", "while_statement", "do_statement")
COUNTS = {
    "curl_easy_init": 0,
    "curl_easy_cleanup": 1,
    "curl_easy_perform": 1,
    "curl_easy_setopt": 3,
    "curl_easy_strerror": 1,
    "curl_slist_append": 2,
    "curl_slist_free_all": 1,
    "curl_global_init": 1,
    "curl_global_cleanup": 0,
    "free": 1,
    "malloc": 1,
    "puts": 1,
    "strlen": 1,
}
"""Functions of the library → how many arguments they take."""
HEADERS = frozenset(
    f"{name}.h"
    for name in ("curl/curl", "stdio", "stdlib", "string", "stdbool", "stdint", "stddef", "stdarg", "errno", "ctype")
)
"""Headers whose variables are known: those of `KNOWN`."""
KNOWN = re.compile(r"[A-Z_][A-Z0-9_a-z]*|stdin|stdout|stderr|errno|curl_\w+|true|false|bool")


def check(root: Node) -> None:
    """Refuse a program or a fragment that has one of these."""
    nodes = nodes_of("c", root, KINDS)
    for node in (*nodes.get("break_statement", ()), *nodes.get("continue_statement", ())):
        _check_jump(node)
    for node in nodes.get("switch_statement", ()):
        _check_cases(node)
    for node in nodes.get("function_definition", ()):
        _check_labels(node)
    for node in nodes.get("parameter_list", ()):
        _check_once(iter(_parameters(node)), "is a parameter twice")
    for node in nodes.get("compound_statement", ()):
        _check_block(node)
    for node in nodes.get("field_declaration_list", ()):
        fields = (part for part in named(node) if part.type == "field_declaration")
        _check_once((name for part in fields if (name := _declared(part)) is not None), "is a field twice")
    _check_once((field(node, "name") for node in nodes.get("enumerator", ())), "is declared twice")
    _check_constants(nodes)
    _check_calls(nodes)
    if any("main" in source(field(node, "declarator")) for node in nodes.get("function_definition", ())):
        _check_names(root, nodes)


def _declared(node: Node | None) -> Node | None:
    """The name that a declaration or declarator declares."""
    while node is not None and node.type not in ("identifier", "field_identifier"):
        node = node.child_by_field_name("declarator") if node.type != "parenthesized_declarator" else named(node)[0]
    return node


def _parameters(node: Node | None) -> list[Node]:
    """The names of parameters; one that a macro makes has none that is known."""
    declarators = [(part, part.child_by_field_name("declarator")) for part in named(node)]
    plain = [part for part, declarator in declarators if declarator is not None and not _is_function(declarator)]
    return [name for part in plain if (name := _declared(part)) is not None]


def _check_once(names: Iterator[Node], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if source(name) in seen:
            raise refused(name, f"{source(name)} {what}")
        seen.add(source(name))


def _is_function(declarator: Node) -> bool:
    while declarator.type in ("pointer_declarator", "init_declarator"):
        declarator = field(declarator, "declarator")
    return declarator.type == "function_declarator"


def _check_block(node: Node) -> None:
    """Variables of a block, and the parameters of the function whose body it is."""
    names: list[Node] = []
    if node.parent is not None and node.parent.type == "function_definition":
        declarator = field(node.parent, "declarator")
        while declarator.type == "pointer_declarator":
            declarator = field(declarator, "declarator")
        parameters = declarator.child_by_field_name("parameters")
        names += _parameters(parameters)
    for child in named(node):
        if child.type == "declaration" and child.children[0].type != "storage_class_specifier":
            declarators = [one for one in child.children_by_field_name("declarator") if not _is_function(one)]
            names += [name for one in declarators if (name := _declared(one)) is not None]
    _check_once(iter(names), "is declared twice")


def _check_jump(node: Node) -> None:
    around = node.parent
    while around is not None and around.type != "function_definition":
        if around.type in LOOPS or (node.type == "break_statement" and around.type == "switch_statement"):
            return
        if around.type.startswith("preproc"):
            return
        around = around.parent
    raise refused(node, f"{node.type.removesuffix('_statement')} outside of a loop")


def _check_cases(node: Node) -> None:
    cases = [part for part in named(field(node, "body")) if part.type == "case_statement"]
    values = [case.child_by_field_name("value") for case in cases]
    texts = [source(value) for value in values if value is not None]
    if values.count(None) > 1 or len(texts) != len(set(texts)):
        raise refused(node, "a case twice")


def _check_labels(function: Node) -> None:
    if "goto" not in source(function):
        return
    parts = list(descendants(function))
    labels = [source(field(part, "label")) for part in parts if part.type == "labeled_statement"]
    for label in (field(part, "label") for part in parts if part.type == "goto_statement"):
        if source(label) not in labels:
            raise refused(label, f"{source(label)} is no label")
    if len(labels) != len(set(labels)):
        raise refused(function, "a label twice")


def _check_constants(nodes: Nodes) -> None:
    changes = [*nodes.get("assignment_expression", ()), *nodes.get("update_expression", ())]
    if not changes or "type_qualifier" not in nodes:
        return
    declared: dict[str, list[bool]] = defaultdict(list)
    for node in (*nodes.get("declaration", ()), *nodes.get("parameter_declaration", ())):
        is_constant = any(child.type == "type_qualifier" and source(child) == "const" for child in node.children)
        for declarator in node.children_by_field_name("declarator"):
            plain = declarator.child_by_field_name("declarator") if declarator.type == "init_declarator" else declarator
            if (name := _declared(declarator)) is not None:
                declared[source(name)].append(is_constant and plain is not None and plain.type == "identifier")
    for node in changes:
        target = node.child_by_field_name("left") or field(node, "argument")
        if target.type == "identifier" and declared.get(source(target)) == [True]:
            raise refused(node, f"{source(target)} is a constant")


def _check_calls(nodes: Nodes) -> None:
    counts: dict[str, int] = dict(COUNTS)
    if "preproc_def" in nodes or "preproc_function_def" in nodes:
        macros = [*nodes.get("preproc_def", ()), *nodes.get("preproc_function_def", ())]
        for macro in macros:
            counts.pop(source(field(macro, "name")), None)
    functions = nodes.get("function_definition", ())
    own = Counter(source(name) for node in functions if (name := _declared(node)) is not None)
    for node in nodes.get("function_definition", ()):
        declarator, name = field(node, "declarator"), _declared(node)
        while declarator.type == "pointer_declarator":
            declarator = field(declarator, "declarator")
        parameters = named(declarator.child_by_field_name("parameters"))
        title = source(name) if name is not None else ""
        counts.pop(title, None)
        is_plain = declarator.child_by_field_name("declarator") == name
        if (
            is_plain
            and own[title] == 1
            and parameters
            and not any(part.type != "parameter_declaration" for part in parameters)
        ):
            is_void = len(parameters) == 1 and source(parameters[0]) == "void"
            counts[title] = 0 if is_void else len(parameters)
    twice = [title for title, count in own.items() if count > 1]
    if twice and "preproc_ifdef" not in nodes and "preproc_if" not in nodes:
        raise Uncompiled(f"{twice[0]} is declared twice")
    for node in nodes.get("call_expression", ()):
        function, arguments = node.named_children[0], node.named_children[-1]
        count = counts.get(source(function)) if function.type == "identifier" else None
        if count is not None and count != arguments.named_child_count and count != len(named(arguments)):
            raise refused(node, f"{source(function)} takes {count} arguments")


def _check_names(root: Node, nodes: Nodes) -> None:
    """A variable that nothing declares, where all headers are known. A word before a name, or a comma, may be of its
    declaration."""
    paths = [source(field(node, "path")).strip('<>"') for node in nodes.get("preproc_include", ())]
    if not set(paths) <= HEADERS or "preproc_function_def" in nodes:
        return
    c_types.check(nodes, {source(field(node, "name")) for node in nodes.get("preproc_def", ())})
    used: dict[str, Node] = {}
    for kind in USES:
        for node in nodes.get(kind, ()):
            used |= {source(child): child for child in node.named_children if child.type == "identifier"}
    text = source(root)
    names = {name for name in used if not any(f"{kind}{name}" in text for kind in PLAIN) and not KNOWN.fullmatch(name)}
    if names and (unknown := names - {name for pair in DECLARED.findall(text) for name in pair}):
        name = min(unknown)
        raise refused(used[name], f"{name} is not declared")


PLAIN = ("CURLcode ", "int ", "*", "size_t ", "char ", "long ")
DECLARED = re.compile(r"(?<=[\w*,])(?<!return)(?<!else)[\s*]*\b(\w+)(?=\s*[=;,\[):])|define\s+(\w+)")
USES: Sequence[str] = ("binary_expression", "assignment_expression", "return_statement", "update_expression")
"""What has a variable in it, and no function that the library has."""
KINDS = (
    *("break_statement", "continue_statement", "switch_statement", "function_definition", "parameter_list"),
    *("compound_statement", "field_declaration_list", "enumerator", "declaration", "parameter_declaration"),
    *("assignment_expression", "update_expression", "type_qualifier", "preproc_def", "preproc_function_def"),
    *("call_expression", "preproc_ifdef", "preproc_if", "preproc_include", "binary_expression", "return_statement"),
    *c_types.KINDS,
)
