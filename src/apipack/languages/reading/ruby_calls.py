"""Ruby's calls: their arguments, options and blocks, `super`, and the hashes that options are."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, refuse, source
from apipack.languages.reading.ruby_classes import SELF, Lowering, record_of
from apipack.languages.reading.ruby_texts import plain
from apipack.languages.reading.values import Symbol
from apipack.languages.wire import Unreadable

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


def call_of(lowering: Lowering, node: Node) -> p.Expression:
    owner, method = node.child_by_field_name("receiver"), node.child_by_field_name("method")
    if method is None and owner is not None:  # f.(x)
        return p.Call(
            p.Member(lowering.value(owner), "call"), arguments(lowering, node.child_by_field_name("arguments"))
        )
    if method is None:
        raise refuse(node)
    name = source(method)
    given = arguments(lowering, node.child_by_field_name("arguments"))
    if method.type == "super":
        return above(lowering, given)
    block = node.child_by_field_name("block")
    if block is not None:
        given = (*given, p.Argument(lowering.function(block), "block"))
    if owner is not None and source(owner) in ("Struct", "Data") and name in ("new", "define"):
        return record_of(node, lowering)
    if owner is None and name == "block_given?":
        return lowering.identifier(name)
    if owner is None and lowering.names.own is not None and name in {*lowering.names.own, *VERBS}:
        return p.Call(p.Member(SELF, name), given)
    if owner is None and name in lowering.names.script:
        return p.Call(p.Name(f"def {name}"), given)
    if owner is None:
        return p.Unknown() if name in ("require", "require_relative") else p.Call(p.Name(name), given)
    called = p.Call(p.Member(lowering.value(owner), name), given)
    if owner.type == "identifier" and any(child.type == "&." for child in node.children):
        is_nothing = p.Binary("==", lowering.value(owner), p.Const(None))
        return p.Conditional(is_nothing, p.Const(None), called)
    return called


def above(lowering: Lowering, given: tuple[p.Argument, ...]) -> p.Expression:
    """super: the method of the same name of the class that this one extends."""
    if not lowering.names.method:
        raise Unreadable("super outside of a method")
    parent = p.call("super of", SELF, p.Name(lowering.names.title))
    return p.Call(p.Member(parent, lowering.names.method), given)


def arguments(lowering: Lowering, node: Node | None) -> tuple[p.Argument, ...]:
    given: list[p.Argument] = []
    pairs: list[tuple[p.Expression | None, p.Expression]] = []
    blocks: list[p.Argument] = []
    for child in named(node):
        if child.type in ("pair", "hash_splat_argument"):
            pairs.append(pair(lowering, child))
        elif child.type == "block_argument":
            blocks.append(_passed(lowering, child))
        else:
            given.append(p.Argument(lowering.value(child)))
    options = [p.Argument(hash_of(pairs))] if pairs else []
    return (*given, *options, *blocks)


def _passed(lowering: Lowering, node: Node) -> p.Argument:
    """&:name, &function or &block as the block of a call."""
    inner = named(node)
    if len(inner) != 1:
        raise refuse(node)
    value = lowering.value(inner[0])
    if inner[0].type == "simple_symbol":
        value = p.call("block of", value)
    return p.Argument(value, "block")


def pair(lowering: Lowering, node: Node) -> tuple[p.Expression | None, p.Expression]:
    if node.type == "hash_splat_argument":
        return None, lowering.value(named(node)[0])
    if node.type != "pair":
        raise refuse(node)
    key, value = field(node, "key"), node.child_by_field_name("value")
    if value is None and key.type == "hash_key_symbol":
        return p.Const(Symbol(source(key))), lowering.identifier(source(key))
    if value is None:
        raise refuse(node)
    if key.type == "string" and any(child.type == ":" for child in node.children):
        return p.Const(Symbol(plain(key, lowering.value))), lowering.value(value)
    return lowering.value(key), lowering.value(value)


def hash_of(pairs: Sequence[tuple[p.Expression | None, p.Expression]]) -> p.Expression:
    """A hash, of which no two keys are a symbol and a text of the same letters."""
    constants = [key.parts[0] if isinstance(key, p.Text) and len(key.parts) == 1 else key for key, _ in pairs]
    keys = [key.value for key in constants if isinstance(key, p.Const)]
    kinds = {(type(key), key) for key in keys}
    return p.Pairs(tuple(pairs)) if len(kinds) == len(set(keys)) else p.Opaque("a symbol beside its text")
