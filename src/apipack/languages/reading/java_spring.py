"""Java: what RestTemplate of Spring sends, and the headers, forms and bodies that its clients share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import Address
from apipack.languages.reading.java_data import JACKSON, Written, text, to_json
from apipack.languages.reading.java_okhttp import Type
from apipack.languages.reading.objects import Instance
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
from apipack.languages.wire import FORM, Unreadable

_PLAIN_URL = re.compile(r"https?://[\w.:/?&=,@~-]+", re.ASCII)
"""A text that RestTemplate sends as it stands; others it encodes, and those in part again."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
FORM_KIND = f"{FORM};charset=UTF-8"


class SpringMediaType(Written):
    """MediaType."""

    def __init__(self, name: str) -> None:
        self.name = name

    def written(self) -> str:
        return self.name


class SpringHeaders(Thing):
    """HttpHeaders. fields: those of a request that a lambda writes to."""

    def __init__(self, given: Arguments, fields: Fields | None = None) -> None:
        given.take()
        self.fields = Fields() if fields is None else fields

    def do_set(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.set(name, value)

    def do_add(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = given.take("name", "value", required=2)
        if self.fields.get(text_of(name)) is not None:
            raise Unreadable("a header of Spring twice")
        self.fields.add(name, value)

    def do_setContentType(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (kind,) = given.take("type", required=1)
        self.fields.set("Content-Type", kind_of(kind))

    def do_setAccept(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        (kinds,) = given.take("types", required=1)
        self.fields.set("Accept", ", ".join(map(kind_of, kinds)))

    def do_setBearerAuth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set("Authorization", f"Bearer {text_of(*given.take('token', required=1))}")

    def do_setBasicAuth(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        self.fields.set("Authorization", sending.basic(*given.take("user", "password", required=2)))


def kind_of(kind: Any) -> str:
    if not isinstance(kind, SpringMediaType):
        raise Unreadable("not a MediaType")
    return kind.name


class SpringEntity(Thing):
    """HttpEntity."""

    def __init__(self, given: Arguments) -> None:
        first, second = (known(value) for value in given.take("body", "headers", required=1))
        is_alone = isinstance(first, SpringHeaders)
        self.body = None if is_alone else first
        headers = first if is_alone else second
        self.fields = Fields(headers.fields.pairs if isinstance(headers, SpringHeaders) else ())


class SpringMap(Thing):
    """LinkedMultiValueMap: a form as a body, and what UriComponentsBuilder takes as a query."""

    def __init__(self, given: Arguments) -> None:
        given.take()
        self.pairs: list[tuple[str, str]] = []

    def do_add(self, run: Evaluation, given: Arguments) -> SpringMap:
        run.certain()
        name, value = (known(part) for part in given.take("name", "value", required=2))
        names = [key for key, _ in self.pairs]
        if name in names[:-1] and names[-1] != name:
            raise Unreadable("members of a MultiValueMap that are not together")
        self.pairs.append((text_of(name), text(value)))
        return self

    def do_set(self, run: Evaluation, given: Arguments) -> None:
        if any(key == given.positional[0] for key, _ in self.pairs):
            raise Unreadable("a member of a MultiValueMap that takes the place of others")
        self.do_add(run, given)


def written_body(content: Any, fields: Fields, takes_unicode: bool = False) -> str | None:
    """What a converter of Spring writes of a body; its type goes to the fields. takes_unicode: of a text too."""
    known(content)
    if content is None or content is UNDEFINED:
        return None
    kind = fields.get("Content-Type")
    if isinstance(content, SpringMap):
        if kind is not None and kind.partition(";")[0] != FORM:
            raise Unreadable("a MultiValueMap that is no form")
        fields.set("Content-Type", FORM_KIND)
        return sending.form(content.pairs, _form_text)
    if isinstance(content, str):
        if kind is None or not (content.isascii() or (takes_unicode and kind == sending.JSON)):
            raise Unreadable("a body that a converter of Spring writes")
        return content
    if isinstance(content, dict | list | Instance) and kind in (None, sending.JSON):
        fields.set("Content-Type", sending.JSON)
        written: str = to_json(JACKSON)(None, Arguments([content]))
        return written
    raise Unreadable("a body that a converter of Spring writes")


def _form_text(value: str) -> str:
    return quote_plus(value, safe="*").replace("~", "%7E")


def values_of_url(values: Any, count: int) -> Callable[[str], Any]:
    """What the variables of a URL are replaced by, of a map by their names, or else one after the other."""
    values = [known(value) for value in values]
    if len(values) == 1 and isinstance(values[0], dict):
        by_name = values[0]
        return lambda name: by_name.get(name, MYSTERY)
    if len(values) != count:
        raise Unreadable("variables of a URL that are more or fewer than its values")
    rest = iter(values)
    return lambda name: next(rest)


def _expanded(url: str, values: Any) -> str:
    """A URL whose variables are values that every way of encoding leaves as they are, but for spaces."""
    variables = re.findall(r"\{\w+\}", url)
    checked(re.sub(r"\{\w+\}", "", url))
    given = values_of_url(values, len(variables))
    for variable in variables:
        value = text(known(given(variable[1:-1])))
        if not re.fullmatch(r"[\w.~:@, -]+", value, re.ASCII):
            raise Unreadable("a value of a URL that Spring encodes")
        url = url.replace(variable, quote(value, safe=":@,-._~"), 1)
    return url


class UrlBuilder(Thing):
    """UriComponentsBuilder."""

    def __init__(self, run: Evaluation, given: Arguments) -> None:
        self.url = text_of(*given.take("url", required=1))
        self.is_strict = self.is_built = False

    def do_queryParam(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        run.certain()
        name, value = (text(known(part)) for part in given.take("name", "value", required=2))
        self.url = sending.with_query(self.url, f"{name}={value}")
        return self

    def do_encode(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        given.take()
        self.is_strict = True
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        given.take()
        return self

    def do_buildAndExpand(self, run: Evaluation, given: Arguments) -> UrlBuilder:
        """The variables, which `encode` before it has encoded whatever they hold."""
        variables = re.findall(r"\{\w+\}", self.url)
        value_of = values_of_url(given.positional, len(variables))
        built = UrlBuilder(run, Arguments([self.url]))
        for variable in variables:
            value = text(known(value_of(variable[1:-1])))
            if not self.is_strict and not re.fullmatch(r"[\w~.-]+", value, re.ASCII):
                raise Unreadable("a value of a URL that Spring encodes")
            built.url = built.url.replace(variable, sending.strict(value), 1)
        checked(re.sub(r"%[0-9A-F]{2}", "", built.url))
        built.is_built = True
        return built

    def do_toUri(self, run: Evaluation, given: Arguments) -> Address:
        return Address(self.url if self.is_built else checked(self.url))

    def do_toUriString(self, run: Evaluation, given: Arguments) -> str:
        return self.url if self.is_built else checked(self.url)


def checked(url: str) -> str:
    if not _PLAIN_URL.fullmatch(url):
        raise Unreadable("a URL that Spring encodes")
    return url


class RestTemplate(Thing):
    """RestTemplate, on the client of the JDK."""

    def get(self, run: Evaluation, name: str) -> Any:
        verb = re.fullmatch("(get|post)For(?:Object|Entity)", name)
        if verb is not None:
            return Builtin(lambda run, given: self.verb(run, verb[1].upper(), given))
        if name in ("put", "delete"):
            return Builtin(lambda run, given: self.verb(run, name.upper(), given))
        return super().get(run, name)

    def verb(self, run: Evaluation, method: str, given: Arguments) -> Mystery:
        names = {"GET": ["url", "kind"], "POST": ["url", "body", "kind"], "PUT": ["url", "body"], "DELETE": ["url"]}
        count = len(names[method])
        values = dict(zip(names[method], given.positional, strict=False))
        if len(values) < count or given.named:
            raise Unreadable(f"no argument {names[method][-1]}")
        return self.send(run, method, values["url"], values.get("body"), given.positional[count:])

    def do_exchange(self, run: Evaluation, given: Arguments) -> Mystery:
        url, method, entity, _, *variables = given.positional
        if not isinstance(entity, SpringEntity | None):
            raise Unreadable("not an HttpEntity")
        return self.send(run, text_of(method), url, entity, variables)

    def send(self, run: Evaluation, method: str, url: Any, entity: Any, variables: list[Any]) -> Mystery:
        if entity is UNDEFINED or entity is None:
            entity = SpringEntity(Arguments([None]))
        if not isinstance(entity, SpringEntity):
            entity = SpringEntity(Arguments([entity]))
        fields = Fields(entity.fields.pairs)
        body = written_body(entity.body, fields)
        if method == "PATCH" or (body is not None and method not in ("POST", "PUT")):
            raise Unreadable(f"RestTemplate sends no {method[:20]} with a body")
        if isinstance(url, Address):
            return run.send(sent(method, sending.plain_url(url.url), fields, body))
        return run.send(sent(method, _expanded(text_of(known(url), "the URL"), variables), fields, body))


KINDS = {
    "APPLICATION_JSON": sending.JSON,
    "TEXT_PLAIN": "text/plain",
    "APPLICATION_FORM_URLENCODED": FORM,
    "APPLICATION_XML": "application/xml",
}
NAMES = {
    "AUTHORIZATION": "Authorization",
    "CONTENT_TYPE": "Content-Type",
    "ACCEPT": "Accept",
    "USER_AGENT": "User-Agent",
    "COOKIE": "Cookie",
}
MAP = Type("LinkedMultiValueMap", {}, lambda run, given: SpringMap(given))
TYPES: Mapping[str, Any] = {
    "org.springframework.web.client.RestTemplate": Type("RestTemplate", {}, lambda run, given: RestTemplate()),
    "org.springframework.http.HttpHeaders": Type("HttpHeaders", NAMES, lambda run, given: SpringHeaders(given)),
    "org.springframework.http.HttpEntity": Type("HttpEntity", {}, lambda run, given: SpringEntity(given)),
    "org.springframework.http.HttpMethod": Module("HttpMethod", {method: method for method in METHODS}),
    "org.springframework.http.MediaType": Module(
        "MediaType",
        {
            **{name: SpringMediaType(kind) for name, kind in KINDS.items()},
            **{f"{name}_VALUE": kind for name, kind in KINDS.items()},
        },
    ),
    "org.springframework.util.LinkedMultiValueMap": MAP,
    "org.springframework.util.MultiValueMap": MYSTERY,
    "org.springframework.http.ResponseEntity": MYSTERY,
    "org.springframework.web.util.UriComponentsBuilder": Module(
        "UriComponentsBuilder", dict.fromkeys(("fromHttpUrl", "fromUriString"), Builtin(UrlBuilder))
    ),
}
