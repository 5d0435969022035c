"""What the package superagent sends in Node: a chain that is sent by `end`, `then` or `await`."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import plain_object, stringify, text
from apipack.languages.reading.javascript_fetch import whatwg
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Mystery, Thing, known, text_of
from apipack.languages.wire import FORM, Unreadable

VERBS = ("get", "head", "post", "put", "patch", "delete", "del")
TYPES = {"json": sending.JSON, "form": FORM, "urlencoded": FORM}


class Superagent(Thing):
    """The package: a function for each method."""

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "default":
            return self
        if name in VERBS:
            method = "DELETE" if name == "del" else name.upper()
            return Builtin(lambda run, given: Chain(method, *given.take("url", required=1)))
        return super().get(run, name)

    def call(self, run: Evaluation, given: Arguments) -> Any:
        method, url = given.take("method", "url", required=2)
        return Chain(text_of(known(method), "the method").upper(), url)


class Chain(Thing):
    """A request that is built by its methods."""

    inert = frozenset({"timeout", "retry", "redirects", "ok", "buffer", "on"})

    def __init__(self, method: str, url: Any) -> None:
        self.method, self.url = method, text(known(url))
        self.fields = Fields()
        self.written_query: list[str] = []
        self.query: dict[str, str] = {}
        self.document: Any = None

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.inert:
            return Builtin(lambda run, given: self)
        return super().get(run, name)

    def do_set(self, run: Evaluation, given: Arguments) -> Chain:
        run.certain()
        name, value = given.take("name", "value", required=1)
        for key, member in plain_object(name, "headers").items() if value is UNDEFINED else [(name, value)]:
            self.fields.set(text_of(known(key)), text(known(member)))
        return self

    def do_type(self, run: Evaluation, given: Arguments) -> Chain:
        return self._typed("Content-Type", run, given)

    def do_accept(self, run: Evaluation, given: Arguments) -> Chain:
        return self._typed("Accept", run, given)

    def _typed(self, header: str, run: Evaluation, given: Arguments) -> Chain:
        run.certain()
        kind = text_of(known(*given.take("type", required=1)))
        if kind not in TYPES and "/" not in kind:
            raise Unreadable(f"a short name of a type in {header}")
        self.fields.set(header, TYPES.get(kind, kind))
        return self

    def do_auth(self, run: Evaluation, given: Arguments) -> Chain:
        run.certain()
        user, password, options = given.take("user", "pass", "options", required=2)
        if isinstance(password, dict) and options is UNDEFINED:
            user, password, options = user, "", password
        kind = "basic" if options is UNDEFINED else known(plain_object(options, "options of auth").get("type"))
        if kind not in ("basic", "bearer"):
            raise Unreadable("another kind of credentials")
        user, password = text(known(user)), text(known(password))
        self.fields.set("Authorization", sending.basic(user, password) if kind == "basic" else f"Bearer {user}")
        return self

    def do_query(self, run: Evaluation, given: Arguments) -> Chain:
        run.certain()
        (query,) = given.take("query", required=1)
        if isinstance(query, str):
            self.written_query.append(query)
            return self
        for name, value in plain_object(query, "a query").items():
            if not isinstance(known(value), str | int | float):
                raise Unreadable("a query with more than values")
            self.query[name] = text(value)
        return self

    def do_send(self, run: Evaluation, given: Arguments) -> Chain:
        run.certain()
        (data,) = given.take("data", required=1)
        if isinstance(self.document, dict) and isinstance(known(data), dict):
            data = {**self.document, **data}
        elif self.document is not None or not isinstance(known(data), str | dict | list):
            raise Unreadable("a body in parts, or of no data")
        self.document = dict(data) if isinstance(data, dict) else data
        return self

    def do_end(self, run: Evaluation, given: Arguments) -> Mystery:
        self.finish(run)
        run.call_back(*given.positional)
        return MYSTERY

    do_then = do_end

    def finish(self, run: Evaluation) -> Mystery:
        queries = [*self.written_query, sending.form(self.query.items(), sending.strict)]
        query = "&".join(filter(None, queries))
        if query and "?" in self.url:
            raise Unreadable("a query for a URL that has one")
        url = sending.with_query(self.url, query)
        fields = Fields(self.fields.pairs)
        body = self._body(fields)
        if body is not None and self.method in ("GET", "HEAD"):
            raise Unreadable(f"superagent with a body of {self.method}")
        return run.send(sent(self.method, sending.encoded_url(url, whatwg), fields, body))

    def _body(self, fields: Fields) -> str | None:
        if self.document is None:
            return None
        kind = (fields.get("Content-Type") or "").partition(";")[0].strip().lower()
        if isinstance(self.document, str):
            if not kind:
                fields.set("Content-Type", FORM)
            return self.document
        if kind == FORM:
            pairs = plain_object(self.document, "a form").items()
            if not all(isinstance(value, str | int | float) for _, value in pairs):
                raise Unreadable("a form with more than values")
            return sending.form([(name, text(value)) for name, value in pairs], sending.strict)
        if not re.fullmatch(r"|application/(?:[\w.-]+\+)?json", kind):
            raise Unreadable("an object as a body of another type")
        fields.default("Content-Type", sending.JSON)
        return str(stringify(self.document))
