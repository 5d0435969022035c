from typing import Any

import pytest

from apipack.evaluation.arguments import exact_match
from apipack.evaluation.metrics import same_place, same_request
from apipack.evaluation.url_templates import fits
from apipack.evaluation.verdicts import Reference, Verdict, judge
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.languages.wire import CACHE_HINTS, CLIENT_ADDED
from apipack.records import LANGUAGES, Request

GOLD = Request(
    "POST",
    "https://h.example/v1/pets/7/toys?limit=10&tag=SOME_STRING_VALUE",
    (("X-Key", "REPLACE_KEY_VALUE"), ("X-Target", "List"), ("Content-Type", "application/json")),
    '{"name":"SOME_STRING_VALUE","size":{"w":1},"tags":["a"]}',
)
TEMPLATE = "https://h.example/v1/pets/{id}/toys"
ARGUMENTS = [["id", "path", True, "integer", False], ["X-Target", "header", True, "string", True]]


def verdict(language: str, predicted: Request, gold: Request = GOLD, template: str = TEMPLATE) -> Verdict:
    reference = Reference(render(language, gold), gold, template, ARGUMENTS)
    return judge(Reading.of(language, render(language, predicted)), reference)


def changed(**members: Any) -> Request:
    values = {"method": GOLD.method, "url": GOLD.url, "headers": GOLD.headers, "body": GOLD.body} | members
    return Request(**values)


MUTANTS = {
    "method": changed(method="PUT"),
    "version": changed(url=GOLD.url.replace("/v1/", "/v2/")),
    "path": changed(url=GOLD.url.replace("/toys", "/games")),
    "path_parameter_type": changed(url=GOLD.url.replace("/7/", "/seven/")),
    "longer_path": changed(url=GOLD.url.replace("/toys", "/toys/1")),
    "host": changed(url=GOLD.url.replace("h.example", "g.example")),
    "scheme": changed(url=GOLD.url.replace("https:", "http:")),
    "dropped_query": changed(url=GOLD.url.replace("limit=10&", "")),
    "renamed_query": changed(url=GOLD.url.replace("limit=", "limits=")),
    "query_type": changed(url=GOLD.url.replace("limit=10", "limit=ten")),
    "repeated_query": changed(url=GOLD.url + "&limit=10"),
    "dropped_header": changed(headers=GOLD.headers[1:]),
    "renamed_header": changed(headers=(("X-Keys", "REPLACE_KEY_VALUE"), *GOLD.headers[1:])),
    "fixed_header": changed(headers=(GOLD.headers[0], ("X-Target", "Drop"), GOLD.headers[2])),
    "media_type": changed(headers=(*GOLD.headers[:2], ("Content-Type", "application/xml"))),
    "body_key": changed(body=GOLD.body.replace('"name"', '"names"')),  # type: ignore[union-attr]
    "inner_key": changed(body=GOLD.body.replace('"w"', '"h"')),  # type: ignore[union-attr]
    "body_type": changed(body=GOLD.body.replace("1", '"1"')),  # type: ignore[union-attr]
    "dropped_body": changed(body=None, headers=GOLD.headers[:2]),
    "empty_array": changed(body=GOLD.body.replace('["a"]', "[]")),  # type: ignore[union-attr]
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_gold_scores_everything(language: str) -> None:
    found = verdict(language, GOLD)
    assert (found.endpoint_match, found.call_match, found.request_match) == (True, True, True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_mutants_never_match_the_request(language: str, mutant: str) -> None:
    try:
        assert not verdict(language, MUTANTS[mutant]).request_match
    except Unrepresentable:
        assert mutant == "dropped_body"


@pytest.mark.parametrize(
    "alike",
    [
        changed(url=GOLD.url.replace("/7/", "/42/").replace("SOME_STRING_VALUE", "red").replace("10", "5")),
        changed(body='{"tags": ["b", "c"], "size": {"w": 2}, "name": "x"}'),
        changed(headers=tuple((name.lower(), value) for name, value in GOLD.headers[::-1])),
        changed(url=GOLD.url.replace("h.example", "H.example:443")),
    ],
)
def test_other_values_of_the_same_type_and_other_spellings_match(alike: Request) -> None:
    assert verdict("curl", alike).request_match


def test_bearer_is_not_basic() -> None:
    def with_scheme(scheme: str) -> Request:
        return Request("GET", "https://h.example/a", (("Authorization", f"{scheme} REPLACE"),))

    gold = with_scheme("Bearer")
    assert verdict("curl", with_scheme("Bearer"), gold, "https://h.example/a").request_match
    assert not verdict("curl", with_scheme("Basic"), gold, "https://h.example/a").request_match


def test_nonsense_matches_nothing() -> None:
    for text in ("", "I am a language model", "curl", "x" * 100_000):
        found = judge(Reading.of("curl", text), Reference(render("curl", GOLD), GOLD, TEMPLATE, ARGUMENTS))
        assert not (found.endpoint_match or found.call_match or found.request_match)


@pytest.mark.parametrize("name", sorted(CLIENT_ADDED))
def test_a_header_that_clients_send_themselves_says_nothing(name: str) -> None:
    bare = Request("GET", "https://h.example/a")
    named = Request("GET", bare.url, ((name.title(), "x"),))
    assert same_request(named, bare, bare.url, []) and same_request(bare, named, bare.url, [])


@pytest.mark.parametrize("hint", sorted(CACHE_HINTS))
def test_what_fetch_says_of_caches_says_nothing_and_another_value_does(hint: tuple[str, str]) -> None:
    bare = Request("GET", "https://h.example/a")
    assert same_request(Request("GET", bare.url, (hint,)), bare, bare.url, [])
    assert not same_request(Request("GET", bare.url, ((hint[0], "private"),)), bare, bare.url, [])


def test_a_declared_header_counts_although_clients_send_it_themselves() -> None:
    gold = Request("GET", "https://h.example/a", (("User-Agent", "REPLACE"),))
    bare = Request("GET", "https://h.example/a")
    for declared in ([], [["User-Agent", "header", True, "string", False]]):
        assert same_request(bare, gold, gold.url, declared) == (not declared)
        assert same_request(gold, gold, gold.url, declared)
    assert same_request(gold, bare, gold.url, [["User-Agent", "header", False, "string", False]])


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.x+json", "application/x-ndjson"])
def test_keys_of_every_kind_of_json_count(media_type: str) -> None:
    def request(body: str) -> Request:
        return Request("POST", "https://h.example/a", (("Content-Type", media_type),), body)

    gold, lines = request('{"name": "x"}'), request('{"name": "y"}\n{"name": "z"}\n')
    assert same_request(request('{"name":"y"}'), gold, gold.url, [])
    assert not same_request(request('{"names": "x"}'), gold, gold.url, [])
    assert same_request(lines, gold, gold.url, []) is (not lines.is_json)


@pytest.mark.parametrize(
    ("kind", "reference", "predicted", "same"),
    [
        ("string", "PETID", "7", True),
        ("string", "7", "seven", True),
        ("string", "x", "", False),
        ("number", "1", "9.99", True),
        ("number", "1", "1e5", True),
        ("number", "1", "many", False),
        ("integer", "1", "9.99", False),
        ("boolean", "true", "false", True),
        ("boolean", "true", "yes", False),
        ("array", "1", "a", False),
    ],
)
@pytest.mark.parametrize("place", ["path", "query", "header", "cookie"])
def test_values_are_of_the_declared_type(place: str, kind: str, reference: str, predicted: str, same: bool) -> None:
    def request(value: str) -> Request:
        url = {"path": f"https://h.example/a/{value}", "query": f"https://h.example/a?p={value}"}
        headers = {"header": (("P", value),), "cookie": (("Cookie", f"p={value}"),)}
        return Request("GET", url.get(place, "https://h.example/a"), headers.get(place, ()))

    arguments = [["P" if place == "header" else "p", place, True, kind, False]]
    template = "https://h.example/a" + ("/{p}" if place == "path" else "")
    assert same_request(request(predicted), request(reference), template, arguments) is same
    fixed = [[*arguments[0][:4], True]]
    assert same_request(request(reference), request(reference), template, fixed)
    assert not same_request(request(predicted), request(reference), template, fixed)


@pytest.mark.parametrize(
    ("pattern", "reference", "predicted", "same"),
    [
        ("{base}...{head}", "BASE...HEAD", "main...dev", True),
        ("{base}...{head}", "BASE...HEAD", "main", False),
        ("{base}...{head}", "BASE...HEAD", "...main", False),
        ("{id}.json", "ID.json", "x.json", True),
        ("{id}.json", "ID.json", ".json", False),
        ("{id}.json", "ID.json", "x.xml", False),
        ("@{a}{b}:go", "@AB:go", "@x:go", True),
        ("{a}b" * 40, "ab" * 40, "a" * 8000, False),
    ],
)
def test_the_text_around_path_parameters_counts(pattern: str, reference: str, predicted: str, same: bool) -> None:
    gold = Request("GET", f"https://h.example/{reference}")
    other = Request("GET", f"https://h.example/{predicted}")
    template = f"https://h.example/{pattern}"
    assert same_request(gold, gold, template, [])
    assert same_request(other, gold, template, []) is same


def test_a_default_port_is_no_other_host() -> None:
    template, gold = "https://h.example:443/a/{id}", Request("GET", "https://h.example:443/a/x")
    for host in ("h.example", "H.example:443"):
        request = Request("GET", f"https://{host}/a/y")
        assert same_request(request, gold, template, []) and fits(request, template)
    assert not fits(Request("GET", "http://h.example:443/a/y"), template)


@pytest.mark.parametrize("template", ["https://h.example", "https://h.example/"])
def test_an_empty_path_is_the_root_that_every_client_asks_for(template: str) -> None:
    """RFC 3986, 6.2.3: what arrives of `https://h.example` is `/`."""
    bare, sent = Request("GET", "https://h.example?a=1"), Request("GET", "https://h.example/?a=1")
    assert fits(bare, template) and fits(sent, template) and same_place(bare, sent)
    for gold, other in ((bare, sent), (sent, bare)):
        assert same_request(other, gold, template, []) and exact_match(other, gold, template, [])
    assert not same_request(Request("GET", "https://h.example//?a=1"), sent, template, [])


def test_deep_json_is_another_body() -> None:
    gold = Request("POST", "https://h.example/a", (("Content-Type", "application/json"),), '{"a": [1]}')
    for body in ("[" * 100_000, '{"a":' * 900 + "1" + "}" * 900):
        assert not same_request(Request("POST", gold.url, gold.headers, body), gold, gold.url, [])


def test_a_type_of_no_body_says_nothing() -> None:
    bare = Request("GET", "https://h.example/a")
    typed = Request("GET", bare.url, (("Content-Type", "application/json"),))
    assert same_request(typed, bare, bare.url, []) and same_request(bare, typed, bare.url, [])


@pytest.mark.parametrize(
    ("body", "same"),
    [
        ('{"price": 4.5, "lines": [{"n": 1}, {"n": 2}]}', True),
        ('{"price": 1, "lines": [{"n": 7}]}', True),  # values by type, and a list may be shorter
        ('{"price": 1, "lines": [{"n": 7}, {"n": 8}, {"n": 9}]}', True),
        ('{"price": 1, "lines": [{"n": 7}, {"nonsense": true}]}', False),
        ('{"price": 1, "lines": [{"n": 7}, {"n": 8}, {"nonsense": true}]}', False),
        ('{"price": NaN, "lines": [{"n": 1}, {"n": 2}]}', False),
        ('{"price": -Infinity, "lines": [{"n": 1}, {"n": 2}]}', False),
        ('{"price": "4", "price": 4.5, "lines": [{"n": 1}, {"n": 2}]}', False),
    ],
)
def test_all_members_of_a_json_body_count_and_what_is_no_json_is_wrong(body: str, same: bool) -> None:
    headers = (("Content-Type", "application/json"),)
    gold = Request("POST", "https://h.example/a", headers, '{"price":4.5,"lines":[{"n":1},{"n":2}]}')
    assert same_request(Request("POST", gold.url, headers, body), gold, gold.url, []) is same


@pytest.mark.parametrize(
    ("reference", "predicted", "same"),
    [
        ("/orders/ord_1", "/orders/{order_id}", False),
        ("/orders/ord_1", "/orders/%7Border_id%7D", False),
        ("/orders/ord_1", "/orders/$%7Bid%7D", False),
        ("/orders/%7Border_id%7D", "/orders/%7Border_id%7D", True),
        ("/orders/%7Border_id%7D", "/orders/%7Bid%7D", True),  # as the paper's references have them
        ("/orders/ord_1?q=a", "/orders/ord_2?q=%7Bterm%7D", False),
        ("/orders/ord_1?q=a", "/orders/ord_2?q=%7Bterm", True),
        ("/orders/ord_1?key=REPLACE_KEY", "/orders/ord_2?key=%7Bkey%7D", True),
    ],
)
def test_a_name_in_braces_is_no_value(reference: str, predicted: str, same: bool) -> None:
    one, other = (Request("GET", f"https://h.example{path}") for path in (reference, predicted))
    arguments = [["order_id", "path", True, "string", False]]
    assert same_request(other, one, "https://h.example/orders/{order_id}", arguments) is same
