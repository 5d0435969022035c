import pytest

from apipack.openapi import SpecError, load


def reason(body: bytes, **options: int) -> str:
    with pytest.raises(SpecError) as caught:
        load(body, **options)
    return caught.value.reason


def test_every_kind_of_broken_file_has_its_reason() -> None:
    assert reason(b"") == "empty"
    assert reason(b"{}" * 9, max_bytes=10) == "too_large"
    assert reason(b"\xff\xfe\x00") == "not_utf8"
    assert reason(b"{a: [}") == "not_json_or_yaml"
    assert reason(b"[1, 2]") == "not_a_mapping"
    assert reason(b'{"info": {}}') == "no_version"
    assert reason(b'{"openapi": "4.0.0"}') == "unsupported_version"
    assert reason(b"[" * 100_000 + b"]" * 100_000) == "too_deep"


def test_yaml_dates_stay_text_and_aliases_are_shared_not_copied() -> None:
    document = load(b"openapi: 3.0.0\ninfo: {version: 2020-01-01}\nx-a: &a [1]\nx-b: *a\n")
    assert document["info"]["version"] == "2020-01-01"
    assert document["x-a"] is document["x-b"]


def test_alias_bomb_loads_in_no_time() -> None:
    lines = ["openapi: 3.0.0", "x-0: &x0 [a, a]"] + [f"x-{i}: &x{i} [*x{i - 1}, *x{i - 1}]" for i in range(1, 60)]
    assert len(load("\n".join(lines).encode())) == 61


def test_swagger_2_becomes_3() -> None:
    document = load(
        b'{"swagger": "2.0", "host": "a.example", "basePath": "/v1", "schemes": ["http", "https"],'
        b'"paths": {"/pets": {"get": {"responses": {}}}}}'
    )
    assert document["servers"][0]["url"] == "https://a.example/v1"


def test_swagger_2_parameters_that_are_shared_or_stand_at_the_path() -> None:
    document = load(
        b"""
swagger: "2.0"
basePath: /v1
parameters:
  Size: {name: n, in: query, type: integer, maximum: 0}
  Pet: {name: pet, in: body, schema: {$ref: "#/definitions/Pet"}}
definitions: {Pet: {type: object, discriminator: kind}}
paths:
  /pets:
    parameters: [{$ref: "#/parameters/Size"}, {name: f, in: formData, type: file}]
    post: {responses: {}}
    put: {parameters: [{$ref: "#/parameters/Pet"}], responses: {}}
"""
    )
    assert document["servers"] == [{"url": "/v1"}]
    assert document["components"]["schemas"]["Pet"]["discriminator"] == {"propertyName": "kind"}
    post, put = document["paths"]["/pets"]["post"], document["paths"]["/pets"]["put"]
    assert post["parameters"] == [{"name": "n", "in": "query", "schema": {"type": "integer", "maximum": 0}}]
    (form,) = post["requestBody"]["content"].items()
    assert form[0] == "multipart/form-data"
    assert form[1]["schema"]["properties"] == {"f": {"type": "string", "format": "binary"}}
    assert put["requestBody"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}


def test_swagger_2_of_the_wrong_shape_is_refused_with_a_reason() -> None:
    assert reason(b'{"swagger": "2.0", "definitions": 3, "components": 7}') == "broken_swagger_2"
    assert reason(b'{"swagger": "2.0", "securityDefinitions": [1]}') == "broken_swagger_2"
    assert reason(b'{"swagger": "2.0", "paths": {"/a": {"get": {"parameters": 3}}}}') == "broken_swagger_2"
