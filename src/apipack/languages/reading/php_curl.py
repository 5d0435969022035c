"""What PHP's curl functions send."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.curl_handle import Handle
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.php_data import text
from apipack.languages.reading.uploads import uploaded
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable


class Answer(Mystery):
    """What curl_exec gives where a request arrives: not false."""


class StringFile(Thing):
    """CURLStringFile: a part of a form with a file's name."""

    def __init__(self, given: Arguments) -> None:
        content, name, kind = given.take("data", "postname", "mime", required=2)
        self.content, self.name = text_of(content), text_of(name)
        self.kind = "application/octet-stream" if kind is UNDEFINED else text_of(kind)


class UserFile(StringFile):
    """CURLFile: a file that is uploaded."""

    def __init__(self, given: Arguments) -> None:
        path, kind, name = given.take("filename", "mime_type", "posted_filename", required=1)
        said = None if kind in (UNDEFINED, None, "") else text_of(kind)
        self.content, _ = uploaded(text_of(path), said)
        self.name = text_of(path) if name in (UNDEFINED, None, "") else text_of(name)
        self.kind = said or "application/octet-stream"


def _part(name: Any, value: Any) -> tuple[str, str, str | None, str | None]:
    if isinstance(value, StringFile):
        return str(name), value.content, value.name, value.kind
    return str(name), text(known(value)), None, None


class Curl(Thing):
    """A handle of curl_init."""

    def __init__(self, url: Any) -> None:
        self.handle = Handle()
        self.may_fail = False
        if url is not UNDEFINED and url is not None:
            self.handle.set("URL", url)

    def option(self, name: Any, value: Any) -> None:
        name = text_of(name, "an option").removeprefix("CURLOPT_")
        self.may_fail |= name == "FAILONERROR"
        if name == "POSTFIELDS" and isinstance(value, dict):
            self.handle.form([_part(key, member) for key, member in value.items()])
            return
        if name == "HTTPHEADER":
            if not isinstance(value, dict):
                raise Unreadable("header lines that are no array")
            value = list(value.values())
        if name in ("CUSTOMREQUEST", "URL") and isinstance(value, bool):
            raise Unreadable(f"{name} is no text")
        self.handle.set(name, text(known(value)) if name == "POSTFIELDS" else value)


def _curl(given: Arguments, *names: str) -> tuple[Curl, list[Any]]:
    handle, *others = given.take("handle", *names, required=1 + len(names))
    if not isinstance(handle, Curl):
        raise Unreadable("not a handle of curl")
    return handle, others


def setopt(run: Evaluation, given: Arguments) -> bool:
    run.certain()
    handle, (name, value) = _curl(given, "option", "value")
    handle.option(name, value)
    return True


def setopt_array(run: Evaluation, given: Arguments) -> bool:
    run.certain()
    handle, (options,) = _curl(given, "options")
    if not isinstance(options, dict):
        raise Unreadable("options that are no array")
    for name, value in options.items():
        handle.option(name, value)
    return True


def execute(run: Evaluation, given: Arguments) -> Any:
    handle, _ = _curl(given)
    run.send(handle.handle.request())
    return MYSTERY if handle.may_fail else Answer()
