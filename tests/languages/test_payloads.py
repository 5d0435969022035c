"""Bodies taken apart as their media types have them."""

from typing import Any

import pytest

from apipack.languages.payloads import json_texts, part_names
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


def test_parts_without_names_or_an_end_have_none() -> None:
    def names(body: str) -> list[str]:
        return part_names(
            Request("POST", "https://h.example", (("Content-Type", "multipart/form-data; boundary=b"),), body)
        )

    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n1\r\n'
    assert names(part.format("y") + part.format("x") + "--b--\r\n") == ["x", "y"]
    for body in (part.format("x"), part.format(""), "", "--b\r\n\r\n1\r\n--b--\r\n"):
        assert names(body) == []
