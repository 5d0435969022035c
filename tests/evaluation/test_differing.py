"""The lines that say what is other than in the reference."""

import pytest

from apipack.evaluation.arguments import exact_match
from apipack.evaluation.differing import differing
from apipack.records import Request

TEMPLATE = "https://pets.test/v1/pets/{id}"
DECLARED = [["id", "path", True, "integer", False], ["X-Tenant", "header", True, "string", False]]
HEADERS = (("X-Tenant", "a"), ("Authorization", "Bearer REPLACE_TOKEN"), ("Content-Type", "application/json"))
GOLD = Request("PUT", "https://pets.test/v1/pets/7?dry=true", HEADERS, '{"name":"Rex","tags":["a"]}')


def changed(**members: object) -> list[str]:
    given = {"method": GOLD.method, "url": GOLD.url, "headers": GOLD.headers, "body": GOLD.body} | members
    return differing(Request(**given), GOLD, TEMPLATE, DECLARED)  # type: ignore[arg-type]


def headers(**members: str | None) -> tuple[tuple[str, str], ...]:
    named = dict(HEADERS) | {name.replace("_", "-"): value for name, value in members.items()}
    return tuple((name, value) for name, value in named.items() if value is not None)


@pytest.mark.parametrize(
    ("members", "lines"),
    [
        ({}, []),
        ({"headers": headers(Authorization="Bearer mine", Accept="*/*")}, []),
        ({"method": "POST"}, ["method: POST for PUT"]),
        ({"url": "http://pets.test/v1/pets/7?dry=true"}, ["scheme: http for https"]),
        ({"url": "https://cats.test/v1/pets/7?dry=true"}, ["host: cats.test for pets.test"]),
        ({"url": "https://pets.test/v1/pets/8?dry=true"}, ["path id: 8 for 7"]),
        ({"url": "https://pets.test/v2/pets/7?dry=true"}, ["path: /v2/pets/7 for /v1/pets/7"]),
        ({"url": "https://pets.test/v1/pets/7/?dry=true"}, ["path: /v1/pets/7/ for /v1/pets/7"]),
        ({"url": "https://pets.test/v1/pets/7"}, ["query dry: true is missing"]),
        ({"url": f"{GOLD.url}&dry=true&n=1"}, ["query dry: true is sent too often", "query n: 1 is not asked for"]),
        ({"headers": headers(X_Tenant="b")}, ["header x-tenant: b for a"]),
        ({"headers": headers(Authorization=None)}, ["header authorization: missing"]),
        (
            {"headers": headers(Authorization="")},
            ['header authorization: "" for Bearer REPLACE_TOKEN', "header authorization: no scheme for bearer"],
        ),
        ({"headers": headers(X_Api_Key="k")}, ["header x-api-key: not asked for"]),
        ({"headers": headers(Authorization="Basic x")}, ["header authorization: basic for bearer"]),
        (
            {"headers": headers(Content_Type="text/plain")},
            [
                "header content-type: text/plain for application/json",
                'body: {"name":"Rex","tags":["a"]} as text/plain for {"name":"Rex","tags":["a"]} as application/json',
            ],
        ),
        ({"body": '{"tags":["b"],"name":"Rex"}'}, ['body tags.0: "b" for "a"']),
        ({"body": None}, ['body name: "Rex" is missing', 'body tags.0: "a" is missing']),
        ({"body": "[]"}, ['body: [] for {"name":"Rex","tags":["a"]}']),
        ({"body": '{"name":"Rex","tags":["a"]'}, ['body: {"name":"Rex","tags":["a"] for {"name":"Rex","tags":["a"]}']),
        ({"headers": headers(Cookie="a=b")}, ["cookie a: b is not asked for"]),
        ({"url": f"{GOLD.url}&q={'x' * 100}"}, [f"query q: {'x' * 60}... is not asked for"]),
    ],
)
def test_lines(members: dict[str, object], lines: list[str]) -> None:
    assert changed(**members) == lines


def test_a_part_that_becomes_a_file() -> None:
    part = 'Content-Disposition: form-data; name="a"{}\r\n\r\nhello'
    kind = (("Content-Type", "multipart/form-data; boundary=b"),)
    sent, gold = (
        Request("POST", "https://pets.test/", kind, f"--b\r\n{part.format(more)}\r\n--b--\r\n")
        for more in ('; filename="f"', "")
    )
    assert differing(sent, gold, "https://pets.test/", [])[0] == "body a: a file for hello"


def test_what_a_file_holds_is_nobody_s_to_say() -> None:
    part = 'Content-Disposition: form-data; name="a"; filename="f"\r\n\r\n{}'
    kind = (("Content-Type", "multipart/form-data; boundary=b"),)
    sent, gold = (
        Request("POST", "https://pets.test/", kind, f"--b\r\n{part.format(text)}\r\n--b--\r\n")
        for text in ("hello", "CONTENT")
    )
    assert differing(sent, gold, "https://pets.test/", []) == []
    assert exact_match(sent, gold, "https://pets.test/", [])


def test_the_order_of_a_name_that_stands_twice() -> None:
    one, other = (Request("GET", f"https://pets.test/?{query}") for query in ("s=a&s=b", "s=b&s=a"))
    assert differing(one, other, "https://pets.test/", []) == ["query s: a, b for b, a"]
    assert not exact_match(one, other, "https://pets.test/", []) and exact_match(one, one, "https://pets.test/", [])
