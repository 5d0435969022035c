"""Parameters and security in every place: styles, content types, what is encoded and what is not."""

from typing import Any

import pytest

from tests.operations.small import one, parameter, query

ARRAY, OBJECT = {"type": "array", "items": {"type": "string"}}, {"type": "object"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"explode": False, "schema": ARRAY, "example": ["a", "c,d"]}, "q=a,c%2Cd"),
        ({"explode": False, "schema": OBJECT, "example": {"at": "1,2", "to": "3"}}, "q=at,1%2C2,to,3"),
        ({"schema": ARRAY, "example": ["a;b", "c,d"]}, "q=a%3Bb&q=c,d"),
        ({"example": "a;b"}, "q=a%3Bb"),
        ({"allowReserved": True, "example": "a/b?c:d@e;f[g]%20h"}, "q=a/b?c:d@e;f%5Bg%5D%20h"),
        ({"style": "pipeDelimited", "explode": False, "schema": ARRAY, "example": ["a", "b"]}, "q=a%7Cb"),
        ({"style": "spaceDelimited", "explode": False, "schema": OBJECT, "example": {"a": 1}}, "q=a%201"),
        ({"content": {"text/plain": {"example": "two words"}}}, "q=two%20words"),
        (
            {"content": {"application/xml": {"schema": OBJECT, "example": {"a": 1}}}},
            "q=%3Cq%3E%3Ca%3E1%3C/a%3E%3C/q%3E",
        ),
        ({"content": {"application/x-www-form-urlencoded": {"example": {"a": 1}}}}, "q=a%3D1"),
        ({"content": {"application/json": {"examples": {"e": {"$ref": "#/components/examples/E"}}}}}, "q=%5B7%5D"),
    ],
)
def test_query_parameters(more: dict[str, Any], expected: str) -> None:
    assert query(parameter("q", "query", **more), components={"examples": {"E": {"value": [7]}}}) == expected


def test_a_semicolon_in_a_name() -> None:
    assert query(parameter("x;y", "query", example=1)) == "x%3By=1"


@pytest.mark.parametrize(
    ("more", "segment"),
    [
        ({"schema": ARRAY, "example": ["Roe, Jo", "Max"]}, "Roe%2C%20Jo,Max"),
        ({"style": "matrix", "explode": True, "schema": ARRAY, "example": ["a;b", "c"]}, ";p=a%3Bb;p=c"),
        ({"style": "matrix", "example": "a;b"}, ";p=a%3Bb"),
        ({"style": "label", "schema": OBJECT, "example": {"a": "1,2"}}, ".a,1%2C2"),
        ({"content": {"application/json": {"example": {"b": 2}}}}, "%7B%22b%22:2%7D"),
        ({"content": {"text/plain": {"example": "b/c"}}}, "b%2Fc"),
    ],
)
def test_path_parameters(more: dict[str, Any], segment: str) -> None:
    made = one({"parameters": [parameter("p", "path", **more)]}, "/{p}", "get")
    assert made.url == f"https://h.example/{segment}"


def test_content_of_headers_and_cookies_and_a_cookie_that_is_not_encoded() -> None:
    text = {"text/plain": {"example": "plain text"}}
    more = [parameter("X", "header", content=text), parameter("s", "cookie", content=text)]
    assert one({"parameters": more}).headers == (("X", "plain text"), ("Cookie", "s=plain%20text"))
    bare = parameter("s", "cookie", style="cookie", example="a b")
    assert one({"parameters": [bare]}, openapi="3.2.0").headers == (("Cookie", "s=a b"),)


def test_the_whole_query_as_one_parameter() -> None:
    form = {"application/x-www-form-urlencoded": {"example": {"a": 1, "b": "two words"}}}
    whole = {"name": "w", "in": "querystring", "required": True, "content": form}
    scheme = {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "key"}}}
    more: dict[str, Any] = {"openapi": "3.2.0", "components": scheme, "security": [{"k": []}]}
    assert query(whole, **more) == "a=1&b=two+words&key=REPLACE_KEY_VALUE"
    assert (
        query({**whole, "content": {"application/json": {"example": {"a": 1}}}}, openapi="3.2.0") == "%7B%22a%22:1%7D"
    )


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("digest", "Digest REPLACE_DIGEST_CREDENTIALS"),
        ("hoba", "HOBA REPLACE_HOBA_CREDENTIALS"),
        ("DPOP", "DPoP REPLACE_DPOP_CREDENTIALS"),
        ("Token", "Token REPLACE_TOKEN_CREDENTIALS"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 REPLACE_AWS4_HMAC_SHA256_CREDENTIALS"),
        ("Basic", "Basic REPLACE_BASIC_AUTH"),
        ("BEARER", "Bearer REPLACE_BEARER_TOKEN"),
        ("api key", None),
    ],
)
def test_http_schemes_by_their_name(scheme: str, value: str | None) -> None:
    schemes = {"s": {"type": "http", "scheme": scheme}}
    made = one({"security": [{"s": []}]}, components={"securitySchemes": schemes})
    assert made.header("authorization") == value


def test_a_security_scheme_by_reference() -> None:
    schemes = {"s": {"type": "http", "scheme": "digest"}}
    made = one(
        {"security": [{"#/components/securitySchemes/s": []}]},
        openapi="3.2.0",
        components={"securitySchemes": schemes},
    )
    assert made.header("authorization") == "Digest REPLACE_DIGEST_CREDENTIALS"
