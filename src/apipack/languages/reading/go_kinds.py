"""Go's types as far as literals tell them: of what kind a value is, and whether a place of a type takes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from apipack.languages.reading.grammar import field, named, source

WHOLE = frozenset({"int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"})
REAL = frozenset({"float32", "float64"})
ALIASES = {"byte": "uint8", "rune": "int32"}
BASIC = WHOLE | REAL | {"string", "bool"}
TYPES = BASIC | ALIASES.keys() | {"any", "comparable", "complex64", "complex128", "error"}
COMPOSED = ("array_type", "slice_type", "map_type")
COMPOUND = frozenset({"pointer_type", "slice_type", "map_type", "function_type", "channel_type"})
"""Types that only `nil` is a literal of."""
LITERALS = {
    "interpreted_string_literal": "text",
    "raw_string_literal": "text",
    "int_literal": "whole",
    "float_literal": "real",
    "rune_literal": "rune",
    "true": "truth",
    "false": "truth",
    "nil": "nil",
}
DEFAULTS = {"text": "string", "whole": "int", "real": "float64", "rune": "int32", "truth": "bool"}
"""The type of a variable that is declared by a literal of a kind."""
NUMBERS = frozenset({"whole", "real", "rune"})
FITTING = {
    "text": frozenset({"string"}),
    "whole": WHOLE | REAL,
    "rune": WHOLE | REAL,
    "real": WHOLE | REAL,
    "truth": frozenset({"bool"}),
    "nil": frozenset[str](),
}
ANSWER = "*http.Response"
OF_ANSWERS = {"StatusCode": "int", "Status": "string"}
RESULTS = {
    "fmt.Sprint": ("string",),
    "fmt.Sprintf": ("string",),
    "fmt.Sprintln": ("string",),
    "fmt.Errorf": ("error",),
    "fmt.Println": ("int", "error"),
    "fmt.Printf": ("int", "error"),
    "fmt.Print": ("int", "error"),
    "errors.New": ("error",),
    "strconv.Itoa": ("string",),
    "strconv.Atoi": ("int", "error"),
    "os.Getenv": ("string",),
    "url.QueryEscape": ("string",),
    "url.PathEscape": ("string",),
    "strings.ToUpper": ("string",),
    "strings.ToLower": ("string",),
    "strings.TrimSpace": ("string",),
    "strings.Join": ("string",),
    "url.Parse": ("", "error"),
    "http.NewRequest": ("", "error"),
    "http.NewRequestWithContext": ("", "error"),
    "http.Get": (ANSWER, "error"),
    "http.Post": (ANSWER, "error"),
    "http.PostForm": (ANSWER, "error"),
    "http.DefaultClient.Do": (ANSWER, "error"),
    "json.Marshal": ("", "error"),
    "json.MarshalIndent": ("", "error"),
    "json.Unmarshal": ("error",),
    "io.ReadAll": ("", "error"),
    "ioutil.ReadAll": ("", "error"),
    "log.Print": (),
    "log.Println": (),
    "log.Printf": (),
    "log.Fatal": (),
    "log.Fatalf": (),
    "log.Fatalln": (),
    "os.Exit": (),
    "time.Sleep": (),
}
"""Functions of the library → the types of their results; empty where that is no basic type."""
MOST = 64
"""Bits of the widest whole number."""


@dataclass(frozen=True)
class Kind:
    """Of a value: the type that it has, or the kind of literal that it is."""

    type: str = ""
    literal: str = ""
    node: Node | None = None


def composed(node: Node) -> str:
    """An array, a list or a map of basic types as its text; empty for any other type."""
    if node.type in ("type_identifier", "interface_type"):
        text = "any" if source(node).replace(" ", "") == "interface{}" else source(node)
        text = ALIASES.get(text, text)
        return text if text in BASIC | {"any", "error"} else ""
    value = node.child_by_field_name("element") or node.child_by_field_name("value")
    inner = composed(value) if value is not None else ""
    if node.type == "map_type":
        key = composed(field(node, "key"))
        return f"map[{key}]{inner}" if key and inner else ""
    length = node.child_by_field_name("length")
    if not inner or node.type not in ("slice_type", "array_type") or (length and length.type != "int_literal"):
        return ""
    return f"[{source(length) if length is not None else ''}]{inner}"


def type_text(node: Node | None) -> str:
    """The name of a type as it is written, also in what is composed of basic ones; empty where that is no name, and
    `*` where only `nil` is a literal of it."""
    if node is None:
        return ""
    if text := composed(node) if node.type in COMPOSED else "":
        return text
    if node.type in COMPOUND:
        return "*"
    text = source(node) if node.type == "type_identifier" else ""
    return ALIASES.get(text, text)


def results_of(result: Node | None) -> Sequence[Node]:
    """The types of a function's results, one for each."""
    if result is None:
        return []
    if result.type != "parameter_list":
        return [result]
    return [
        field(member, "type")
        for member in named(result)
        for _ in range(max(1, len(member.children_by_field_name("name"))))
    ]


def kind_of(node: Node, variable: Callable[[str], str], call: Callable[[Node], Sequence[str] | None]) -> Kind:
    """variable: the type of a name, call: the types that a call gives; empty and None where they are not known."""
    if node.type in LITERALS:
        return Kind(literal=LITERALS[node.type], node=node)
    if node.type == "unary_expression" and source(field(node, "operator")) == "-":
        inner = kind_of(field(node, "operand"), variable, call)
        return Kind(inner.type, inner.literal, node) if inner.literal in ("whole", "real") else Kind()
    if node.type == "composite_literal":
        return Kind(composed(field(node, "type")))
    if node.type == "identifier":
        return Kind(variable(source(node)))
    if node.type == "parenthesized_expression":
        return kind_of(named(node)[0], variable, call)
    if node.type == "call_expression":
        results = call(node)
        return Kind(results[0] if results is not None and len(results) == 1 else "")
    if node.type == "binary_expression" and source(field(node, "operator")) == "+":
        sides = [kind_of(field(node, side), variable, call) for side in ("left", "right")]
        if any(side.type == "string" or side.literal == "text" for side in sides):
            typed = [side.type for side in sides if side.type]
            return Kind(typed[0] if typed else "", "" if typed else "text")
    return Kind()


def fits(kind: Kind, place: str) -> bool:
    """Whether a value may be given to a place of a type, as far as both are known."""
    is_composed = "]" in place
    if not place or not (is_composed or place in BASIC | {"*", "error"}):
        return True
    if kind.literal:
        if place in ("*", "error") or is_composed:
            if place[:1] == "[" and place[1:2] != "]":
                return False
            return kind.literal == "nil"
        return place in FITTING[kind.literal] and (place not in WHOLE or _is_whole(kind, place))
    if kind.type == "*" or not ("]" in kind.type or kind.type in BASIC | {"error"}):
        return True
    if place == "*":
        return "]" in kind.type
    return kind.type == place


def _is_whole(kind: Kind, place: str) -> bool:
    """Whether a number is one of a type of whole numbers."""
    if kind.node is None or kind.literal == "rune":
        return True
    text = source(kind.node).replace("_", "").replace(" ", "")
    try:
        number = float(text) if kind.literal == "real" else int(text, 0)
    except ValueError:
        return True  # in another way to write it
    digits = re.sub("[^0-9]", "", place)
    bits = (int(digits) if digits else MOST) - (not place.startswith("u"))
    least = 0 if place.startswith("u") else -1 << bits
    return number == int(number) and least <= int(number) < 1 << bits
