"""Python: what httpx sends, where it differs from requests."""

from __future__ import annotations

import mimetypes
import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import applied, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.python_auth import Unsent
from apipack.languages.reading.python_data import Buffer, dumps, to_str
from apipack.languages.reading.python_requests import (
    Sendable,
    Session,
    add_auth,
    add_cookies,
    as_dict,
    known_text,
)
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    UNDEFINED,
    Arguments,
    Deferred,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable
from apipack.records import Request


class Client(Session):
    """httpx.Client; the module itself is one that keeps nothing."""

    is_async = False
    settable = frozenset({"timeout", "follow_redirects"})

    def __init__(self, given: Arguments | None = None) -> None:
        super().__init__()
        names = ("headers", "params", "auth", "base_url", "cookies", "timeout", "follow_redirects", "verify", "http2",
                 "limits", "event_hooks", "transport")  # fmt: skip
        headers, params, auth, base, cookies, *others = (given or Arguments([])).take(*names)
        self.hooks = as_dict(optional(others[-2]) or {})
        if not set(self.hooks) <= {"request", "response"}:
            raise Unreadable("hooks of another kind")
        if not isinstance(others[-1], Mystery) and others[-1] is not UNDEFINED:
            raise Unreadable("a transport of the program")
        self.at_headers, self.at_params = dict(optional(headers) or {}), optional(params) or {}
        self.cookies = optional(cookies)
        self.at_auth, self.base = optional(auth), optional(base, "")

    def verb(self, run: Evaluation, name: str, given: Arguments) -> Any:
        refused = () if name in ("post", "put", "patch") else ("data", "json", "content", "files")
        return self.go(run, name.upper(), given, ("url",), refused)

    def do_request(self, run: Evaluation, given: Arguments) -> Any:
        method = known(given.positional.pop(0) if given.positional else given.named.pop("method", None))
        if not isinstance(method, str):
            raise Unreadable("the method is not text")
        return self.go(run, method.upper(), given, ("url",), ())

    def do_build_request(self, run: Evaluation, given: Arguments) -> Sendable:
        method = text_of(given.positional.pop(0) if given.positional else given.named.pop("method", None), "the method")
        return Sendable(self.composed(run, method.upper(), given, ("url",), ("auth", "follow_redirects", "verify")))

    def go(
        self, run: Evaluation, method: str, given: Arguments, leading: tuple[str, ...], refused: tuple[str, ...]
    ) -> Any:
        return run.send(self.composed(run, method, given, leading, refused))

    def composed(
        self, run: Evaluation, method: str, given: Arguments, leading: tuple[str, ...], refused: tuple[str, ...]
    ) -> Request:
        names = (*leading, "content", "data", "json", "params", "headers", "cookies", "auth", "timeout",
                 "follow_redirects", "verify", "files")  # fmt: skip
        if len(given.positional) > len(leading) or any(name in given.named for name in refused):
            raise Unreadable(f"an argument that httpx does not take with {method}")
        options = {name: value for name, value in zip(names, given.take(*names), strict=True) if value is not UNDEFINED}
        fields = Fields()
        for name, value in [*as_dict(self.at_headers).items(), *as_dict(options.get("headers") or {}).items()]:
            fields.set(name, value)
        own = _httpx_pairs(options.get("params"))
        replaced = {name for name, _ in own}
        pairs = [*[pair for pair in _httpx_pairs(self.at_params) if pair[0] not in replaced], *own]
        url = _merged(known(self.base), known(options.get("url")))
        if pairs and "?" in url:
            raise Unreadable("params of httpx for a URL that has a query")
        body = _httpx_body(options, fields)
        add_cookies(fields, {**(known(self.cookies) or {}), **(known(options.get("cookies")) or {})})
        url = sending.raw_url(sending.with_query(url, sending.form(pairs)))
        url = add_auth(run, Unsent(method, url, fields), options.get("auth") or self.at_auth)
        return sent(method, self.hooked(run, Unsent(method, url, fields)), fields, body)

    def hooked(self, run: Evaluation, request: Unsent) -> str:
        """Let the program's hooks see the request, and perhaps change it; gives its URL."""
        for hook in self.hooks.get("request") or []:
            given = run.apply(hook, Arguments([request]))
            run.awaited(given)
        run.call_back(*(self.hooks.get("response") or []))
        return text_of(request.at_url, "the URL")


class AsyncClient(Client):
    """httpx.AsyncClient, which sends once what it gives is awaited."""

    is_async = True
    inert = frozenset({"aclose"})

    def go(
        self, run: Evaluation, method: str, given: Arguments, leading: tuple[str, ...], refused: tuple[str, ...]
    ) -> Any:
        return Deferred(lambda: run.send(self.composed(run, method, given, leading, refused)))

    def do_send(self, run: Evaluation, given: Arguments) -> Any:
        return Deferred(lambda: Client.do_send(self, run, given))


def _merged(base: Any, url: Any) -> str:
    """A URL under the base of a client; an absolute one leaves it."""
    if not isinstance(base, str) or not isinstance(url, str):
        raise Unreadable("the URL is not text")
    if not base or re.match("[A-Za-z][A-Za-z0-9+.-]*:|//", url):
        return url
    if re.search("[?#]", base):
        raise Unreadable("a base URL with a query")
    return base.rstrip("/") + "/" + url.lstrip("/")


def _httpx_body(options: dict[str, Any], fields: Fields) -> str | bytes | None:
    if options.get("files"):
        if fields.get("Content-Type") is not None:
            raise Unreadable("a type without the boundary")
        return _httpx_files(known(options["files"]), options.get("data"), fields)
    content, data, document = (options.get(name) for name in ("content", "data", "json"))
    if sum(value is not None for value in (content, data, document)) > 1:
        raise Unreadable("two bodies")
    if document is not None:
        fields.default("Content-Type", sending.JSON)
        return known_text(applied(lambda value: dumps(value, separators=(",", ":"), ensure_ascii=False), [document]))
    if isinstance(data, dict):
        fields.default("Content-Type", FORM)
        return sending.form(_httpx_pairs(data))
    body = known(content if content is not None else data)
    if body is not None and not isinstance(body, str | bytes):
        raise Unreadable("a body of httpx that is no text")
    return body or None


def _httpx_files(files: Any, data: Any, fields: Fields) -> str:
    """A form with files, whose type httpx guesses by their names."""
    parts: list[tuple[str, str, str | None, str | None]] = [
        (name, value, None, None) for name, value in _httpx_pairs(data)
    ]
    for name, value in files.items() if isinstance(files, dict) else files:
        file, content, *kind = value if isinstance(value, list) else ("upload", value)
        content = content.content if isinstance(content, Buffer) else content
        if not isinstance(content, bytes | str) or not isinstance(file, str) or len(kind) > 1:
            raise Unreadable("a file that is no text")
        guessed = mimetypes.guess_type(file)[0] or "application/octet-stream"
        written = content if isinstance(content, str) else sending.octets_text(content)
        parts.append((name, written, file, kind[0] if kind else guessed))
    return sending.multipart(parts, fields)


class QueryParams(Thing):
    """httpx.QueryParams, which never change: its methods give others."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self.values = values

    @classmethod
    def of(cls, run: Evaluation, given: Arguments) -> QueryParams:
        return cls(_by_name(Arguments(given.positional).take("params")[0] if given.positional else given.named))

    def pairs(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self.values.items() for value in values]

    def do_set(self, run: Evaluation, given: Arguments) -> QueryParams:
        return QueryParams(self.values | _by_name(dict([given.take("key", "value", required=2)])))

    def do_add(self, run: Evaluation, given: Arguments) -> QueryParams:
        ((name, more),) = _by_name(dict([given.take("key", "value", required=2)])).items()
        return QueryParams(self.values | {name: [*self.values.get(name, []), *more]})

    def do_merge(self, run: Evaluation, given: Arguments) -> QueryParams:
        return QueryParams(self.values | _by_name(*given.take("params", required=1)))


def _by_name(data: Any) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in _httpx_pairs(None if data is UNDEFINED else data):
        values.setdefault(name, []).append(value)
    return values


def _httpx_pairs(data: Any) -> list[tuple[str, str]]:
    data = known(data)
    if isinstance(data, QueryParams):
        return data.pairs()
    if data is None:
        return []
    if not isinstance(data, dict):
        raise Unreadable("pairs that are no dict")
    written = {True: "true", False: "false", None: ""}
    return [
        (str(name), written[member] if isinstance(member, bool | None) else to_str(member))
        for name, value in data.items()
        for member in (value if isinstance(value, list) else [value])
    ]
