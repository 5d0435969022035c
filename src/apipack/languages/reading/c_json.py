"""C: documents of cJSON, from which programs print their bodies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from apipack.languages.reading.c_data import Chars, freed, plain
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Mystery, Thing, known, text_of
from apipack.languages.wire import Unreadable

DIGITS = 15
"""Of a number that is no integer, where they give the same number again."""
INTEGER = 2**31


class Item(Thing):
    """A cJSON. value: a scalar, a list of items, or a mapping of them. is_held: another item has it."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.is_held = False

    def add(self, name: str | None, item: Any) -> Item:
        if not isinstance(item, Item) or item.is_held or item is self:
            known(item)
            raise Unreadable("an item of a document that is not known here")
        if isinstance(self.value, dict) and name is not None and name not in self.value:
            self.value[name] = item
        elif isinstance(self.value, list) and name is None:
            self.value.append(item)
        else:
            raise Unreadable("an item of a document that is not known here")
        item.is_held = True
        return item

    def written(self, depth: int | None) -> str:
        """The document as a text. depth: how deep it is indented, None where it is not."""
        inner = None if depth is None else depth + 1
        joint = "," if depth is None else ", "
        if isinstance(self.value, list):
            return f"[{joint.join(item.written(inner) for item in self.value)}]"
        if not isinstance(self.value, dict):
            return scalar(self.value)
        mark, end = (":", "") if inner is None or depth is None else (":\t", "\n")
        tabs, before = ("", "") if inner is None or depth is None else ("\t" * inner, "\t" * depth)
        members = [f"{tabs}{scalar(name)}{mark}{item.written(inner)}" for name, item in self.value.items()]
        text = f",{end}".join(members)
        return f"{{{end}{text}{end if members else ''}{before}}}"


def scalar(value: Any) -> str:
    """A text, number, truth value or null as cJSON prints it."""
    if not isinstance(value, float):
        return json.dumps(value, ensure_ascii=False)
    if value == int(value) and abs(value) < INTEGER:
        return str(int(value))
    short = f"{value:.{DIGITS}g}"
    return short if float(short) == value else f"{value:.17g}"


def _number(value: Any) -> Any:
    value = known(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("a number that is not known here")
    return float(value) if abs(value) >= INTEGER else value


MAKING: dict[str, Callable[[Any], Any]] = {
    "String": lambda value: text_of(plain(value)),
    "Number": _number,
    "Bool": lambda value: known(value) not in (0, False, None),
}
EMPTY: dict[str, Callable[[], Any]] = {
    "Object": dict,
    "Array": list,
    "Null": lambda: None,
    "True": lambda: True,
    "False": lambda: False,
}


def _create(kind: str) -> Builtin:
    def create(run: Evaluation, given: Arguments) -> Item:
        if kind in EMPTY:
            given.take()
            return Item(EMPTY[kind]())
        return Item(MAKING[kind](*given.take("value", required=1)))

    return Builtin(create)


def _add(kind: str) -> Builtin:
    """cJSON_AddStringToObject and its kin: what they make and add."""

    def add(run: Evaluation, given: Arguments) -> Item:
        run.certain()
        owner, name, *values = given.positional
        if not isinstance(owner, Item):
            raise Unreadable("not a document")
        return owner.add(text_of(plain(name)), _create(kind).run(run, Arguments(values)))

    return Builtin(add)


def _add_item(run: Evaluation, given: Arguments) -> bool:
    """cJSON_AddItemToObject and cJSON_AddItemToArray."""
    run.certain()
    owner, *name, item = given.positional
    if not isinstance(owner, Item) or len(name) > 1:
        raise Unreadable("not a document")
    owner.add(text_of(plain(name[0])) if name else None, item)
    return True


def _create_list(run: Evaluation, given: Arguments) -> Item:
    """cJSON_CreateStringArray and its kin."""
    values, count = given.take("values", "count", required=2)
    if not isinstance(values, list) or count != len(values):
        raise Unreadable("a part of a list")
    kind = "String" if all(isinstance(plain(value), str) for value in values) else "Number"
    document = Item([])
    for value in values:
        document.add(None, Item(MAKING[kind](value)))
    return document


def _printed(depth: int | None) -> Builtin:
    def write(run: Evaluation, given: Arguments) -> Any:
        (document,) = given.take("item", required=1)
        if isinstance(document, Mystery):
            return MYSTERY
        if not isinstance(document, Item):
            raise Unreadable("not a document")
        text = Chars(None, document.written(depth))
        text.is_memory = True
        return text

    return Builtin(write)


KINDS = (*MAKING, *EMPTY)
DOCUMENTS: dict[str, Any] = {
    **{f"cJSON_Create{kind}": _create(kind) for kind in KINDS},
    **{f"cJSON_Add{kind}ToObject": _add(kind) for kind in KINDS},
    **dict.fromkeys(("cJSON_AddItemToObject", "cJSON_AddItemToArray"), Builtin(_add_item)),
    **{f"cJSON_Create{kind}Array": Builtin(_create_list) for kind in ("String", "Int", "Double", "Float")},
    "cJSON_Print": _printed(0),
    "cJSON_PrintUnformatted": _printed(None),
    "cJSON_free": Builtin(freed),
    **dict.fromkeys(
        (
            f"cJSON_{name}"
            for name in (
                "Delete",
                "Parse",
                "GetErrorPtr",
                "GetObjectItem",
                "GetArrayItem",
                "IsString",
                "GetObjectItemCaseSensitive",
                "GetArraySize",
                "IsNumber",
                "IsArray",
                "IsObject",
                "GetStringValue",
                "GetNumberValue",
                "IsTrue",
                "IsBool",
            )
        ),
        MYSTERY,
    ),  # fmt: skip
}
