"""C: arrays of characters that are written into, structs, and the functions of the C library that make texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from apipack.languages.reading.bounds import check_texts
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, NOT_CONSTANT, Arguments, Builtin, Mystery, Thing, known, text_of
from apipack.languages.wire import Unreadable

_VERB = re.compile(r"%(?P<form>[-+0 ]?[0-9]{0,2}(?:\.[0-9]{1,2})?)(?P<size>hh|h|ll|l|z|j)?(?P<kind>[a-zA-Z%])")
PLACES = 1_000
_UNSIGNED = ("u", "z")


class Chars(Thing):
    """An array of characters, or memory for one. size: in bytes, None where it is not known. text: None until one is
    written into it."""

    def __init__(self, size: int | None, text: str | None = None) -> None:
        self.size, self.text = size, text
        self.is_free = self.is_memory = False

    def plain(self) -> str:
        if self.text is None or self.is_free:
            raise Unreadable("an array that holds no text")
        return self.text

    def write(self, text: str) -> None:
        if self.size is not None and len(text.encode()) >= self.size:
            raise Unreadable("a text longer than its array")
        check_texts([text])
        self.text = text

    def item(self, run: Evaluation, key: Any) -> str:
        return (self.plain() + "\0")[key]

    def set_item(self, run: Evaluation, key: Any, value: Any) -> None:
        if key != 0 or value not in ("\0", 0):
            raise Unreadable("a character of an array is set")
        self.text = ""


class Tail(Thing):
    """An array from a character on."""

    def __init__(self, array: Chars, start: int) -> None:
        self.array, self.start = array, start


class Record(Thing):
    """A struct; an assignment copies it, its address shares its members."""

    def __init__(self, members: dict[str, Any], is_pointer: bool = False) -> None:
        self.members, self.is_pointer = members, is_pointer

    def copy(self) -> Record:
        """A struct with arrays of its own; what its pointers point to is shared."""
        return Record({name: _copied(value) for name, value in self.members.items()})

    def get(self, run: Evaluation, name: str) -> Any:
        return self.members.get(name, MYSTERY)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        self.members[name] = value


def _copied(value: Any) -> Any:
    if isinstance(value, Chars) and not value.is_memory:
        return Chars(value.size, value.text)
    return value.copy() if isinstance(value, Record) and not value.is_pointer else value


def plain(value: Any) -> Any:
    """The text of an array, or the value itself."""
    return value.plain() if isinstance(value, Chars) else value


def new_chars(run: Evaluation, given: Arguments) -> Chars:
    """char NAME[SIZE], with its first text."""
    size, text = given.positional
    text = "" if text == [0] or text == ["\0"] or text == [] else plain(text)
    size = None if isinstance(size, Mystery) else size
    array = Chars(size)
    if text is not None and not isinstance(text, Mystery):
        array.write(text_of(text))
        array.size = len(array.plain().encode()) + 1 if size is None else size
    return array


def new_memory(run: Evaluation, given: Arguments) -> Chars:
    """malloc and calloc, of which the size is known or not."""
    size = 1
    for part in given.positional:
        size = size * part if isinstance(part, int) and isinstance(size, int) else -1
    memory = Chars(size if size >= 0 else None, None if len(given.positional) == 1 else "")
    memory.is_memory = True
    return memory


def grown(run: Evaluation, given: Arguments) -> Any:
    """realloc of memory, or of a text that strdup gave."""
    held, size = given.take("memory", "size", required=2)
    if isinstance(held, str) or (isinstance(held, Chars) and held.text is not None):
        run.certain()
        memory = Chars(size if isinstance(size, int) else None)
        memory.write(text_of(plain(held)))
        memory.is_memory = True
        if isinstance(held, Chars):
            held.is_free = True
        return memory
    return MYSTERY


def designated(run: Evaluation, given: Arguments) -> list[Any]:
    """An array of members by their places."""
    places, values = given.positional
    if not all(isinstance(place, int) and 0 <= place < PLACES for place in places):
        raise Unreadable("a place of an array")
    members: list[Any] = [None] * (max(places, default=-1) + 1)
    for place, value in zip(places, values, strict=True):
        members[place] = value
    return members


def new_record(run: Evaluation, given: Arguments) -> Record:
    return Record(dict(*given.positional))


def address_of(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    if isinstance(value, Record):
        return Record(value.members, True)
    return value if isinstance(value, Thing) else MYSTERY


def freed(run: Evaluation, given: Arguments) -> Mystery:
    for value in given.positional:
        if isinstance(value, Chars):
            value.is_free = True
    return MYSTERY


def cleared(run: Evaluation, given: Arguments) -> Any:
    """memset to zeros."""
    target, octet, _ = given.take("s", "c", "n", required=3)
    if isinstance(target, Mystery):
        return MYSTERY
    run.certain()
    if octet not in (0, "\0"):
        raise Unreadable("memory that is set to more than zeros")
    if isinstance(target, Record):
        arrays = {name: Chars(value.size, "") for name, value in target.members.items() if isinstance(value, Chars)}
        target.members.update({**dict.fromkeys(target.members), **arrays})
    elif isinstance(target, Chars):
        target.text = ""
    return target


def size_of(run: Evaluation, given: Arguments) -> Any:
    (value,) = given.positional
    return value.size if isinstance(value, Chars) and value.size is not None else MYSTERY


def count_of(run: Evaluation, given: Arguments) -> Any:
    """sizeof array / sizeof its first member."""
    (value,) = given.positional
    if isinstance(value, Chars):
        return size_of(run, given)
    return len(value) if isinstance(value, list) else MYSTERY


def printed(pattern: Any, *values: Any) -> str:
    """What printf writes."""
    rest = [plain(value) for value in values]

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        value = rest.pop(0) if rest else None
        kind = {"i": "d", "u": "d"}.get(verb["kind"], verb["kind"])
        if kind == "c" and isinstance(value, str) and len(value) == 1 and not verb["form"]:
            return value
        if (
            (kind == "s" and isinstance(value, str) and not verb["size"])
            or (kind in "dx" and isinstance(value, int) and (value >= 0 or verb["kind"] in "di"))
            or (kind in "fg" and isinstance(value, float))
        ):
            return f"%{verb['form']}{kind}" % value
        raise Unreadable(f"{verb[0]} of such a value")

    text = text_of(plain(pattern))
    if re.search(r"%(?![-+0 ]?[0-9]{0,2}(?:\.[0-9]{1,2})?(?:hh|h|ll|l|z|j)?[a-zA-Z%])", text):
        raise Unreadable("a format that is not known here")
    return _VERB.sub(written, text)


def _placed(run: Evaluation, target: Any, text: Any, size: Any = None) -> Any:
    """Write a text into an array, or behind what stands there; size: a limit of bytes."""
    run.certain()
    if isinstance(target, Mystery) or isinstance(text, Mystery):
        if isinstance(target, Chars):
            target.text = None
        if run.request is None:
            raise Unreadable(NOT_CONSTANT)
        return MYSTERY
    if isinstance(size, Mystery):
        raise Unreadable("an array whose size is not known")
    if size is not None and len(text.encode()) >= size:
        raise Unreadable("a text that is cut")
    if isinstance(target, Tail):
        before = target.array.plain() if target.start else ""
        if target.start != len(before.encode()):
            raise Unreadable("a text that is written over")
        target.array.write(before + text)
    elif isinstance(target, Chars):
        target.write(text)
    else:
        raise Unreadable("a text that is written into no array")
    return len(text.encode())


def _known_text(values: list[Any]) -> Any:
    return MYSTERY if any(isinstance(value, Mystery) for value in values) else printed(*values)


def _sprintf(run: Evaluation, given: Arguments) -> Any:
    target, *values = given.positional
    return _placed(run, target, _known_text(values))


def _snprintf(run: Evaluation, given: Arguments) -> Any:
    target, size, *values = given.positional
    return _placed(run, target, _known_text(values), size)


def _asprintf(run: Evaluation, given: Arguments) -> Any:
    return _known_text(given.positional)


def _strcpy(run: Evaluation, given: Arguments) -> Any:
    target, text = given.take("dest", "src", required=2)
    _placed(run, target, plain(text))
    return target


def _strncpy(run: Evaluation, given: Arguments) -> Any:
    target, text, size = given.take("dest", "src", "n", required=3)
    _placed(run, target, plain(text), size)
    return target


def _strcat(run: Evaluation, given: Arguments) -> Any:
    target, text = given.take("dest", "src", required=2)
    if isinstance(target, Chars):
        text = plain(text)
        _placed(run, target, text if isinstance(text, Mystery) else target.plain() + text)
        return target
    return _placed(run, target, MYSTERY)


def _strncat(run: Evaluation, given: Arguments) -> Any:
    """The size is a limit that the text must not reach; one that is computed holds what the array does."""
    target, text, size = given.take("dest", "src", "n", required=3)
    if isinstance(size, int) and len(text_of(plain(text)).encode()) > size:
        raise Unreadable("a text that is cut")
    if isinstance(size, Mystery) and isinstance(target, Chars) and target.size is None:
        raise Unreadable("an array whose size is not known")
    return _strcat(run, Arguments([target, text]))


def _memcpy(run: Evaluation, given: Arguments) -> Any:
    target, text, size = given.take("dest", "src", "n", required=3)
    if isinstance(target, Mystery):
        return MYSTERY
    text = plain(text)
    if not isinstance(target, Chars) or not isinstance(text, str) or size != len(text.encode()) + 1:
        raise Unreadable("memory that is copied")
    _placed(run, target, text)
    return target


def of_texts(function: Callable[..., Any]) -> Builtin:
    """A function of texts, which arrays may hold."""

    def run_of(run: Evaluation, given: Arguments) -> Any:
        values = [plain(value) for value in given.positional]
        if any(isinstance(value, Mystery) for value in values):
            return MYSTERY
        try:
            return function(*known(values))
        except (TypeError, ValueError, AttributeError):
            raise Unreadable("a call that fails") from None

    return Builtin(run_of)


def _compared(first: str, second: str) -> int:
    return (first > second) - (first < second)


def _rest_from(text: str, part: Any) -> str | None:
    found = text.find(part)
    return None if found < 0 else text[found:]


TEXTS: dict[str, Any] = {
    "sprintf": Builtin(_sprintf),
    "snprintf": Builtin(_snprintf),
    "text of asprintf": Builtin(_asprintf),
    "length of": Builtin(lambda run, given: _length(*given.positional)),
    "strcpy": Builtin(_strcpy),
    "strncpy": Builtin(_strncpy),
    "strcat": Builtin(_strcat),
    "strncat": Builtin(_strncat),
    "memcpy": Builtin(_memcpy),
    "memmove": Builtin(_memcpy),
    "memset": Builtin(cleared),
    "strlen": of_texts(lambda text: len(text.partition("\0")[0].encode())),
    "strcmp": of_texts(_compared),
    "strcasecmp": of_texts(lambda first, second: _compared(first.lower(), second.lower())),
    "strncmp": of_texts(lambda first, second, size: _compared(first[:size], second[:size])),
    "strchr": of_texts(_rest_from),
    "strstr": of_texts(_rest_from),
    "strdup": of_texts(lambda text: text),
    "malloc": Builtin(new_memory),
    "realloc": Builtin(grown),
    "designated": Builtin(designated),
    "calloc": Builtin(new_memory),
    "free": Builtin(freed),
    "chars of": Builtin(new_chars),
    "struct of": Builtin(new_record),
    "address of": Builtin(address_of),
    "size of": Builtin(size_of),
    "count of": Builtin(count_of),
    "first of": Builtin(lambda run, given: given.positional[0]),
}


def _length(text: Any) -> Any:
    return MYSTERY if isinstance(text, Mystery) else len(text_of(text).encode())
