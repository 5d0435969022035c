import base64
from typing import Any

import pytest

from apipack.records import Request
from apipack.sandbox import Record
from apipack.sandbox.comparison import difference, request_of

JSON = ("Content-Type", "application/json")
WANTED = Request("POST", "https://h.example/a/b%2Fc?x=1&y=a%20b&x=2", (("X-Key", "k"), JSON), '{"a":1,"b":[true,null]}')


def arrived(**changes: Any) -> Record:
    """WANTED as a client sends it, with other members."""
    headers = [["Host", "h.example"], ["User-Agent", "c"], ["Accept", "*/*"], ["X-Key", "k"], list(JSON)]
    values: dict[str, Any] = {"scheme": "https", "host": "h.example", "port": 443, "method": "POST"}
    values |= {"target": "/a/b%2Fc?x=1&y=a%20b&x=2", "headers": headers, "body": WANTED.body, "error": None} | changes
    values["body"] = base64.b64encode(values["body"].encode()).decode()
    return Record(**values)


def headers(*pairs: tuple[str, str]) -> list[list[str]]:
    return [["Host", "h.example"], *map(list, pairs)]


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"target": "/%61/b%2fc?x=2&y=a+b&x=1"},
        {"headers": headers(JSON, ("x-key", "k"), ("Accept-Encoding", "gzip"), ("Connection", "close"))},
        {"body": '{"b": [true, null], "a": 1}'},
        {"host": "H.example.", "headers": headers(("X-Key", "k"), JSON)},
    ],
)
def test_what_http_holds_equal_is_equal(same: dict[str, Any]) -> None:
    assert difference(WANTED, [arrived(**same)]) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"method": "PUT"}, "method"),
        ({"scheme": "http"}, "scheme"),
        ({"host": "g.example"}, "host"),
        ({"port": 8443}, "host"),
        ({"headers": [["Host", "g.example"], ["X-Key", "k"], list(JSON)]}, "host"),
        ({"target": "/a/b/c?x=1&y=a%20b&x=2"}, "path"),
        ({"target": "/a/b%252Fc?x=1&y=a%20b&x=2"}, "path"),
        ({"target": "/a/b%2Fc?x=1&y=a%20b"}, "query"),
        ({"target": "/a/b%2Fc?x=1&y=a%2520b&x=2"}, "query"),
        ({"headers": headers(("X-Key", "K"), JSON)}, "headers"),
        ({"headers": headers(("X-Key", "k"), ("X-Key", "k"), JSON)}, "headers"),
        ({"headers": headers(("X-Key", "k"), JSON, ("X-More", "1"))}, "headers"),
        ({"headers": headers(("X-Key", "k"), ("Content-Type", "application/xml"))}, "headers"),
        ({"body": '{"a":1.0,"b":[true,null]}'}, "body"),
        ({"body": '{"a":true,"b":[true,null]}'}, "body"),
        ({"body": '{"a":1,"b":[true]}'}, "body"),
        ({"body": ""}, "body"),
        ({"error": "HTTP: nonsense"}, "not_http"),
    ],
)
def test_what_is_other_is_named(changes: dict[str, Any], reason: str) -> None:
    assert difference(WANTED, [arrived(**changes)]) == reason


def test_nothing_and_several() -> None:
    assert difference(WANTED, []) == "nothing"
    assert difference(WANTED, [arrived(), arrived()]) == "several"


def test_bodies_by_media_type() -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded")
    request = Request("POST", "https://h.example/", (form,), "a=1&b=x+y")
    assert difference(request, [arrived(target="/", headers=headers(form), body="b=x%20y&a=1")]) is None
    assert difference(request, [arrived(target="/", headers=headers(form), body="b=x%2520y&a=1")]) == "body"
    parts = ("Content-Type", "multipart/form-data; boundary=B")
    text = '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n--B--\r\n'
    request = Request("POST", "https://h.example/", (parts,), text % "1")
    assert difference(request, [arrived(target="/", headers=headers(parts), body=(text % "1").rstrip())]) is None
    assert difference(request, [arrived(target="/", headers=headers(parts), body=text % "2")]) == "body"
    for media_type, found in (("text/plain", None), ("application/json", "body")):
        typed = (text % "1").replace('"a"\r\n', f'"a"\r\nContent-Type: {media_type}\r\n')
        assert difference(request, [arrived(target="/", headers=headers(parts), body=typed)]) == found


def test_a_type_for_no_body_is_the_clients_own() -> None:
    request = Request("POST", "https://h.example/")
    form = ("Content-Type", "application/x-www-form-urlencoded")
    record = arrived(target="/", headers=headers(form, ("Content-Length", "0")), body="")
    assert difference(request, [record]) is None
    assert request_of(record) == request


def test_a_field_that_clients_add_stays_where_the_reference_sends_it() -> None:
    agent = ("User-Agent", "REPLACE")
    record = arrived(method="GET", target="/", headers=headers(agent, ("Accept", "*/*")), body="")
    found, bare = request_of(record, ["user-agent"]), request_of(record)
    assert found and bare and found.headers == (agent,) and bare.headers == ()


@pytest.mark.parametrize("field", ["h.example", "[x", "h.example:99999999", ""])
def test_a_host_field_that_is_not_the_place_is_not_believed(field: str) -> None:
    other = arrived(host="evil.example", port=8443, headers=[["Host", field]])
    found = request_of(other)
    assert found and found.parts.netloc == "evil.example:8443"
    alike = request_of(arrived(host="::1", scheme="http", port=80, headers=[["Host", field]]))
    assert alike and alike.parts.netloc == "[::1]"


@pytest.mark.parametrize("target", ["*", "@evil.example/a", ":[x", "https://h.example/a"])
def test_what_is_not_asked_of_an_origin_is_no_request(target: str) -> None:
    assert request_of(arrived(target=target)) is None


def test_ports_addresses_and_localhost() -> None:
    for url, host, port, field in (
        ("http://localhost:81/", "127.0.0.1", 81, "localhost:81"),
        ("http://localhost:81/", "::1", 81, "localhost:81"),
        ("http://[2001:DB8::1]/", "2001:db8::1", 80, "[2001:db8::1]"),
        ("http://h:80/", "h", 80, "h"),
    ):
        record = arrived(
            scheme="http", host=host, port=port, method="GET", target="/", headers=[["Host", field]], body=""
        )
        assert difference(Request("GET", url), [record]) is None
