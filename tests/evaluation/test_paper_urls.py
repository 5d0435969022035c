"""The paper's endpoint match finds URLs as its authors do, in the text alone."""

import pytest

from apipack.evaluation.paper_urls import same_endpoint
from apipack.records import Request

PYTHON = 'conn = http.client.HTTPSConnection("{host}")\nconn.request("{method}", "{path}", headers=h)'


def same(language: str, call: str, gold: str) -> bool:
    return same_endpoint(language, call, None, gold, None, 0.9)


@pytest.mark.parametrize(
    ("language", "call", "gold", "expected"),
    [
        ("curl", "curl -v --url 'https://h.example/things/7'", "curl --url 'https://h.example/things/8'", True),
        ("curl", "curl 'https://h.example/things/7'", "curl --url 'https://h.example/things/7'", False),
        ("java", 'b.url("https://h.example/things/7").get()', 'x.url("https://h.example/things/7")', True),
        ("java", 'URI.create("https://h.example/things/7")', 'x.url("https://h.example/things/7")', False),
        ("go", 'get("https://h.example/things/%37")', 'url := "https://h.example/things/7"', True),
        ("go", 'get("http://h.example/things/7")', 'url := "https://h.example/things/7"', False),
    ],
)
def test_the_url_stands_where_the_language_has_it(language: str, call: str, gold: str, expected: bool) -> None:
    assert same(language, call, gold) is expected


def test_of_python_host_and_path_are_compared_each() -> None:
    gold = PYTHON.format(host="h.example", method="GET", path="/things/7")
    assert same("python", f"import json\n{PYTHON.format(host='h.example.', method='POST', path='/things/7/')}", gold)
    assert not same("python", PYTHON.format(host="other.test", method="GET", path="/things/7"), gold)
    assert not same("python", 'requests.get("https://h.example/things/7")', gold)


def test_where_the_reference_has_none_requests_are_compared() -> None:
    gold = PYTHON.format(host="h.example", method="PATCH", path="/things/7")  # a method that the authors do not know
    request = Request("PATCH", "https://h.example/things/7")
    assert same_endpoint("python", gold, request, gold, request, 0.9)
    assert same_endpoint("python", "requests.patch('https://h.example/things/7')", None, gold, request, 0.9)
    assert not same_endpoint("python", "no call", None, gold, request, 0.9)


def test_without_a_url_in_the_reference_nothing_is_a_match() -> None:
    assert not same("curl", "no call", "no call either")
    assert not same("curl", "", "")
