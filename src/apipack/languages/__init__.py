"""Calls in ten languages: every `Request` as code, and the code read back.

`render` writes short code in the style of the API Pack dataset (HTTPSnippet; arXiv 2402.09615) and `read`
returns the request that the code would send. One module a language; `wire` knows what HTTP allows,
`literals` the quoting, `templates` how one text both writes and reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import ModuleType

from apipack.languages import curl, go, java, javascript, libcurl, node, php, python, ruby, swift
from apipack.languages.wire import Unreadable, Unrepresentable, problem
from apipack.records import Request

__all__ = ["Reading", "Unreadable", "Unrepresentable", "read", "render"]

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
    """The request that the code sends; raises Unreadable where that is not certain."""
    if not code.isascii() and _SURROGATE.search(code):
        raise Unreadable("lone surrogate in the code")
    request: Request = _MODULES[language].read(code)
    if reason := problem(request):
        raise Unreadable(reason)
    return request


@dataclass(frozen=True, slots=True)
class Reading:
    """Code that anybody wrote, read once: the request that it sends, or None and why that is not certain."""

    language: str
    code: str
    request: Request | None
    problem: str = ""

    @classmethod
    def of(cls, language: str, code: str) -> Reading:
        try:
            return cls(language, code, read(language, code))
        except Unreadable as error:
            return cls(language, code, None, f"cannot be read as {language}: {error}")
