"""Swift with URLSession (NSURLSession): a fragment; whoever runs it waits for the task.

Limits: no body with GET (the session fails), a header name once, an untyped body becomes a form; where a bracket
stands outside of the host, `URL(string:)` encodes the whole string, percent signs included. On Linux the runner adds
`import FoundationNetworking`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.languages.literals import LINE_STRING, Literals
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import Unreadable, Unrepresentable, repeated, untyped
from apipack.records import Request

LITERALS = Literals(
    point=lambda code: f"\\u{{{code:x}}}",
    forms=("bare_nul", "braces"),
    simple={"\\": "\\", "t": "\t", "n": "\n", "r": "\r", '"': '"', "'": "'"},
)

_BRACKET_AFTER_HOST = re.compile(r"[^/]*//[^/?]*[/?].*[\[\]]")

START = "import Foundation\n\n"
HEADERS = "let headers = ["
FIELD = "%(name)s: %(value)s"
HEADERS_END = "]\n\n"
BODY = "let postData = %(body)s.data(using: .utf8)!\n\n"
REQUEST = """var request = URLRequest(url: URL(string: %(url)s)!)
request.httpMethod = %(method)s
"""
SET_HEADERS = "request.allHTTPHeaderFields = headers\n"
SET_BODY = "request.httpBody = postData\n"
END = """
let dataTask = URLSession.shared.dataTask(with: request, completionHandler: { (data, response, error) -> Void in
  if let error = error {
    print(error)
  } else if let data = data {
    print(String(decoding: data, as: UTF8.self))
  }
})

dataTask.resume()"""

_START, _HEADERS_END, _BODY, _REQUEST, _SET_HEADERS, _SET_BODY, _END = (
    pattern(part.lstrip(), LINE_STRING, lines=True)
    for part in (START, HEADERS_END, BODY, REQUEST, SET_HEADERS, SET_BODY, END)
)
_HEADERS, _FIELD, _COMMA = (pattern(part, LINE_STRING) for part in (HEADERS, FIELD, ", "))


def render(request: Request) -> str:
    if reason := _unsendable(request):
        raise Unrepresentable(reason)
    parts = [START]
    if request.headers:
        parts.append(_headers(request.headers))
    if request.body is not None:
        parts.append(BODY % {"body": LITERALS.quote(request.body)})
    parts.append(REQUEST % {"url": LITERALS.quote(request.url), "method": f'"{request.method}"'})
    if request.headers:
        parts.append(SET_HEADERS)
    if request.body is not None:
        parts.append(SET_BODY)
    return "".join((*parts, END))


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    fields = [FIELD % {"name": LITERALS.quote(name), "value": LITERALS.quote(value)} for name, value in headers]
    inner = fields[0] if len(fields) == 1 else "\n  " + ",\n  ".join(fields) + "\n"
    return f"{HEADERS}{inner}{HEADERS_END}"


def _unsendable(request: Request) -> str | None:
    if request.body is not None and request.method == "GET":
        return "URLSession sends no body with GET"
    if "%" in request.url and _BRACKET_AFTER_HOST.match(request.url):
        return "URL(string:) would encode percent signs again, because of a bracket"
    return repeated(request.headers) or untyped(request, "URLSession")


def read(code: str) -> Request:
    cursor = Cursor(code)
    cursor.expect(_START, "import Foundation")
    headers = _read_headers(cursor) if cursor.maybe(_HEADERS) else ()
    body = cursor.maybe(_BODY)
    fields = cursor.expect(_REQUEST, "URLRequest and its method")
    sets_headers, sets_body = cursor.maybe(_SET_HEADERS), cursor.maybe(_SET_BODY)
    cursor.expect(_END, "the data task")
    cursor.end()
    if (sets_headers and not headers) or (sets_body and not body):
        raise Unreadable("an undeclared variable")
    request = Request(
        LITERALS.unquote(fields["method"]),
        LITERALS.unquote(fields["url"]),
        headers if sets_headers else (),
        LITERALS.unquote(body["body"]) if body and sets_body else None,
    )
    if reason := _unsendable(request) or repeated(headers):
        raise Unreadable(reason)
    return request


def _read_headers(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    while field := cursor.maybe(_FIELD):
        headers.append((LITERALS.unquote(field["name"]), LITERALS.unquote(field["value"])))
        if not cursor.maybe(_COMMA):
            break
    cursor.expect(_HEADERS_END, "the end of headers")
    return tuple(headers)
