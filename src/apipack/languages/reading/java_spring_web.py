"""Java: what the fluent clients of Spring send, WebClient and RestClient."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import Address
from apipack.languages.reading.java_data import text
from apipack.languages.reading.java_okhttp import Type
from apipack.languages.reading.java_spring import (
    METHODS,
    SpringHeaders,
    SpringMap,
    kind_of,
    values_of_url,
    written_body,
)
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Module,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import Unreadable

_PATH = "/!$&'()*+,;=:@-._~"
_QUERY = "!$'()*+,;:@/?-._~"
"""What Spring leaves as it is in a template, of which it encodes the rest, a percent sign too."""


def _template(template: str, values: Any) -> str:
    """A path with its query, encoded before its variables, which are encoded to the last reserved character."""
    variables = iter(re.findall(r"\{[^{}]*\}", template))
    given = values_of_url(values, len(re.findall(r"\{[^{}]*\}", template)))

    def encoded(part: str, kept: str) -> str:
        pieces = re.split(r"\{[^{}]*\}", part)
        written = quote(pieces[0], safe=kept)
        for piece in pieces[1:]:
            written += sending.strict(text(known(given(next(variables)[1:-1])))) + quote(piece, safe=kept)
        return written

    path, mark, query = template.partition("?")
    if "#" in template or any("{" in part for part in re.split(r"\{[^{}]*\}", template)):
        raise Unreadable("a template of a URL")
    written = encoded(path, _PATH)
    pairs = [pair.partition("=") for pair in query.split("&")] if mark else []
    return written + mark + "&".join(encoded(name, _QUERY) + is_ + encoded(value, _QUERY) for name, is_, value in pairs)


def _based(base: str, path: str) -> str:
    """A path behind the base of a client."""
    if re.match("https?://", path):
        return path
    if not base or "?" in base or (path and path[0] not in "/?"):
        raise Unreadable("a path that no base goes before")
    return (base.removesuffix("/") if path.startswith("/") else base) + path


class UrlBuilder(Thing):
    """UriBuilder of a request."""

    def __init__(self, base: str) -> None:
        self.base, self.path = base, ""
        self.query: list[str] = []
        self.parts: dict[str, str] = {}

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("scheme", "host"):
            return Builtin(lambda run, given: self.part(run, name, *given.take("value", required=1)))
        return super().get(run, name)

    def part(self, run: Evaluation, name: str, value: Any) -> UrlBuilder:
        run.certain()
        if self.base:
            raise Unreadable("a part of a URL that takes the place of another")
        self.parts[name] = text_of(value)
        return self

    def do_path(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        run.certain()
        self.path = (self.path + text_of(*given.take("path", required=1))).replace("//", "/")
        return self

    def do_pathSegment(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        run.certain()
        segments = [text_of(known(segment)) for segment in given.positional]
        if any("/" in segment or not segment for segment in segments):
            raise Unreadable("a segment of a path")
        self.path = "/".join((self.path.removesuffix("/"), *segments))
        return self

    def do_queryParam(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        run.certain()
        name, *values = (known(value) for value in given.positional)
        if len(values) == 1 and isinstance(values[0], list):
            values = values[0]
        texts = list(map(text, values))
        if not texts or any(re.search(r"[&=#?]", value) for value in (text_of(name), *texts)):
            raise Unreadable("a value of a query that Spring encodes in another way")
        self.query += [f"{name}={value}" for value in texts]
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Address:
        base = self.base or f"{self.parts.get('scheme', '')}://{sending.authority(self.parts.get('host'))}"
        template = self.path + ("?" if self.query else "") + "&".join(self.query)
        return Address(_based(base, _template(template, given.positional)))


class Client(Thing):
    """WebClient and RestClient. is_lazy: its answers are publishers, which somebody must wait for."""

    def __init__(self, is_lazy: bool, base: str, fields: Fields) -> None:
        self.is_lazy, self.base, self.fields = is_lazy, base, fields

    def get(self, run: Evaluation, name: str) -> Any:
        if name.upper() in METHODS and name.islower():
            return Builtin(lambda run, given: Asked(self, name.upper()))
        return super().get(run, name)

    def do_method(self, run: Evaluation, given: Arguments) -> Asked:
        return Asked(self, text_of(*given.take("method", required=1)))

    def do_mutate(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        return ClientBuilder(self.is_lazy, self.base, Fields(self.fields.pairs))


class ClientBuilder(Thing):
    """Their builders."""

    def __init__(self, is_lazy: bool, base: str, fields: Fields) -> None:
        self.is_lazy, self.base, self.fields = is_lazy, base, fields

    def do_baseUrl(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        run.certain()
        self.base = sending.plain_url(*given.take("url", required=1))
        return self

    def do_defaultHeader(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        run.certain()
        self.fields.set(*given.take("name", "value", required=2))
        return self

    def do_defaultHeaders(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        run.certain()
        (consumer,) = given.take("consumer", required=1)
        run.apply(consumer, Arguments([SpringHeaders(Arguments([]), self.fields)]))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> Client:
        return Client(self.is_lazy, self.base, Fields(self.fields.pairs))


class Asked(Thing):
    """A request that is written link by link."""

    def __init__(self, client: Client, method: str) -> None:
        self.client, self.method, self.url = client, method, client.base
        self.fields = Fields()
        self.content: Any = None

    def do_uri(self, run: Evaluation, given: Arguments) -> Asked:
        run.certain()
        first, *others = given.positional
        if isinstance(first, str):
            head = re.match(r"https?://[^/?#{}]*", first)
            template = first[head.end() :] if head else first
            self.url = _based("" if head else self.client.base, (head[0] if head else "") + _template(template, others))
        else:
            is_made = isinstance(first, Address)
            built = first if is_made else run.apply(first, Arguments([UrlBuilder(self.client.base)]))
            if not isinstance(built, Address) or others:
                raise Unreadable("not a URI")
            self.url = built.url
        return self

    def do_header(self, run: Evaluation, given: Arguments) -> Asked:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if self.fields.get(text_of(name)) is not None:
            raise Unreadable("a header of Spring twice")
        self.fields.add(name, text(known(value)))
        return self

    def do_headers(self, run: Evaluation, given: Arguments) -> Asked:
        run.certain()
        (consumer,) = given.take("consumer", required=1)
        run.apply(consumer, Arguments([SpringHeaders(Arguments([]), self.fields)]))
        return self

    def do_contentType(self, run: Evaluation, given: Arguments) -> Asked:
        run.certain()
        self.fields.set("Content-Type", kind_of(*given.take("type", required=1)))
        return self

    def do_accept(self, run: Evaluation, given: Arguments) -> Asked:
        run.certain()
        self.fields.set("Accept", ", ".join(map(kind_of, given.positional)))
        return self

    def do_bodyValue(self, run: Evaluation, given: Arguments) -> Asked:
        run.certain()
        (self.content,) = given.take("body", required=1)
        return self

    do_body = do_bodyValue

    def do_retrieve(self, run: Evaluation, given: Arguments) -> Answer:
        given.take()
        return Answer(self)

    def send(self, run: Evaluation) -> Mystery:
        fields = Fields(self.fields.pairs)
        for name, value in self.client.fields.pairs:
            fields.default(name, value)
        body = written_body(self.content, fields, self.client.is_lazy)
        if body is not None and self.method in ("GET", "HEAD"):
            raise Unreadable(f"a body with {self.method}")
        return run.send(sent(self.method, sending.plain_url(self.url), fields, body))


class Answer(Thing):
    """What `retrieve` gives: RestClient sends once a body is asked for, WebClient once somebody waits for it."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def get(self, run: Evaluation, name: str) -> Any:
        if self.asked.client.is_lazy and name in ("bodyToMono", "bodyToFlux", "toEntity", "toBodilessEntity"):
            return Builtin(lambda run, given: Publisher(self.asked))
        if not self.asked.client.is_lazy and name in ("body", "toEntity", "toBodilessEntity"):
            return Builtin(lambda run, given: self.asked.send(run))
        return super().get(run, name)

    def do_onStatus(self, run: Evaluation, given: Arguments) -> Answer:
        run.call_back(*given.positional)
        return self


class Publisher(Thing):
    """A Mono or a Flux of an answer."""

    LATER = ("map", "flatMap", "doOnNext", "doOnSuccess", "doOnError", "onErrorResume", "onErrorMap", "onErrorReturn",
             "filter", "collectList", "timeout", "log", "switchIfEmpty", "defaultIfEmpty", "next")  # fmt: skip

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.LATER:
            return Builtin(self.then)
        if name in ("block", "blockOptional", "blockFirst", "blockLast"):
            return Builtin(lambda run, given: self.asked.send(run))
        return super().get(run, name)

    def then(self, run: Evaluation, given: Arguments) -> Publisher:
        run.call_back(*given.positional)
        return self


class FormInserter(SpringMap):
    """BodyInserters.fromFormData."""

    do_with = SpringMap.do_add


def _form_data(run: Evaluation, given: Arguments) -> Thing:
    first, value = given.take("name", "value", required=1)
    if value is UNDEFINED:
        if not isinstance(first, SpringMap):
            raise Unreadable("a form of no MultiValueMap")
        return first
    form = FormInserter(Arguments([]))
    form.do_add(run, given)
    return form


def _client(name: str, is_lazy: bool) -> Module:
    def created(run: Evaluation, given: Arguments) -> Client:
        (base,) = given.take("base")
        return Client(is_lazy, "" if base is UNDEFINED else sending.plain_url(base), Fields())

    def builder(run: Evaluation, given: Arguments) -> ClientBuilder:
        given.take()
        return ClientBuilder(is_lazy, "", Fields())

    return Module(name, {"create": Builtin(created), "builder": Builtin(builder)})


REACTIVE = "org.springframework.web.reactive.function"
TYPES: Mapping[str, Any] = {
    "org.springframework.web.client.RestClient": _client("RestClient", False),
    f"{REACTIVE}.client.WebClient": _client("WebClient", True),
    f"{REACTIVE}.client.WebClientResponseException": MYSTERY,
    f"{REACTIVE}.BodyInserters": Module(
        "BodyInserters",
        {
            "fromFormData": Builtin(_form_data),
            **dict.fromkeys(
                ("fromValue", "fromObject"), Builtin(lambda run, given: given.take("value", required=1)[0])
            ),
        },
    ),
    **dict.fromkeys(("reactor.core.publisher.Mono", "reactor.core.publisher.Flux"), MYSTERY),
    "org.springframework.core.ParameterizedTypeReference": Type(
        "ParameterizedTypeReference", {}, lambda run, given: MYSTERY
    ),
}
