"""Go with net/http: a whole program, since unused imports and variables do not compile.

Limits: none beyond HTTP's. Header.Add writes names in canonical form (`X-Api-Key`), which HTTP ignores.
"""

from __future__ import annotations

from functools import lru_cache

from apipack.languages.literals import C_ESCAPES, LINE_STRING, Literals
from apipack.languages.templates import Cursor, pattern
from apipack.languages.wire import Unreadable
from apipack.records import Request

LITERALS = Literals(
    point=lambda code: f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}",
    forms=("octal3", "hex", "u4", "u8"),
    simple=C_ESCAPES,
    octets=True,
)

START = 'package main\n\nimport (\n\t"fmt"\n\t"io"\n\t"net/http"\n'
STRINGS = '\t"strings"\n'
MAIN = ")\n\nfunc main() {\n\n\turl := %(url)s\n\n"
PAYLOAD = "\tpayload := strings.NewReader(%(payload)s)\n\n"
REQUEST = "\treq, _ := http.NewRequest(%(method)s, url, %(body)s)\n\n"
HEADER = "\treq.Header.Add(%(name)s, %(value)s)\n"
END = """
\tres, _ := http.DefaultClient.Do(req)

\tdefer res.Body.Close()
\tbody, _ := io.ReadAll(res.Body)

\tfmt.Println(res)
\tfmt.Println(string(body))

}"""

STRING = rf"{LINE_STRING}|`[^`\r]*+`"
_START, _STRINGS, _MAIN, _PAYLOAD, _HEADER, _END = (
    pattern(part.lstrip(), STRING, lines=True) for part in (START, STRINGS, MAIN, PAYLOAD, HEADER, END)
)
_REQUEST = pattern(REQUEST.lstrip(), STRING, lines=True, body="payload|nil")


def render(request: Request) -> str:
    has_body = request.body is not None
    parts = [START, STRINGS if has_body else "", MAIN % {"url": LITERALS.quote(request.url)}]
    if request.body is not None:
        parts.append(PAYLOAD % {"payload": LITERALS.quote(request.body)})
    parts.append(REQUEST % {"method": f'"{request.method}"', "body": "payload" if has_body else "nil"})
    parts.append(_headers(request.headers))
    return "".join(parts).removesuffix("\n" if not request.headers else "") + END


@lru_cache(maxsize=64)
def _headers(headers: tuple[tuple[str, str], ...]) -> str:
    return "".join([HEADER % {"name": LITERALS.quote(name), "value": LITERALS.quote(value)} for name, value in headers])


def read(code: str) -> Request:
    cursor = Cursor(code)
    cursor.expect(_START, "package main and its imports")
    strings = cursor.maybe(_STRINGS)
    url = cursor.expect(_MAIN, "func main and url")["url"]
    payload = cursor.maybe(_PAYLOAD)
    request = cursor.expect(_REQUEST, "http.NewRequest")
    headers = tuple((_text(field["name"]), _text(field["value"])) for field in cursor.every(_HEADER))
    cursor.expect(_END, "DefaultClient.Do and the response")
    cursor.end()
    if bool(strings) != bool(payload) or bool(payload) != (request["body"] == "payload"):
        raise Unreadable("an import or variable that is unused or not declared")
    return Request(_text(request["method"]), _text(url), headers, _text(payload["payload"]) if payload else None)


def _text(literal: str) -> str:
    return literal[1:-1] if literal[0] == "`" else LITERALS.unquote(literal)
