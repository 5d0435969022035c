"""Java: the library that a program names, and the dialect in which it is evaluated."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import Dialect, constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_addresses import AddressBuilder, new_address, new_uri
from apipack.languages.reading.java_data import (
    GSON,
    JACKSON,
    Builder,
    Character,
    Charset,
    Collector,
    Document,
    Drawn,
    Entry,
    Joiner,
    Null,
    Stream,
    formatted,
    joining,
    map_of,
    new_map,
    text,
    to_json,
    to_octets,
)
from apipack.languages.reading.java_functions import (
    NAME,
    Optional,
    constant_of,
    each_of,
    enum_of,
    functional,
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
from apipack.languages.reading.java_okhttp import (
    Client,
    ClientBuilder,
    FormBuilder,
    Headers,
    PartsBuilder,
    RequestBuilder,
    Type,
    client_builder,
    headers_of,
    media_type,
    new_body,
)
from apipack.languages.reading.java_tree import is_unit, lower
from apipack.languages.reading.java_url_connection import new_stream
from apipack.languages.reading.objects import Bound, Instance, super_of
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Foreign,
    Inert,
    Module,
    Mystery,
    Thing,
    text_of,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request

_TYPE = re.compile(r"[\w!#$%&'*+.^`{|}~-]+/[\w!#$%&'*+.^`{|}~-]+(?P<charset>; ?charset=utf-8)?", re.I | re.A)


def read(code: str) -> Request:
    return Evaluation(Java(is_unit(code))).run(lower(code))


def _new(make: Callable[[Arguments], Any]) -> Any:
    return lambda run, given: make(given)


def _basic(user: Any, password: Any) -> str:
    return sending.basic(user, password, "latin-1")


def _substring(value: str, start: int, end: int | None = None) -> str:
    if not value.isascii() or not 0 <= start <= (len(value) if end is None else end) <= len(value):
        raise Unreadable("a part of a text")
    return value[start:end]


def _url_encoded(value: str, charset: Any = "UTF-8") -> str:
    to_octets("", charset)
    return quote_plus(value, safe="*").replace("~", "%7E")


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
    if len(joint) * len(members) > 4_000_000:
        raise Unreadable("a text too long")
    return joint.join(members)


def _string(run: Evaluation, given: Arguments) -> Any:
    """new String of bytes or of a text."""
    content, charset = given.take("content", "charset", required=1)
    if isinstance(content, Mystery):
        return MYSTERY
    to_octets("", charset)
    return sending.octets_text(content) if isinstance(content, bytes) else text_of(content)


def _replaced_all(value: str, pattern: str, new: str) -> str:
    if re.search(r"[\\^$.|?*+()\[{]", pattern) and not re.fullmatch(r"(\\[^\w\s]|\[[^\w\\\]^-]\])+", pattern):
        raise Unreadable("a pattern of a text")
    if re.search(r"[\\$]", new) or not pattern:
        raise Unreadable("a pattern of a text")
    return value.replace(re.sub(r"\\(.)|\[(.)\]", r"\1\2", pattern), new)


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
JACKSON_WRITER = Module("ObjectWriter", {"writeValueAsString": Builtin(to_json(JACKSON))})
GSON_WRITER = Module("Gson", {"toJson": Builtin(to_json(GSON))})


class GsonBuilder(Thing):
    """Of which pretty printing alone may be set."""

    def do_setPrettyPrinting(self, run: Evaluation, given: Arguments) -> GsonBuilder:
        return self

    def do_create(self, run: Evaluation, given: Arguments) -> Module:
        return GSON_WRITER


def _members(given: Arguments) -> list[Any]:
    """Arguments, or the members of the one array that is given."""
    (first, *others) = given.positional or [None]
    return first if isinstance(first, list) and not others else list(given.positional)


MAP = {
    "of": constant(map_of),
    "entry": Builtin(lambda run, given: Entry(*given.take("key", "value", required=2))),
    "ofEntries": Builtin(lambda run, given: dict(entry.pair for entry in given.positional)),
}
PUBLISHERS = Module(
    "BodyPublishers",
    {
        "ofString": Builtin(publisher_of_string),
        "ofByteArray": Builtin(publisher_of_octets),
        "noBody": Builtin(lambda run, given: Publisher(None)),
    },
)
HANDLERS = Inert("BodyHandlers")
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
    "java.net.URL": Type("URL", {}, new_address),
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
    "java.util.Map": Module("Map", MAP),
    **dict.fromkeys(
        (f"java.util.{name}" for name in ("HashMap", "LinkedHashMap", "TreeMap")), Type("Map", MAP, new_map)
    ),
    "java.util.List": Module("List", {"of": constant(lambda *members: list(members))}),
    "java.util.Arrays": Module(
        "Arrays",
        {
            "asList": constant(lambda *members: list(members)),
            "stream": Builtin(lambda run, given: Stream(_members(given))),
        },
    ),
    "java.util.Collections": Module(
        "Collections",
        {
            "emptyMap": Builtin(lambda run, given: {}),
            "emptyList": Builtin(lambda run, given: []),
            "singletonMap": constant(map_of),
            "singletonList": constant(lambda member: [member]),
            "unmodifiableMap": Builtin(lambda run, given: dict(*given.positional)),
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
    "org.json.JSONObject": Type("JSONObject", {"NULL": Null()}, lambda run, given: _document(given, {})),
    "org.json.JSONArray": Type("JSONArray", {}, lambda run, given: _document(given, [])),
    "com.fasterxml.jackson.databind.node.ObjectNode": MYSTERY,
    "com.fasterxml.jackson.databind.node.ArrayNode": MYSTERY,
    "com.fasterxml.jackson.databind.JsonNode": MYSTERY,
    "com.google.gson.JsonObject": Type("JsonObject", {}, lambda run, given: _document(given, {})),
    "com.google.gson.JsonArray": Type("JsonArray", {}, lambda run, given: Document([])),
    "com.google.gson.Gson": Type("Gson", {}, lambda run, given: GSON_WRITER),
    "com.google.gson.GsonBuilder": Type("GsonBuilder", {}, lambda run, given: GsonBuilder()),
    "com.fasterxml.jackson.databind.ObjectMapper": Type(
        "ObjectMapper",
        {},
        lambda run, given: Module(
            "ObjectMapper",
            {
                "writeValueAsString": Builtin(to_json(JACKSON)),
                "writeValueAsBytes": Builtin(lambda run, given: to_json(JACKSON)(run, given).encode()),
                "writerWithDefaultPrettyPrinter": Builtin(lambda run, given: JACKSON_WRITER),
                "createObjectNode": Builtin(lambda run, given: Document({})),
                "createArrayNode": Builtin(lambda run, given: Document([])),
            },
        ),
    ),
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
}
TIMES = dict.fromkeys(("currentTimeMillis", "nanoTime"), Builtin(lambda run, given: Drawn(run.steps)))
LANG: Mapping[str, Any] = {
    "reference of": Builtin(reference_of),
    "is same": Builtin(is_same),
    "super of": super_of("constructor"),
    "constant of": Builtin(constant_of),
    "enum of": Builtin(enum_of),
    "count of": Builtin(lambda run, given: len(given.positional[0])),
    "String": Type(
        "String", {"format": constant(formatted), "valueOf": constant(text), "join": constant(_joined)}, _string
    ),
    "System": Module(
        "System",
        {"out": MYSTERY, "err": MYSTERY, "getenv": MYSTERY, "getProperty": MYSTERY, **TIMES, "exit": Builtin(leave)},
    ),
    "StringBuilder": Type("StringBuilder", {}, _new(Builder)),
    "StringBuffer": Type("StringBuffer", {}, _new(Builder)),
    "Integer": Module("Integer", {"toString": constant(text), "valueOf": constant(_same), "parseInt": MYSTERY}),
    "Boolean": Module(
        "Boolean", {"TRUE": True, "FALSE": False, "toString": constant(text), "valueOf": constant(_same)}
    ),
    **dict.fromkeys(
        ("Long", "Double"),
        Module("Number", {"toString": constant(text), "valueOf": constant(_same), "toHexString": constant(_drawn)}),
    ),
    "Thread": MYSTERY,
    "Exception": MYSTERY,
    "RuntimeException": MYSTERY,
    "Void": MYSTERY,
    "callbacks": Builtin(_callbacks),
}


def _document(given: Arguments, empty: Any) -> Document:
    (data,) = given.take("data")
    if data is UNDEFINED:
        return Document(empty)
    if not isinstance(data, type(empty)):
        raise Unreadable("a document of text")
    return Document(data)


class Program(Thing):
    """The class of the program: `this`, its instances, and its static members."""

    def get(self, run: Evaluation, name: str) -> Any:
        return run.globals.names.get(name, Foreign(name))

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        run.globals.names[name] = value

    def make(self, run: Evaluation, given: Arguments) -> Program:
        given.take()
        return self


class Java(Dialect):
    """Types are modules; a program with classes names what it imports, a fragment need not."""

    must_declare = True
    receiver = "this"
    own_class = "The class"
    counts_arguments = True
    names: Mapping[str, Any]
    modules = TYPES
    methods: Mapping[type, Mapping[str, Any]] = {
        Charset: dict.fromkeys(("name", "toString", "displayName"), str),
        str: {
            "getBytes": to_octets,
            "format": formatted,
            "formatted": formatted,
            "trim": lambda value: value.strip(),
            "strip": lambda value: value.strip(),
            "toString": lambda value: value,
            "concat": lambda value, other: value + other,
            "toUpperCase": lambda value: value.upper(),
            "toLowerCase": lambda value: value.lower(),
            "length": lambda value: len(value.encode("utf-16-le")) // 2,
            "isEmpty": lambda value: not value,
            "equals": lambda value, other: value == other,
            "replace": lambda value, old, new: value.replace(old, new) if old else value,
            "replaceAll": _replaced_all,
            "isBlank": lambda value: not value.strip(),
            "startsWith": lambda value, start: value.startswith(start),
            "endsWith": lambda value, end: value.endswith(end),
            "contains": lambda value, part: part in value,
            "equalsIgnoreCase": lambda value, other: value.lower() == other.lower(),
            "stripTrailing": lambda value: value.rstrip(),
            "substring": _substring,
        },
        list: {
            "size": lambda value: len(value),
            "isEmpty": lambda value: not value,
            "get": lambda value, index: value[index],
            "contains": lambda value, member: member in value,
        },
        dict: {
            "entrySet": lambda value: [Entry(key, member) for key, member in value.items()],
            "keySet": lambda value: list(value),
            "get": lambda value, key: value.get(key),
            "getOrDefault": lambda value, key, default: value.get(key, default),
            "containsKey": lambda value, key: key in value,
            "values": lambda value: list(value.values()),
            "isEmpty": lambda value: not value,
            "size": lambda value: len(value),
        },
    }
    changing: Mapping[type, Mapping[str, Any]] = {
        dict: {
            "put": lambda value, key, member: value.update({key: member}),
            "putAll": lambda value, other: value.update(other),
            "putIfAbsent": lambda value, key, member: value.setdefault(key, member),
            "remove": lambda value, key: value.pop(key, None),
        },
        list: {"add": list.append, "addAll": lambda value, others: value.extend(others)},
    }

    def __init__(self, is_unit: bool) -> None:
        simple = {path.rpartition(".")[2]: value for path, value in TYPES.items()}
        self.names = {
            **({} if is_unit else simple),
            **LANG,
            **{f"type {path}": value for path, value in TYPES.items()},
            "the program": Program(),
            "this": Program(),
        }

    def imported(self, path: str, member: str | None) -> Any:
        members = {name.rpartition(".")[2]: value for name, value in TYPES.items() if name.rpartition(".")[0] == path}
        if path in TYPES:
            return TYPES[path]
        self.names = {**self.names, **members}
        return Foreign(path) if not members else MYSTERY

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Unreadable("a condition that is no boolean")
        return value

    def plus(self, left: Any, right: Any) -> Any:
        kinds = {type(left), type(right)}
        if Character in kinds and str not in kinds:
            raise Unreadable("a sum of characters")
        if isinstance(left, str) or isinstance(right, str):
            return text(left) + text(right)
        return super().plus(left, right)

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(left, Character) and isinstance(right, Character):
            return left == right
        if isinstance(left, str) and isinstance(right, str):
            raise Unreadable("texts are compared by identity")
        return super().equal(left, right)

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, list) and name == "stream":
            return Builtin(lambda run, given: Stream(value))
        if isinstance(value, list | dict) and name == "forEach":
            return Builtin(lambda run, given: each_of(run, value, given))
        is_constant = isinstance(value, Instance) and NAME in value.attributes and value.kind.find(name) is None
        if is_constant and name in ("name", "toString"):
            return Builtin(lambda run, given: value.attributes[NAME])
        if isinstance(value, bytes | list) and name == "length":
            return len(value)
        if isinstance(value, Closure | Bound | Builtin):
            return functional(value, name)
        return super().member(run, value, name)

    def called(self, run: Any, callee: Thing, given: Arguments, new: bool) -> Any:
        if new and isinstance(callee, Type | Program):
            return callee.make(run, given)
        raise Unreadable(f"a call of {type(callee).__name__} is not known here")
