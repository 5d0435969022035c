"""Bodies taken apart as their media types have them."""

from typing import Any

import pytest

from apipack.openapi.payloads import DEEPEST, MOST, NotWellFormed, Part, body_parts, json_texts, xml_tree
from apipack.records import Request, is_json


@pytest.mark.parametrize(
    ("media_type", "values"),
    [
        ("application/json", [{"a": 1}]),
        ("text/json", [{"a": 1}]),
        ("application/vnd.x+json", [{"a": 1}]),
        ("application/x-ndjson", [{"a": 1}]),
        ("application/notjson", None),
        ("text/plain", None),
    ],
)
def test_json_is_told_by_subtype_and_suffix(media_type: str, values: list[Any] | None) -> None:
    assert json_texts('{"a": 1}', media_type) == values
    request = Request("POST", "https://h.example", (("content-type", f"{media_type.upper()}; charset=utf-8"),), "")
    assert request.is_json is is_json(media_type) is (values is not None and "ndjson" not in media_type)


def test_lines_of_json_are_values_of_their_own() -> None:
    assert json_texts('{"a": 1}\n[2]\n', "application/x-ndjson") == [{"a": 1}, [2]]
    assert json_texts('"a\u2028b\x85"\r\n[2]', "application/x-ndjson") == ["a\u2028b\x85", [2]]
    for body in ('{"a": 1}\n[2]\n', "[" * 100_000):
        with pytest.raises((ValueError, RecursionError)):
            json_texts(body, "application/json")


@pytest.mark.parametrize(
    ("media_type", "body", "values"),
    [
        ("application/jsonl", '{"a": 1}\n', [{"a": 1}]),
        ("application/vnd.x-ndjson", "1\n2", [1, 2]),
        ("application/json-seq", '\x1e{"a": 1}\n\x1e[2]\n', [{"a": 1}, [2]]),
        ("application/geo+json-seq", "\x1e1\n", [1]),
        ("text/event-stream", 'event: add\ndata: {"n": 1}\n\n: note\ndata: a\ndata:  b\n\n', [
            {"event": "add", "data": {"n": 1}}, {"data": "a\n b"}]),
        ("application/jsonl", "garbage", None),
        ("application/jsonl", '{"a": 1}\n\n2', None),
        ("application/json-seq", '{"a": 1}\n', None),
        ("application/json-seq", "\x1egarbage\n", None),
        ("text/event-stream", "garbage", None),
        ("text/event-stream", "datum: 1\n\n", None),
        ("text/event-stream", "data: {no\n\n", None),
    ],
)  # fmt: skip
def test_values_of_a_sequence(media_type: str, body: str, values: list[Any] | None) -> None:
    if values is not None:
        assert json_texts(body, media_type) == values
        return
    with pytest.raises(ValueError):
        json_texts(body, media_type)


def test_parts_of_a_form_have_names_and_an_end() -> None:
    def read(body: str, media_type: str = "multipart/form-data; boundary=b") -> list[Part] | None:
        return body_parts(Request("POST", "https://h.example", (("Content-Type", media_type),), body))

    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n1\r\n'
    typed = (
        '--b\r\nContent-Disposition: form-data; name=z; filename="z.png"\r\nContent-Type: Image/PNG; a=b\r\n\r\n\r\n'
    )
    assert read(part.format("y") + typed + "--b--\r\n") == [
        Part("y", "text/plain", False, False, "1"),
        Part("z", "image/png", True, True, ""),
    ]
    unnamed = "--b\r\n\r\n1\r\n--b--\r\n"
    assert read(unnamed, "multipart/mixed; boundary=b") == [Part("", "text/plain", False, False, "1")]
    assert read("--b--\r\n") == []
    for body in (part.format("x"), part.format("") + "--b--\r\n", "", unnamed, "--c--\r\n"):
        assert read(body) is None


def test_names_of_xml_have_their_namespace_and_texts_no_entities() -> None:
    root = xml_tree(
        '<?xml version="1.0"?>\n<p:a xmlns:p="urn:p" xmlns="urn:d" p:i="1" j="2"><b>x&amp;<![CDATA[<]]></b></p:a>'
    )
    assert (root.name, root.attributes) == ("{urn:p}a", {"{urn:p}i": "1", "j": "2"})
    assert [(inner.name, inner.text) for inner in root.elements] == [("{urn:d}b", "x&<")]


@pytest.mark.parametrize(
    "text",
    [
        "<a>",
        "<a/><b/>",
        "",
        "<a b='1' b='2'/>",
        "<p:a/>",
        '<?xml version="1.0" encoding="UTF-16"?><a/>',
        '<?xml version="1.0" encoding="nonsense"?><a/>',
        '<?xml version="1.0" encoding="us-ascii"?><a>é</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "https://evil.example/a.dtd"><a>&x;</a>',
        "<a>" * (DEEPEST + 1) + "</a>" * (DEEPEST + 1),
        f"<a>{'<b/>' * MOST}</a>",
        "<a>\ud800</a>",
    ],
    ids=lambda text: text[:60],
)
def test_what_is_no_document_of_xml_or_hostile_is_refused(text: str) -> None:
    with pytest.raises(NotWellFormed):
        xml_tree(text)


def test_octets_of_another_encoding_are_what_they_say() -> None:
    latin = '<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>'.encode("latin-1")
    assert xml_tree(latin.decode("utf-8", "surrogateescape")).text == "é"
