"""Scores over arguments: right calls have all of them, calls with one wrong value are no exact match."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apipack.evaluation.arguments import Argument, arguments, compare, exact_match, figures
from apipack.evaluation.differing import differing
from apipack.records import Request
from benchmarks.argument_mutants import wrong

TEMPLATE = "https://harbour.test/v1/berths/{id}"
JSON = ("Content-Type", "application/json")


def request(body: object = None, url: str = "https://harbour.test/v1/berths/7?limit=25", **headers: str) -> Request:
    text = None if body is None else json.dumps(body)
    given = tuple(headers.items()) + ((JSON,) if text is not None else ())
    return Request("PUT", url, given, text)


BODY = {"name": "North 4", "size": {"length": 12.5}, "tags": ["a", "b"], "note": None, "none": []}
GOLD = request(BODY)


def test_leaves_of_every_place() -> None:
    found = arguments(request(BODY, **{"X-Tenant": "t", "Cookie": "view=a%20b; session=s"}), TEMPLATE)
    assert found == [
        Argument("path", "id", "7", "text"),
        Argument("query", "limit", "25", "text"),
        Argument("header", "x-tenant", "t", "text"),
        Argument("cookie", "view", "a b", "text"),
        Argument("cookie", "session", "s", "text"),
        Argument("body", "name", '"North 4"', "string"),
        Argument("body", "size.length", "12.5", "number"),
        Argument("body", "tags.0", '"a"', "string"),
        Argument("body", "tags.1", '"b"', "string"),
        Argument("body", "note", "null", "null"),
        Argument("body", "none", "[]", "array"),
    ]


@pytest.mark.parametrize(
    ("media_type", "body", "leaves"),
    [
        ("application/x-www-form-urlencoded", "a=1&b=x%20y", {"a": "1", "b": "x y"}),
        ("application/xml", "<p><a>1</a><b><c>x</c></b></p>", {"a": "1", "b.c": "x"}),
        (
            "application/xml",
            '<p id="7" xmlns:x="u"><a no="1"/><b no="2">x</b></p>',
            {"id": "7", "a.no": "1", "b.no": "2", "b": "x"},
        ),
        ("application/xml", "<p><a>", {"": "<p><a>"}),
        ("text/plain", "hello", {"": "hello"}),
        ("application/json", "{no", {"": "{no"}),
        (
            "multipart/form-data; boundary=-x",
            '---x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n---x--\r\n',
            {"a": "1"},
        ),
        ("multipart/form-data; boundary=-x", "---x--\r\n", {}),
    ],
)
def test_bodies_by_media_type(media_type: str, body: str, leaves: dict[str, str]) -> None:
    sent = Request("PUT", "https://harbour.test/v1/berths/7", (("Content-Type", media_type),), body)
    found = [one for one in arguments(sent, TEMPLATE) if one.place == "body"]
    assert {one.name: one.value.strip() for one in found} == leaves


def test_gold_is_exact_and_no_mutant_is() -> None:
    assert exact_match(GOLD, GOLD, TEMPLATE, [])
    mutants = list(wrong(GOLD, TEMPLATE))
    assert len(mutants) == 8
    assert not any(exact_match(one, GOLD, TEMPLATE, []) for one in mutants)
    assert not exact_match(None, GOLD, TEMPLATE, [])
    assert not exact_match(request(BODY, "https://harbour.test/v2/berths/7?limit=25"), GOLD, TEMPLATE, [])


LEAF = st.one_of(st.text(max_size=5), st.integers(-99, 99), st.booleans())
BODIES = st.dictionaries(
    st.sampled_from("abcdef"),
    st.one_of(LEAF, st.lists(LEAF, max_size=3), st.dictionaries(st.sampled_from("xyz"), LEAF)),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(BODIES, st.integers(0, 10**6))
def test_any_body_is_itself_and_none_of_its_mutants(body: dict[str, object], number: int) -> None:
    gold = request(body, f"https://harbour.test/v1/berths/{number}?limit=25")
    same = request(dict(reversed(body.items())), gold.url)
    assert exact_match(same, gold, TEMPLATE, [])
    assert not any(exact_match(one, gold, TEMPLATE, []) for one in wrong(gold, TEMPLATE))


def test_credentials_and_made_up_values_are_set_aside_and_types_count() -> None:
    gold = request({"password": "REPLACE_PASSWORD", "size": 12})
    other = request({"password": "else", "size": 12})
    key = {"Idempotency-Key": "1"}
    assert exact_match(other, gold, TEMPLATE, [])
    assert exact_match(request({"size": 1}, **key), request({"size": 1}, **{"Idempotency-Key": "2"}), TEMPLATE, [])
    assert exact_match(request(**{"apiSecret": "a"}), request(**{"apiSecret": "b"}), TEMPLATE, [])
    assert not exact_match(request({"size": "12"}), request({"size": 12}), TEMPLATE, [])


def test_precision_recall_and_f1_by_place_and_type() -> None:
    lacking = request({"name": "North 4"}, "https://harbour.test/v1/berths/8?limit=25&page=2")
    found = figures([compare(lacking, request({"name": "North 4", "open": True}), TEMPLATE, [])])
    assert found["exact_match"] == 0
    assert (found["n"], found["precision"], found["recall"], found["f1"]) == (4, 0.5, 0.5, 0.5)
    assert found["by_place"]["path"]["f1"] == 0 and found["by_place"]["body"]["recall"] == 0.5
    assert found["by_type"]["boolean"]["recall"] == 0 and found["by_type"]["string"]["f1"] == 1
    assert found["exact_match_by_values"] == {"4": {"n": 1, "share": 0.0}}
    assert figures([compare(None, GOLD, TEMPLATE, [])])["recall"] == 0 and figures([]) == {}


def test_a_parameter_with_one_allowed_value_is_a_part_of_the_address() -> None:
    declared = [["limit", "query", True, "integer", True], ["X-Version", "header", True, "string", True]]
    headers = {"X-Version": "2"}
    gold = request({"name": "North 4"}, **headers)
    compared = compare(gold, gold, TEMPLATE, declared)
    assert compared.exact and compared.asked == 2  # the id in the path and the name
    other = request({"name": "North 4"}, "https://harbour.test/v1/berths/7?limit=26", **headers)
    assert compare(other, gold, TEMPLATE, declared).matched.total() == 2
    assert not exact_match(other, gold, TEMPLATE, declared)
    assert not exact_match(request({"name": "North 4"}, **{"X-Version": "3"}), gold, TEMPLATE, declared)


def upload(text: str, name: str = "a") -> Request:
    body = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--b--\r\n'
    return Request("POST", "https://h.example/a", (("Content-Type", "multipart/form-data; boundary=b"),), body)


@pytest.mark.parametrize("text", ["é\udcff", "\udcff", "\ud800", "日本\udc80\udcfe", "é"])
def test_octets_that_are_no_utf_8_are_values_like_others(text: str) -> None:
    """A call that uploads a file sends them."""
    template = "https://h.example/a"
    assert exact_match(upload(text), upload(text), template, [])
    assert not exact_match(upload(text), upload(f"{text[:-1]}\udc81"), template, [])
    named, other = upload("1", f"n{text}"), upload("1", f"{text[:-1]}\udc81")
    assert exact_match(named, named, template, []) and not compare(named, other, template, []).exact


LISTS = {"in one line": ["a,b"], "with a space": ["a, b"], "in two lines": ["a", "b"], "of three": ["a", "b,c"]}


@pytest.mark.parametrize("sent", LISTS)
@pytest.mark.parametrize("kind", ["array", "string"])
def test_a_header_s_list_may_stand_in_several_lines_and_with_white_space(kind: str, sent: str) -> None:
    declared = [["X-Tags", "header", True, kind, False]]
    same = sent == "in one line" or (kind == "array" and sent != "of three")
    gold, other = (
        Request("GET", "https://harbour.test/v1/berths/7", tuple(("X-Tags", tags) for tags in lines))
        for lines in (["a,b"], LISTS[sent])
    )
    assert exact_match(other, gold, TEMPLATE, declared) == same
    assert bool(differing(other, gold, TEMPLATE, declared)) != same
