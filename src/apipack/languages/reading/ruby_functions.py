"""Ruby's methods and blocks: their parameters, options and blocks as those of a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import descendants, field, named, refuse, source
from apipack.languages.reading.values import Symbol

Lower = Callable[[Node], p.Expression]
Returning = Callable[[Node | None], tuple[p.Statement, ...]]


BEHIND = ("keyword_parameter", "hash_splat_parameter", "block_parameter")
"""Parameters that may stand behind one that takes the rest."""


def function_of(node: Node, value: Lower, returning: Returning) -> p.Function:
    """A method or block. value: lowers a default. returning: lowers a body whose last value is what it gives."""
    parameters: list[tuple[str, p.Expression | None]] = []
    options: list[p.Statement] = []
    unpacked: list[p.Statement] = []
    rest = ""
    yields = node.type in ("method", "singleton_method") and any(
        part.type == "yield" or source(part) == "block_given?" for part in descendants(node)
    )
    blocks: tuple[p.Statement, ...] = (_given_block("the block"),) if yields else ()
    keywords: list[str] = []
    declared = named(node.child_by_field_name("parameters"))
    for child in declared:
        if child.type == "identifier":
            parameters.append((source(child), None))
        elif child.type == "optional_parameter":
            parameters.append((source(field(child, "name")), value(field(child, "value"))))
        elif child.type == "destructured_parameter":
            name = f"part {len(parameters)}"
            parameters.append((name, None))
            parts = p.Targets(tuple(p.Name(source(part)) for part in named(child)))
            unpacked.append(p.Assign(parts, p.Name(name), True))
        elif child.type == "hash_splat_parameter" and not options:
            options.append(p.Assign(p.Name(source(field(child, "name"))), p.Name("the options"), True))
        elif child.type == "splat_parameter" and all(
            part.type in BEHIND for part in declared[declared.index(child) + 1 :]
        ):
            rest = source(field(child, "name"))
        elif child.type == "block_parameter":
            blocks = (_given_block(source(field(child, "name"))),)
        elif child.type == "hash_splat_parameter" and options:
            name = source(field(child, "name"))
            given: list[p.Expression] = [p.Name("the options"), *[p.Const(Symbol(key)) for key in keywords]]
            options.append(
                p.Assign(
                    p.Name(name),
                    p.Call(p.Name("other options of"), tuple(p.Argument(part) for part in given)),
                    True,
                )
            )
        elif child.type == "keyword_parameter":
            keywords.append(source(field(child, "name")))
            name, default = source(field(child, "name")), child.child_by_field_name("value")
            given = [p.Name("the options"), p.Const(Symbol(name)), *([value(default)] if default else [])]
            taken = p.Call(p.Name("option of"), tuple(p.Argument(part) for part in given))
            options.append(p.Assign(p.Name(name), taken, True))
        else:
            raise refuse(child)
    if node.type in ("block", "do_block") and not declared and any(source(part) == "_1" for part in descendants(node)):
        parameters.append(("_1", None))
    if options and rest:
        lists = [("the options", "last options"), (rest, "without options")]
        apart = [p.Assign(p.Name(name), p.call(part, p.Name(rest)), True) for name, part in lists]
        unpacked += apart
    elif options:
        parameters.append(("the options", p.Pairs(())))
    if keywords and not any(child.type == "hash_splat_parameter" for child in declared):
        names = [p.Argument(p.Name("the options")), *[p.Argument(p.Const(Symbol(key))) for key in keywords]]
        options.insert(0, p.Call(p.Name("options are"), tuple(names)))
    inner = node.child_by_field_name("body")
    inner = inner.child_by_field_name("body") if node.type == "lambda" and inner is not None else inner
    if yields and len(blocks) == 1:
        blocks = (_given_block("the block"), *(blocks if blocks[0] != _given_block("the block") else ()))
    body = (*blocks, *unpacked, *options, *returning(inner))
    return p.Function(
        tuple(parameters),
        body,
        strict=node.type in ("method", "singleton_method"),
        rest=rest,
        keywords="the blocks" if blocks else "",
    )


def _is_last(parameter: Node, declared: Sequence[Node]) -> bool:
    """Whether behind a parameter none is given by its position."""
    return all(part.type in BEHIND for part in declared[declared.index(parameter) + 1 :])


def _given_block(name: str) -> p.Statement:
    """The block that a method is called with, under a name."""
    return p.Assign(p.Name(name), p.call("given block", p.Name("the blocks")), True)
