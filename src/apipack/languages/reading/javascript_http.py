"""What Node's modules http and https send."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import (
    Octets,
    Url,
    checked,
    header_pairs,
    text,
)
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable, repeated

BODILESS = ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE")
"""Methods for which Node frames no body by itself."""

HTTP = "method protocol hostname host port path headers auth timeout agent rejectUnauthorized maxRedirects family"


def once(run: Evaluation, given: Arguments) -> Any:
    """events.once, whose answer comes once the request is sent."""
    emitter, _, *_ = given.take("emitter", "name", "options", required=2)
    if isinstance(emitter, Outgoing) and run.request is None:
        raise Unreadable("an answer that is waited for before its request is sent")
    return MYSTERY


class Http(Thing):
    """The modules http and https."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme

    def get(self, run: Evaluation, name: str) -> Any:
        return MYSTERY if name in ("Agent", "globalAgent") else super().get(run, name)

    def do_request(self, run: Evaluation, given: Arguments) -> Outgoing:
        options: dict[str, Any] = {}
        for value in given.positional:
            if isinstance(value, str | Url):
                options |= _parts(value if isinstance(value, Url) else Url(value))
            elif isinstance(value, dict):
                options |= value
            else:
                known(value)
                run.call_back(value)
        checked(options, HTTP, self.scheme)
        return Outgoing(self.scheme, options)

    def do_get(self, run: Evaluation, given: Arguments) -> Outgoing:
        outgoing = self.do_request(run, given)
        outgoing.do_end(run, Arguments([]))
        return outgoing


def _parts(url: Url) -> dict[str, Any]:
    host, _, port = url.host.partition(":")
    path = url.path + (f"?{url.query}" if url.query else "")
    return {"protocol": f"{url.scheme}:", "hostname": host, "port": port or None, "path": path}


class Outgoing(Thing):
    """http.ClientRequest: sent by `end`."""

    inert = frozenset({"setTimeout", "destroy", "abort", "flushHeaders", "setNoDelay"})

    def __init__(self, scheme: str, options: dict[str, Any]) -> None:
        known({key: value for key, value in options.items() if key not in ("agent", "timeout", "headers")})
        self.method = text_of(options.get("method", "GET"), "the method").upper()
        if options.get("protocol") not in (None, UNDEFINED, f"{scheme}:"):
            raise Unreadable("another protocol than the module's")
        host = next((options[name] for name in ("hostname", "host") if options.get(name)), None)
        port = options.get("port")
        authority = sending.authority(host, None if port in (None, UNDEFINED, "") else port)
        path = text_of(options.get("path") or "/", "the path")
        if not path.startswith("/"):
            raise Unreadable("not a path")
        self.url = f"{scheme}://{authority}{path}"
        self.fields = Fields()
        for name, value in header_pairs(options.get("headers")):
            for field_value in value if isinstance(value, list) else [value]:
                self.fields.add(name, text(known(field_value)))
        if reason := repeated(tuple((name, "") for name, _ in header_pairs(options.get("headers")))):
            raise Unreadable(reason)
        if auth := options.get("auth"):
            user, _, password = text_of(auth).partition(":")
            self.fields.default("Authorization", sending.basic(user, password))
        self.body: list[str] = []

    def do_on(self, run: Evaluation, given: Arguments) -> Outgoing:
        run.call_back(*given.positional)
        return self

    do_once = do_on

    def do_setHeader(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.set(known(name), text(known(value)))
        return self

    def do_write(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        chunk, *_ = given.take("chunk", "encoding", "callback", required=1)
        self.body.append(_chunk(chunk))
        return True

    def do_end(self, run: Evaluation, given: Arguments) -> Any:
        for value in given.positional:
            if isinstance(value, str | Octets | Mystery):
                self.body.append(_chunk(value))
            else:
                run.call_back(value)
        body = "".join(self.body) if self.body else None
        framed = self.fields.get("Content-Length") is not None
        if body and self.method in BODILESS and not framed:
            raise Unreadable(f"Node does not frame a body of {self.method}")
        run.send(sent(self.method, self.url, self.fields, body))
        return self


def _chunk(value: Any) -> str:
    value = known(value)
    return sending.octets_text(value.octets) if isinstance(value, Octets) else text_of(value, "a chunk")
