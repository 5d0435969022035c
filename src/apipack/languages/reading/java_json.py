"""Java: the types of org.json, Jackson, Gson and Unirest that write JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_data import GSON, JACKSON, Document, Null, to_json
from apipack.languages.reading.java_okhttp import Type
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Module, Mystery, Thing
from apipack.languages.wire import Unreadable


def _of_answer(run: Evaluation, given: Arguments) -> Any:
    """What JSON of an answer says."""
    if not isinstance(given.positional[0], Mystery):
        raise Unreadable("JSON that is read")
    return MYSTERY


JACKSON_WRITER = Module("ObjectWriter", {"writeValueAsString": Builtin(to_json(JACKSON))})
GSON_WRITER = Module("Gson", {"toJson": Builtin(to_json(GSON)), "fromJson": Builtin(_of_answer)})


class GsonBuilder(Thing):
    """Of which pretty printing alone may be set."""

    def do_setPrettyPrinting(self, run: Evaluation, given: Arguments) -> GsonBuilder:
        return self

    def do_create(self, run: Evaluation, given: Arguments) -> Module:
        return GSON_WRITER


def _document(given: Arguments, empty: Any) -> Any:
    (data,) = given.take("data")
    if isinstance(data, Mystery):
        return MYSTERY
    if data is UNDEFINED:
        return Document(empty)
    if not isinstance(data, type(empty)):
        raise Unreadable("a document of text")
    return Document(data)


ORG = {
    "JSONObject": Type("JSONObject", {"NULL": Null()}, lambda run, given: _document(given, {})),
    "JSONArray": Type("JSONArray", {}, lambda run, given: _document(given, [])),
}

TYPES: Mapping[str, Any] = {
    **{
        f"{package}.{name}": kind
        for package in ("org.json", "kong.unirest.json", "kong.unirest.core.json")
        for name, kind in ORG.items()
    },
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
                **dict.fromkeys(("readTree", "readValue"), Builtin(_of_answer)),
                "createObjectNode": Builtin(lambda run, given: Document({})),
                "createArrayNode": Builtin(lambda run, given: Document([])),
            },
        ),
    ),
}
