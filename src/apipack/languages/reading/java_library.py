"""Java: the types that a program names, by their full names, and what the language itself has."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from apipack.languages.reading import (
    java_apache,
    java_apache_builders,
    java_spring,
    java_spring_web,
    java_unirest,
    sending,
)
from apipack.languages.reading.bounds import check_texts
from apipack.languages.reading.dialect import constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.frozen import FrozenDict, FrozenList
from apipack.languages.reading.java_addresses import AddressBuilder, new_address, new_uri, new_url
from apipack.languages.reading.java_collections import Collector, Entry, Stream, joining, map_of, new_map, new_tree_map
from apipack.languages.reading.java_data import (
    Builder,
    Charset,
    Drawn,
    Joiner,
    formatted,
    text,
    to_octets,
)
from apipack.languages.reading.java_functions import (
    Optional,
    cast_of,
    constant_of,
    enum_of,
    is_same,
    optional_of,
    reference_of,
)
from apipack.languages.reading.java_http_client import (
    NetClient,
    NetRequestBuilder,
    Publisher,
    publisher_of_octets,
    publisher_of_string,
)
from apipack.languages.reading.java_json import TYPES as JSON_TYPES
from apipack.languages.reading.java_okhttp import (
    FormBuilder,
    Headers,
    PartsBuilder,
    RequestBuilder,
    Type,
    headers_of,
    media_type,
    new_body,
    new_file,
)
from apipack.languages.reading.java_okhttp_client import Client, ClientBuilder, client_builder
from apipack.languages.reading.java_url_connection import new_stream
from apipack.languages.reading.objects import super_of
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    UNSET,
    Arguments,
    Builtin,
    Environment,
    Module,
    Mystery,
    of_environment,
    text_of,
)
from apipack.languages.wire import Unreadable


def _new(make: Callable[[Arguments], Any]) -> Any:
    return lambda run, given: make(given)


def _basic(user: Any, password: Any) -> str:
    return sending.basic(user, password, "latin-1")


def _url_encoded(value: str, charset: Any = "UTF-8") -> str:
    to_octets("", charset)
    return quote_plus(value, safe="*").replace("~", "%7E")


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable("a number that is not whole")
    return value


def _same(value: Any) -> Any:
    """valueOf of a number or a truth value."""
    if isinstance(value, str):
        raise Unreadable("valueOf of a text")
    return value


def _drawn(value: Any) -> str:
    """toHexString of the time."""
    if not isinstance(value, Drawn):
        raise Unreadable("toHexString of a number")
    return value.written()


def _joined(joint: str, *parts: Any) -> str:
    """String.join of texts or of a list of them."""
    members = parts[0] if len(parts) == 1 and isinstance(parts[0], list) else parts
    check_texts(members, joint)
    return joint.join(members)


def _string(run: Evaluation, given: Arguments) -> Any:
    """new String of bytes or of a text."""
    content, charset = given.take("content", "charset", required=1)
    if isinstance(content, Mystery):
        return MYSTERY
    to_octets("", charset)
    return sending.octets_text(content) if isinstance(content, bytes) else text_of(content)


class JavaEnvironment(Environment):
    """The map of System.getenv()."""

    def do_get(self, run: Evaluation, given: Arguments) -> str | Mystery:
        return of_environment(*given.take("name", required=1))

    def do_getOrDefault(self, run: Evaluation, given: Arguments) -> Any:
        name, default = given.take("name", "default", required=2)
        held = of_environment(name)
        return default if held is UNSET else held

    def do_containsKey(self, run: Evaluation, given: Arguments) -> Mystery:
        return MYSTERY


def _environment(run: Evaluation, given: Arguments) -> Any:
    """System.getenv of a name, or of nothing."""
    (name,) = given.take("name")
    return JavaEnvironment() if name is UNDEFINED else of_environment(name)


def _callbacks(run: Evaluation, given: Arguments) -> Any:
    """An object of a class without a name: that of an interceptor is its one method."""
    kind, *methods = given.positional
    if kind in ("Interceptor", "okhttp3.Interceptor") and len(methods) == 1:
        return methods[0]
    run.call_back(*methods)
    return MYSTERY


BASE64 = Module(
    "Encoder",
    {
        "encodeToString": constant(lambda octets: base64.b64encode(octets).decode()),
        "encode": constant(base64.b64encode),
    },
)


def _frozen_list(members: tuple[Any, ...]) -> FrozenList:
    """What `of` and `asList` give of members, or of the one array that is given."""
    return FrozenList(members[0] if len(members) == 1 and isinstance(members[0], list) else members)


def _members(given: Arguments) -> list[Any]:
    """Arguments, or the members of the one array that is given."""
    (first, *others) = given.positional or [None]
    return first if isinstance(first, list) and not others else list(given.positional)


MAP = {
    "of": constant(map_of),
    "entry": Builtin(lambda run, given: Entry(*given.take("key", "value", required=2))),
    "ofEntries": Builtin(lambda run, given: FrozenDict(entry.pair for entry in given.positional)),
}
PUBLISHERS = Module(
    "BodyPublishers",
    {
        "ofString": Builtin(publisher_of_string),
        "ofByteArray": Builtin(publisher_of_octets),
        "noBody": Builtin(lambda run, given: Publisher(None)),
    },
)
HANDLERS = Module(
    "BodyHandlers",
    dict.fromkeys(
        ("ofString", "ofByteArray", "ofInputStream", "ofLines", "ofFile", "discarding", "replacing"), MYSTERY
    ),
)
CREATING = {"create": Builtin(new_body)}
PARSING = {"parse": Builtin(media_type), "get": Builtin(media_type)}
TYPES: Mapping[str, Any] = {
    "okhttp3.OkHttpClient": Type(
        "OkHttpClient",
        {"Builder": Type("Builder", {}, _new(client_builder))},
        _new(Client),
    ),
    "okhttp3.Request": Type("Request", {"Builder": Type("Builder", {}, _new(RequestBuilder))}),
    "okhttp3.RequestBody": Module("RequestBody", {**CREATING, "Companion": Module("Companion", CREATING)}),
    "okhttp3.MediaType": Module("MediaType", {**PARSING, "Companion": Module("Companion", PARSING)}),
    "okhttp3.FormBody": Module("FormBody", {"Builder": Type("Builder", {}, _new(FormBuilder))}),
    "okhttp3.MultipartBody": Module(
        "MultipartBody", {"Builder": Type("Builder", {}, _new(PartsBuilder)), "FORM": "multipart/form-data"}
    ),
    "okhttp3.HttpUrl": Module(
        "HttpUrl",
        {
            "parse": Builtin(new_address),
            "get": Builtin(new_address),
            "Builder": Type("Builder", {}, _new(lambda given: AddressBuilder())),
        },
    ),
    "okhttp3.Headers": Module("Headers", {"of": Builtin(headers_of), "Builder": Type("Builder", {}, _new(Headers))}),
    "okhttp3.Credentials": Module("Credentials", {"basic": constant(_basic)}),
    **dict.fromkeys(
        (f"okhttp3.{name}" for name in ("Response", "Call", "Callback", "ResponseBody", "Interceptor")), MYSTERY
    ),
    "java.net.http.HttpClient": Module(
        "HttpClient",
        {
            "newHttpClient": Builtin(lambda run, given: NetClient()),
            "newBuilder": Builtin(lambda run, given: ClientBuilder(given, NetClient)),
            "Version": MYSTERY,
            "Redirect": MYSTERY,
        },
    ),
    "java.net.http.HttpRequest": Module(
        "HttpRequest",
        {"newBuilder": Builtin(lambda run, given: NetRequestBuilder(given)), "BodyPublishers": PUBLISHERS},
    ),
    "java.net.http.HttpRequest.BodyPublishers": PUBLISHERS,
    "java.net.http.HttpResponse": Module("HttpResponse", {"BodyHandlers": HANDLERS}),
    "java.net.http.HttpResponse.BodyHandlers": HANDLERS,
    "java.net.URI": Type("URI", {"create": Builtin(new_address)}, new_uri),
    "java.net.URL": Type("URL", {}, new_url),
    "java.net.HttpURLConnection": MYSTERY,
    "javax.net.ssl.HttpsURLConnection": MYSTERY,
    "java.net.URLEncoder": Module("URLEncoder", {"encode": constant(_url_encoded)}),
    "java.nio.charset.StandardCharsets": Module("StandardCharsets", {"UTF_8": Charset("UTF-8")}),
    "java.nio.charset.Charset": Module("Charset", {"forName": constant(Charset)}),
    "java.util.Base64": Module("Base64", {"getEncoder": Builtin(lambda run, given: BASE64)}),
    "java.util.UUID": Module("UUID", {"randomUUID": Builtin(lambda run, given: Drawn(run.steps))}),
    "java.util.Objects": Module("Objects", {"requireNonNull": Builtin(lambda run, given: given.positional[0])}),
    "java.util.stream.Collectors": Module(
        "Collectors", {"joining": Builtin(joining), "toList": Builtin(lambda run, given: Collector(None))}
    ),
    **dict.fromkeys(
        ("java.util.stream.Stream", "java.util.stream.IntStream"),
        Module("Stream", {"of": Builtin(lambda run, given: Stream(_members(given)))}),
    ),
    "java.util.StringJoiner": Type("StringJoiner", {}, _new(Joiner)),
    "java.util.Map.Entry": MYSTERY,
    "java.util.concurrent.ThreadLocalRandom": MYSTERY,
    "java.util.Random": MYSTERY,
    "java.util.Map": Module("Map", MAP),
    **dict.fromkeys((f"java.util.{name}" for name in ("HashMap", "LinkedHashMap")), Type("Map", MAP, new_map)),
    "java.util.TreeMap": Type("Map", MAP, new_tree_map),
    "java.util.List": Module("List", {"of": constant(lambda *members: _frozen_list(members))}),
    "java.util.Arrays": Module(
        "Arrays",
        {
            "asList": constant(lambda *members: _frozen_list(members)),
            "stream": Builtin(lambda run, given: Stream(_members(given))),
        },
    ),
    "java.util.Collections": Module(
        "Collections",
        {
            "emptyMap": Builtin(lambda run, given: FrozenDict()),
            "emptyList": Builtin(lambda run, given: FrozenList()),
            "singletonMap": constant(map_of),
            "singletonList": constant(lambda member: FrozenList([member])),
            "unmodifiableMap": Builtin(lambda run, given: FrozenDict(*given.positional)),
        },
    ),
    "java.util.Optional": Module(
        "Optional",
        {
            **dict.fromkeys(("of", "ofNullable"), Builtin(optional_of)),
            "empty": Builtin(lambda run, given: Optional(None)),
        },
    ),
    "java.util.ArrayList": Type("ArrayList", {}, lambda run, given: list(*given.positional)),
    **JSON_TYPES,
    **dict.fromkeys(
        (
            f"java.io.{name}"
            for name in (
                "BufferedReader",
                "InputStreamReader",
                "DataOutputStream",
                "OutputStreamWriter",
                "BufferedWriter",
                "BufferedOutputStream",
                "PrintWriter",
            )  # fmt: skip
        ),
        Type("stream", {}, new_stream),
    ),
    "java.io.File": Type("File", {}, new_file),
    **dict.fromkeys(
        (f"java.io.{name}" for name in ("IOException", "InputStream", "OutputStream", "UncheckedIOException")), MYSTERY
    ),
    **dict.fromkeys(
        [
            "java.util.concurrent.TimeUnit",
            "java.time.Duration",
            "java.util.concurrent.CompletableFuture",
            "java.util.Scanner",
            "java.util.concurrent.CountDownLatch",
            "java.net.URISyntaxException",
            "java.net.MalformedURLException",
        ],
        MYSTERY,
    ),
    **java_apache.TYPES,
    **java_apache_builders.TYPES,
    **java_spring.TYPES,
    **java_spring_web.TYPES,
    **java_unirest.TYPES,
}
TIMES = dict.fromkeys(("currentTimeMillis", "nanoTime"), Builtin(lambda run, given: Drawn(run.steps)))
LANG: Mapping[str, Any] = {
    "reference of": Builtin(reference_of),
    "is same": Builtin(is_same),
    "cast of": Builtin(cast_of),
    "super of": Builtin(super_of),
    "constant of": Builtin(constant_of),
    "enum of": Builtin(enum_of),
    "count of": Builtin(lambda run, given: len(given.positional[0])),
    "String": Type(
        "String", {"format": constant(formatted), "valueOf": constant(text), "join": constant(_joined)}, _string
    ),
    "System": Module(
        "System",
        {
            "out": MYSTERY,
            "err": MYSTERY,
            "getenv": Builtin(_environment),
            "getProperty": MYSTERY,
            **TIMES,
            "exit": Builtin(leave),
        },
    ),
    "StringBuilder": Type("StringBuilder", {}, _new(Builder)),
    "StringBuffer": Type("StringBuffer", {}, _new(Builder)),
    "Integer": Module("Integer", {"toString": constant(text), "valueOf": constant(_same), "parseInt": MYSTERY}),
    "Math": Module(
        "Math",
        {
            "min": constant(lambda a, b: min(_whole(a), _whole(b))),
            "max": constant(lambda a, b: max(_whole(a), _whole(b))),
            **dict.fromkeys(("pow", "random", "round", "floor", "ceil", "exp"), MYSTERY),
        },
    ),
    "Boolean": Module(
        "Boolean", {"TRUE": True, "FALSE": False, "toString": constant(text), "valueOf": constant(_same)}
    ),
    **dict.fromkeys(
        ("Long", "Double"),
        Module(
            "Number",
            {
                "toString": constant(text),
                "valueOf": constant(_same),
                "toHexString": constant(_drawn),
                "parseLong": MYSTERY,
            },
        ),
    ),
    "Thread": MYSTERY,
    "Exception": MYSTERY,
    "RuntimeException": MYSTERY,
    "Void": MYSTERY,
    "callbacks": Builtin(_callbacks),
}
