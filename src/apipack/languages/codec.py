"""Calls in ten languages: every `Request` as code, and the code read back.

`render` writes short code in the style of the API Pack dataset (HTTPSnippet; arXiv 2402.09615) and `read`
returns the request that the code would send. One module a language; `wire` knows what HTTP allows,
`literals` the quoting, `templates` how one text both writes and reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import ModuleType

from apipack.languages import curl, go, java, javascript, libcurl, node, php, python, reading, ruby, swift
from apipack.languages.wire import Uncompiled, Unreadable, Unrepresentable, Unsent, problem
from apipack.records import Request

__all__ = ["Reading", "Unreadable", "Unrepresentable", "read", "read_own", "render"]

_MODULES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (curl, libcurl, java, node, python, go, ruby, php, swift, javascript)
}
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(language: str, request: Request) -> str:
    """The request as code; raises Unrepresentable where the language's client cannot send it."""
    if reason := problem(request):
        raise Unrepresentable(reason)
    code: str = _MODULES[language].render(request)
    return code


def read(language: str, code: str) -> Request:
    """The request that the code sends; raises Unreadable where that is not certain.

    Our own form is read by its template, any other by a parser and an evaluator of constants (`reading`).
    """
    try:
        return read_own(language, code)
    except Unreadable:
        return _read_foreign(language, code)


def _read_foreign(language: str, code: str) -> Request:
    request = reading.read(language, code)
    if reason := problem(request):
        raise Unreadable(reason)
    return request


def read_own(language: str, code: str) -> Request:
    """The request of code in the form that `render` writes; raises Unreadable on any other."""
    if not code.isascii() and _SURROGATE.search(code):
        raise Unreadable("lone surrogate in the code")
    request: Request = _MODULES[language].read(code)
    if reason := problem(request):
        raise Unreadable(reason)
    return request


@dataclass(frozen=True, slots=True)
class Reading:
    """Code that anybody wrote, read once: the request that it sends, or None and why that is not certain. own: the code
    has the form that `render` writes. unsent: it is certain that nothing is sent. uncompiled: the language refuses it
    before it runs."""

    language: str
    code: str
    request: Request | None
    problem: str = ""
    own: bool = False
    unsent: bool = False
    uncompiled: bool = False

    @classmethod
    def of(cls, language: str, code: str) -> Reading:
        try:
            return cls(language, code, read_own(language, code), own=True)
        except Unreadable:
            pass
        try:
            return cls(language, code, _read_foreign(language, code))
        except Unreadable as error:
            reason = f"cannot be read as {language}: {error}"
            return cls(
                *(language, code, None, reason),
                unsent=isinstance(error, Unsent),
                uncompiled=isinstance(error, Uncompiled),
            )
