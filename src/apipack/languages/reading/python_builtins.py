"""Python: what its own functions and operators give for plain data."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Thing, is_known, known, text_of
from apipack.languages.wire import Unreadable

TEXT_METHODS = (
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "startswith",
    "endswith",
    "split",
    "rsplit",
    "splitlines",
    "removeprefix",
    "removesuffix",
    "title",
    "capitalize",
    "isdigit",
    "find",
    "count",
)


def sliced(value: Any, start: Any, end: Any) -> Any:
    if not isinstance(value, str | bytes | list):
        raise Unreadable("a slice of no list")
    return value[start:end]


def contained(member: Any, whole: Any) -> Any:
    """What `in` gives for plain data."""
    if isinstance(whole, str) and isinstance(member, str):
        return member in whole
    if isinstance(whole, dict | list) and isinstance(member, str | int | float | None) and is_known(list(whole)):
        return member in whole
    return MYSTERY


TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float,),
    "dict": (dict,),
}


def is_instance(run: Evaluation, given: Arguments) -> Any:
    """isinstance of plain data and types of it; a tuple is a list here."""
    value, kinds = given.take("obj", "class_or_tuple", required=2)
    names = run.dialect.names
    known_kinds = {id(names[name]): TYPES[name] for name in TYPES}
    given_kinds = kinds if isinstance(kinds, list) else [kinds]
    if not isinstance(value, str | bool | int | float | dict | list | None) or not given_kinds:
        return MYSTERY
    if isinstance(value, list):
        is_plain = all(id(kind) in known_kinds for kind in given_kinds)
        both = {id(names["list"]), id(names["tuple"])} <= set(map(id, given_kinds))
        return False if is_plain else True if both else MYSTERY
    others = {id(names["list"]), id(names["tuple"])}
    if not all(id(kind) in known_kinds or id(kind) in others for kind in given_kinds):
        return MYSTERY
    return any(isinstance(value, known_kinds.get(id(kind), ())) for kind in given_kinds)


class Template(Thing):
    """string.Template."""

    def __init__(self, given: Arguments) -> None:
        (template,) = given.take("template", required=1)
        self.template = string.Template(text_of(template))

    def do_substitute(self, run: Evaluation, given: Arguments) -> Any:
        values = {**(given.positional[0] if given.positional else {}), **given.named}
        if not all(isinstance(value, str | int | float) for value in known(values).values()):
            raise Unreadable("a template of more than texts")
        return self.template.substitute({name: str(value) for name, value in values.items()})

    do_safe_substitute = do_substitute
