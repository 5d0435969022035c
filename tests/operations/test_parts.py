"""Forms, parts of multipart bodies and sequences of items."""

from typing import Any

import pytest

from apipack.openapi.loading import SpecError
from tests.operations.small import content, one


def test_styles_of_form_members() -> None:
    example = {"o": {"R": 1, "G": 2}, "c": {"R": 1, "G": 2}, "p": ["x", "y"], "s": ["x", "y"], "j": ["x", "c,d"]}
    encoding = {
        "o": {"style": "form", "explode": True},
        "c": {"style": "form", "explode": False},
        "p": {"style": "pipeDelimited"},
        "s": {"style": "spaceDelimited", "explode": False},
        "j": {"explode": False},
    }
    made = one(content("application/x-www-form-urlencoded", example=example, encoding=encoding))
    assert made.body == "R=1&G=2&c=R,1,G,2&p=x%7Cy&s=x+y&j=x,c%2Cd"


def parts(version: str, schema: dict[str, Any], example: Any = None, **media: Any) -> list[tuple[str, str]]:
    """(headers, text) of each part of a `multipart/form-data` body."""
    given = {"schema": schema, **media} | ({} if example is None else {"example": example})
    request = one(content(media.pop("kind", "multipart/form-data"), **given), openapi=version)
    boundary = str(request.header("content-type")).partition("boundary=")[2].partition(";")[0]
    framed = str(request.body).split(f"--{boundary}")[1:-1]
    assert str(request.body).endswith(f"\r\n--{boundary}--\r\n")
    return [(head[2:], text.removesuffix("\r\n")) for head, _, text in (part.partition("\r\n\r\n") for part in framed)]


NAMED = 'Content-Disposition: form-data; name="{}"'
FILE = NAMED.format("f") + '; filename="f.{}"\r\nContent-Type: {}'
JSON = "\r\nContent-Type: application/json"


@pytest.mark.parametrize(
    ("version", "schema", "encoding", "head", "text"),
    [
        ("3.0.3", {"type": "string"}, {}, NAMED.format("f"), "SOME_STRING_VALUE"),
        ("3.0.3", {"type": "object", "example": {"n": 1}}, {}, NAMED.format("f") + JSON, '{"n":1}'),
        ("3.0.3", {"type": "string", "format": "binary"}, {}, FILE.format("bin", "application/octet-stream"), None),
        (
            "3.0.3",
            {"type": "string", "format": "binary"},
            {"contentType": "image/png, image/*"},
            FILE.format("png", "image/png"),
            None,
        ),
        (
            "3.0.3",
            {"type": "object", "example": {"n": 1}},
            {"contentType": "application/xml; charset=utf-8"},
            NAMED.format("f") + "\r\nContent-Type: application/xml; charset=utf-8",
            "<f><n>1</n></f>",
        ),
        (
            "3.1.0",
            {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"},
            {},
            FILE.format("png", "image/png"),
            "U09NRV9CWVRFUw==",
        ),
        ("3.1.0", {}, {}, FILE.format("bin", "application/octet-stream"), "SOME_STRING_VALUE"),
        (
            "3.0.3",
            {"type": "string"},
            {"headers": {"X-Slot": {"required": True, "schema": {"type": "integer"}}, "X-No": {}}},
            NAMED.format("f") + "\r\nX-Slot: 1",
            None,
        ),
    ],
)
def test_what_a_part_is(version: str, schema: Any, encoding: Any, head: str, text: str | None) -> None:
    whole = {"type": "object", "required": ["f"], "properties": {"f": schema}}
    ((found, wrote),) = parts(version, whole, encoding={"f": encoding})
    assert found == head
    assert text is None or wrote == text


def test_items_are_parts_and_styles_hold_from_3_1_on() -> None:
    array = {"type": "object", "properties": {"f": {"type": "array", "items": {"type": "object"}}}}
    assert parts("3.0.3", array, {"f": [{"a": 1}, {"a": 2}]}) == [
        (NAMED.format("f") + JSON, '{"a":1}'),
        (NAMED.format("f") + JSON, '{"a":2}'),
    ]
    deep = {"encoding": {"f": {"style": "deepObject"}}}
    assert parts("3.0.3", {"type": "object"}, {"f": {"a": 1}}, **deep) == [(NAMED.format("f") + JSON, '{"a":1}')]
    assert parts("3.1.0", {"type": "object"}, {"f": {"a": 1}}, **deep) == [(NAMED.format("f[a]"), "1")]


def test_other_kinds_of_multipart() -> None:
    schema = {"type": "object", "properties": {"m": {"const": {"n": 1}}, "t": {"const": "x"}}}
    request = one(content("multipart/related", schema=schema))
    assert str(request.header("content-type")).endswith('; type="application/json"')
    heads = [head for head, _ in parts("3.1.0", schema)]
    assert heads == [NAMED.format("m") + JSON, NAMED.format("t")]
    mixed = str(one(content("multipart/mixed", schema=schema)).body)
    assert "\r\nContent-Type: application/json\r\nContent-ID: <m>\r\n\r\n" in mixed
    items = content("multipart/mixed", itemSchema={"const": {"n": 1}}, itemEncoding={"contentType": "application/json"})
    assert '\r\nContent-Type: application/json\r\n\r\n{"n":1}\r\n' in str(one(items, openapi="3.2.0").body)
    with pytest.raises(SpecError, match="form_body_not_an_object"):
        one(content("multipart/form-data", schema={"type": "array", "items": {"type": "string"}}))


@pytest.mark.parametrize(
    ("media_type", "text"),
    [
        ("application/jsonl", '{"n":4}\n'),
        ("application/x-ndjson", '{"n":4}\n'),
        ("application/json-seq", '\x1e{"n":4}\n'),
        ("text/event-stream", "data: 4\n\n"),
    ],
)
def test_sequences_of_items(media_type: str, text: str) -> None:
    item = {"const": {"data": 4} if "event" in media_type else {"n": 4}}
    assert one(content(media_type, itemSchema=item), openapi="3.2.0").body == text
    assert one(content(media_type, schema={"type": "array", "items": item})).body == text


def test_media_types_and_examples_of_3_2() -> None:
    shared = {"mediaTypes": {"M": {"schema": {"const": {"n": 3}}}}}
    reference = {"requestBody": {"content": {"application/json": {"$ref": "#/components/mediaTypes/M"}}}}
    assert one(reference, openapi="3.2.0", components=shared).body == '{"n":3}'
    data = content("application/json", examples={"e": {"dataValue": {"k": "v"}}})
    assert one(data, openapi="3.2.0").body == '{"k":"v"}'
