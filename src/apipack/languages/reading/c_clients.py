"""C: the functions of libcurl, and the few of the C library that make texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.c_tree import lower
from apipack.languages.reading.curl_handle import Handle
from apipack.languages.reading.dialect import Dialect, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Mystery, Thing, known, text_of
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(C()).run(lower(code))


class Easy(Thing):
    """A handle of curl_easy_init."""

    def __init__(self) -> None:
        self.handle = Handle()
        self.form: Mime | None = None


class Mime(Thing):
    """A form of curl_mime_init, or one of its parts."""

    def __init__(self) -> None:
        self.parts: list[Mime] = []
        self.name = self.data = ""
        self.file: str | None = None
        self.kind: str | None = None


def _setopt(run: Evaluation, given: Arguments) -> Mystery:
    run.certain()
    handle, name, value = given.take("handle", "option", "value", required=3)
    if not isinstance(handle, Easy):
        known(handle)
        raise Unreadable("not a handle of curl")
    name = text_of(name, "an option").removeprefix("CURLOPT_")
    if name == "MIMEPOST":
        if not isinstance(value, Mime):
            raise Unreadable("not a form")
        handle.form = value
        handle.handle.form([])
        return MYSTERY
    if name == "HTTPHEADER" and not isinstance(value, list | None):
        known(value)
        raise Unreadable("header lines that are no list")
    handle.handle.set(name, value)
    return MYSTERY


def _append(run: Evaluation, given: Arguments) -> list[str]:
    run.certain()
    lines, line = given.take("list", "line", required=2)
    line = text_of(line, "a header line")
    if lines is None:
        return [line]
    if not isinstance(lines, list):
        known(lines)
        raise Unreadable("not a list of header lines")
    lines.append(line)
    return lines


def _perform(run: Evaluation, given: Arguments) -> Any:
    (handle,) = given.take("handle", required=1)
    if not isinstance(handle, Easy):
        raise Unreadable("not a handle of curl")
    if handle.form is not None and handle.handle.parts is not None:
        handle.handle.parts = [(part.name, part.data, part.file, part.kind) for part in handle.form.parts]
    return run.send(handle.handle.request())


def _escape(handle: Any, text: str, length: int) -> str:
    if length not in (0, len(text.encode())):
        raise Unreadable("a part of a text")
    return sending.strict(text)


def _filled(run: Evaluation, room: Any, text: Any) -> Any:
    """A text in its array, which must have room for it."""
    run.certain()
    if isinstance(text, Mystery):
        return MYSTERY
    if room is not None and len(text.encode()) >= known(room):
        raise Unreadable("a text longer than its array")
    return text


def _printed(pattern: Any, *values: Any) -> str:
    rest = list(values)

    def written(verb: re.Match[str]) -> str:
        if verb[0] == "%%":
            return "%"
        value = rest.pop(0) if rest else None
        if (verb[1] == "s" and isinstance(value, str)) or (verb[1] in ("d", "ld", "i") and isinstance(value, int)):
            return str(value)
        raise Unreadable(f"{verb[0]} of such a value")

    return re.sub("%(ld|.)", written, text_of(pattern))


def _sprintf(run: Evaluation, given: Arguments) -> Any:
    room, *others = given.positional
    return _filled(run, room, constant(_printed).run(run, Arguments(others)))


def _snprintf(run: Evaluation, given: Arguments) -> Any:
    room, _, size, *others = given.positional
    if isinstance(size, Mystery):
        raise Unreadable("an array whose size is not known")
    return _filled(run, min(size, room if room is not None else size), constant(_printed).run(run, Arguments(others)))


def _strcpy(run: Evaluation, given: Arguments) -> Any:
    room, text = given.positional
    return _filled(run, room, text)


def _strcat(run: Evaluation, given: Arguments) -> Any:
    room, before, text = given.positional
    return _filled(run, room, text_of(before) + text_of(text))


def _strncat(run: Evaluation, given: Arguments) -> Any:
    """The size is a limit that the text must not reach; one that is computed holds what the array does."""
    room, before, text, size = given.positional
    if isinstance(size, int) and len(text_of(text).encode()) > size:
        raise Unreadable("a text that is cut")
    if room is None:
        raise Unreadable("an array whose size is not known")
    return _filled(run, room, text_of(before) + text_of(text))


def _part(run: Evaluation, given: Arguments) -> Mime:
    run.certain()
    (mime,) = given.take("mime", required=1)
    part = Mime()
    mime.parts.append(part)
    return part


def _mime_name(run: Evaluation, given: Arguments) -> Mystery:
    run.certain()
    part, name = given.take("part", "name", required=2)
    part.name = text_of(name)
    return MYSTERY


def _mime_data(run: Evaluation, given: Arguments) -> Mystery:
    run.certain()
    part, data, size = given.take("part", "data", "size", required=3)
    part.data = text_of(data)
    if size not in ("CURL_ZERO_TERMINATED", len(part.data.encode())):
        raise Unreadable("a part of a text")
    return MYSTERY


def _mime_filename(run: Evaluation, given: Arguments) -> Mystery:
    run.certain()
    part, name = given.take("part", "filename", required=2)
    part.file = text_of(name)
    return MYSTERY


def _mime_type(run: Evaluation, given: Arguments) -> Mystery:
    run.certain()
    part, kind = given.take("part", "mimetype", required=2)
    part.kind = text_of(kind)
    return MYSTERY


INERT = [
    "curl_global_init",
    "curl_global_cleanup",
    "curl_easy_cleanup",
    "curl_slist_free_all",
    "curl_easy_strerror",
    "curl_easy_getinfo",
    "curl_free",
    "curl_mime_free",
    "curl_version",
    "fprintf",
    "printf",
    "puts",
    "fputs",
    "fflush",
    "free",
    "malloc",
    "calloc",
    "realloc",
    "memcpy",
    "memset",
    "perror",
    "fwrite",
    "stdout",
    "stderr",
    "getenv",
    "atoi",
    "time",
]


class C(Dialect):
    """Pointers are what they point to; a handle is true, NULL is not."""

    must_declare = True
    names: Mapping[str, Any] = {
        **dict.fromkeys(INERT, MYSTERY),
        "CURL_ZERO_TERMINATED": "CURL_ZERO_TERMINATED",
        "curl_easy_init": Builtin(lambda run, given: Easy()),
        "curl_easy_setopt": Builtin(_setopt),
        "curl_easy_perform": Builtin(_perform),
        "curl_slist_append": Builtin(_append),
        "curl_easy_escape": constant(lambda handle, text, length: _escape(handle, text, length)),
        "curl_mime_init": Builtin(lambda run, given: Mime()),
        "curl_mime_addpart": Builtin(_part),
        "curl_mime_name": Builtin(_mime_name),
        "curl_mime_data": Builtin(_mime_data),
        "curl_mime_filename": Builtin(_mime_filename),
        "curl_mime_type": Builtin(_mime_type),
        "strlen": constant(lambda text: len(text.partition("\0")[0].encode())),
        "exit": Builtin(leave),
        "text of sprintf": Builtin(_sprintf),
        "text of snprintf": Builtin(_snprintf),
        "text of strcpy": Builtin(_strcpy),
        "text of strcat": Builtin(_strcat),
        "text of strncat": Builtin(_strncat),
    }

    def truth(self, value: Any) -> bool:
        return value is not None and value != 0 and value is not False
