"""Calls in ten languages: every `Request` as code, and the code read back.

`render` writes short code in the style of the API Pack dataset (HTTPSnippet; arXiv 2402.09615) and `read`
returns the request that the code would send. One module a language; `wire` knows what HTTP allows,
`literals` the quoting, `templates` how one text both writes and reads.
"""

from __future__ import annotations

import re
from types import ModuleType

from apipack.languages import curl, go, java, javascript, libcurl, node, php, python, reading, ruby, swift
from apipack.languages.wire import Unreadable, Unrepresentable, problem
from apipack.records import Request

__all__ = ["Unreadable", "Unrepresentable", "is_own", "read", "read_own", "render", "try_read"]

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


def try_read(language: str, code: str) -> Request | None:
    """The request that the code sends, or None where that is not certain."""
    try:
        return read(language, code)
    except Unreadable:
        return None


def is_own(language: str, code: str) -> bool:
    """Whether code has the form that `render` writes and sends one request for certain."""
    try:
        read_own(language, code)
    except Unreadable:
        return False
    return True
