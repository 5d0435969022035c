import pytest

from apipack.openapi.loading import SpecError, load


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


def test_aliases_stand_for_a_bounded_number_of_nodes() -> None:
    def bomb(levels: int) -> bytes:
        lines = [f"x-{i}: &x{i} [*x{i - 1}, *x{i - 1}]" for i in range(1, levels)]
        return "\n".join(["openapi: 3.0.0", "x-0: &x0 [a, a]", *lines]).encode()

    assert len(load(bomb(17))) == 18
    assert reason(bomb(19)) == reason(bomb(60)) == "too_many_aliases"
    assert reason(b"openapi: 3.0.0\nx: *a") == "not_json_or_yaml"


@pytest.mark.parametrize("number", ["9" * 5_000, "0x" + "f" * 5_000, "0o" + "7" * 100_000])
def test_a_number_that_no_json_can_be_written_of_is_told(number: str) -> None:
    with pytest.raises(SpecError, match=f"not_json_or_yaml: a number of {len(number)} digits"):
        load(f"openapi: {number}".encode())


def test_yaml_scalars_are_those_of_yaml_1_2() -> None:
    scalars = "NO, y, 12:30, 1_000, 0b1, =, 010, 0o10, 0x1F, -1, +2.5, 1e3, .5, ~, null, True, .inf"
    document = load(f"openapi: 3.0.0\non: off\nx: [{scalars}]".encode())
    assert document["on"] == "off"
    assert document["x"][:6] == ["NO", "y", "12:30", "1_000", "0b1", "="]
    assert document["x"][6:] == [10, 8, 31, -1, 2.5, 1000.0, 0.5, None, None, True, float("inf")]


def test_the_key_that_stands_twice_is_found_in_no_time() -> None:
    names = [f"k{number}" for number in range(50_000)]
    text = ", ".join(f'"{name}": 1' for name in [*names, names[-1]])
    for body in (f'{{"openapi": "3.0.0", {text}}}', f"{{openapi: 3.0.0, {text}}}"):
        with pytest.raises(SpecError, match="duplicate_keys: k49999"):
            load(body.encode())


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


@pytest.mark.parametrize("number", ["18446744073709551616", "-18446744073709551616", "1" + "0" * 99])
def test_integers_of_json_are_exact(number: str) -> None:
    for text in (
        f'{{"openapi": "3.1.0", "a": [{number}], "b": {number}}}',
        f"openapi: 3.1.0\na: [{number}]\nb: {number}",
    ):
        document = load(text.encode())
        assert (document["a"], document["b"]) == ([int(number)], int(number))


@pytest.mark.parametrize("colon", ['":', '" :', '"\\t:', '"\\n  :'])
@pytest.mark.parametrize("other", ["", ', "x\\u0022: y": 1', ', "x": "\\u0022:"', ', "x": "\\u003a"'])
def test_a_key_twice_is_found_however_keys_are_written(colon: str, other: str) -> None:
    colon = colon.encode().decode("unicode_escape")
    text = f'{{"openapi": "3.1.0", "info{colon} {{"title{colon} "t"}}, "a": 1%s{other}}}'
    with pytest.raises(SpecError, match="duplicate_keys: a"):
        load((text % ', "a": 2').encode())
    assert load((text % "").encode())["a"] == 1
