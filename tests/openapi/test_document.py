from typing import Any

import pytest
from openapi_parser.models import v3_0, v3_1

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.validation import bare_validation, own_validation
from tests.specs import openapi


def document(**members: Any) -> Document:
    return Document(openapi({}) | members)


def only(doc: Document) -> Any:
    (raw,) = doc.operations()
    return doc.typed(raw)


def test_references_are_followed_one_step_and_parameters_merged() -> None:
    doc = document(
        paths={
            "/a": {
                "parameters": [{"$ref": "#/components/parameters/P"}, {"name": "q", "in": "query"}],
                "get": {"parameters": [{"name": "q", "in": "query", "required": True}]},
            }
        },
        components={"parameters": {"P": {"name": "p", "in": "header", "schema": {"$ref": "#/components/schemas/S"}}}},
    )
    operation = only(doc)
    assert [(p.name, p.required) for p in operation.parameters] == [("p", None), ("q", True)]


def test_a_schema_is_validated_when_it_is_needed_and_once() -> None:
    doc = document(components={"schemas": {"S": {"type": "integer"}}})
    reference = doc._models.Schema.model_validate({"$ref": "#/components/schemas/S"})
    schema, name = doc.schema(reference)
    assert schema.type and (schema.type.value, name) == ("integer", "#/components/schemas/S")
    assert doc.schema(reference)[0] is schema


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("other.yaml#/S", "external_ref"),
        ("file:///etc/passwd", "external_ref"),
        ("http://127.0.0.1:9/canary", "external_ref"),
        ("#/components/schemas/None", "dangling_ref"),
        ("#/components/schemas/Loop", "cyclic_ref"),
        ("#/info/title", "not_a_mapping"),
    ],
)
def test_references_that_cannot_be_followed(reference: str, reason: str) -> None:
    doc = document(components={"schemas": {"Loop": {"$ref": "#/components/schemas/Loop"}}})
    with pytest.raises(SpecError) as caught:
        doc.resolve({"$ref": reference})
    assert caught.value.reason == reason


def test_nodes_that_call_themselves_by_one_name_stay_two() -> None:
    first, second = ({"name": name, "in": "query", "ref_name": "P", "x-more": 1} for name in "ab")
    operation = only(document(paths={"/a": {"get": {"parameters": [first, second]}}}))
    assert [parameter.name for parameter in operation.parameters] == ["a", "b"]
    assert all(isinstance(parameter, v3_0.Parameter) for parameter in operation.parameters)


@pytest.mark.parametrize(
    ("own", "urls"),
    [(None, ["https://p"]), ([], ["https://p"]), (["x"], ["https://p"]), ([{"url": "https://o"}], ["https://o"])],
)
def test_the_nearest_servers_that_are_some(own: Any, urls: list[str]) -> None:
    item = {"servers": [{"url": "https://p"}], "get": {} if own is None else {"servers": own}}
    doc = document(servers=[{"url": "https://d"}], paths={"/a": item})
    (raw,) = doc.operations()
    assert [server.url for server in doc.servers(raw)] == urls


def test_pointer_escapes() -> None:
    doc = document(components={"schemas": {"a/b c": {"type": "string"}}})
    assert doc.resolve({"$ref": "#/components/schemas/a~1b%20c"}) == {"type": "string"}


def test_a_member_that_the_model_refuses_is_dropped_and_counted() -> None:
    doc = document(
        paths={"/a": {"get": {"parameters": [
            {"name": "q", "in": "query", "schema": {"type": "weird", "enum": [1]}},
            {"in": "query"},
            {"name": "r", "in": "query"},
        ]}}}
    )  # fmt: skip
    operation = only(doc)
    assert [p.name for p in operation.parameters] == ["q", "r"]
    assert operation.parameters[0].schema_object.type is None
    assert operation.parameters[0].schema_object.enum == [1]
    assert doc.repairs == 2


def test_one_spec_cannot_leak_models_into_the_next() -> None:
    def with_name(kind: str) -> Any:
        schema = {"ref_name": "X", "type": kind}
        return only(document(paths={"/": {"get": {"parameters": [{"name": "q", "in": "query", "schema": schema}]}}}))

    assert with_name("string").parameters[0].schema_object.type.value == "string"
    assert with_name("integer").parameters[0].schema_object.type.value == "integer"


def test_no_paths() -> None:
    with pytest.raises(SpecError, match="no_paths"):
        list(Document({"openapi": "3.1.0"}).operations())


def test_a_parameter_whose_name_is_no_text_is_dropped_and_counted() -> None:
    parameters = [{"name": ["a"], "in": "query"}, {"name": "b", "in": "query"}]
    doc = document(paths={"/a": {"get": {"parameters": parameters}}})
    assert [p.name for p in only(doc).parameters] == ["b"]
    assert doc.repairs == 1


def test_parameters_that_are_no_list_are_a_repair() -> None:
    operation = {"parameters": {"limit": {"name": "limit", "in": "query"}}, "responses": {}}
    doc = document(paths={"/pets": {"get": operation, "parameters": "none"}})
    assert only(doc).parameters == [] and doc.repairs == 2


def test_operations_with_equal_members_count_their_repairs_each() -> None:
    bad = {"tags": 1, "security": [{"key": []}]}
    doc = document(paths={"/a": {"get": bad}, "/b": {"get": bad}})
    assert [doc.typed(raw).security for raw in doc.operations()] == [[{"key": []}]] * 2
    assert doc.repairs == 2


@pytest.mark.parametrize("version", [v3_0, v3_1])
def test_without_private_parts_the_models_are_the_same(version: Any) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}, "required": ["a"]}
    node = {"name": "q", "in": "query", "style": "form", "schema": {**schema, "allOf": [{"$ref": "#/x"}]}}
    bare, own = (validation(version.Parameter)(node) for validation in (bare_validation, own_validation))
    assert bare == own and type(bare) is version.Parameter


def test_the_models_own_validation_keeps_no_node_for_the_next() -> None:
    validate = own_validation(v3_0.Parameter)
    assert [validate({"name": name, "in": "query", "ref_name": "P"}).name for name in "ab"] == ["a", "b"]


def test_an_operation_is_found_by_the_method_that_is_sent() -> None:
    shared: dict[str, Any] = {"get": {"operationId": "read"}, "query": {"operationId": "ask"}}
    shared["additionalOperations"] = {"X-COPY": {"operationId": "copy"}}
    document = Document({"openapi": "3.2.0", "paths": {"/a": {"$ref": "#/components/pathItems/A"}}, "components": {}})
    document.raw["components"]["pathItems"] = {"A": shared}
    assert [(raw.verb, document.operation("/a", raw.verb)) for raw in document.operations()] == [
        (raw.verb, raw) for raw in document.operations()
    ]
    for verb, path in (("POST", "/a"), ("x-copy", "/a"), ("GET", "/b"), ("get", "/a")):
        with pytest.raises(SpecError, match="no_operation"):
            document.operation(path, verb)
