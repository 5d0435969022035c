from typing import Any

import pytest

from apipack.languages import Unrepresentable, render
from apipack.matching import same_request, score
from apipack.records import LANGUAGES, Request

GOLD = Request(
    "POST",
    "https://h.example/v1/pets/7/toys?limit=10&tag=SOME_STRING_VALUE",
    (("X-Key", "REPLACE_KEY_VALUE"), ("X-Target", "List"), ("Content-Type", "application/json")),
    '{"name":"SOME_STRING_VALUE","size":{"w":1},"tags":["a"]}',
)
TEMPLATE = "https://h.example/v1/pets/{id}/toys"
ARGUMENTS = [["id", "path", True, "integer", False], ["X-Target", "header", True, "string", True]]


def verdict(language: str, predicted: Request, gold: Request = GOLD, template: str = TEMPLATE) -> Any:
    return score(language, render(language, predicted), render(language, gold), gold, template, ARGUMENTS)


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
        found = score("curl", text, render("curl", GOLD), GOLD, TEMPLATE, ARGUMENTS)
        assert not (found.endpoint_match or found.call_match or found.request_match)


def test_a_declared_header_counts_although_clients_send_it_themselves() -> None:
    gold = Request("GET", "https://h.example/a", (("User-Agent", "REPLACE"),))
    bare = Request("GET", "https://h.example/a")
    for declared in ([], [["User-Agent", "header", True, "string", False]]):
        assert same_request(bare, gold, gold.url, declared) == (not declared)
        assert same_request(gold, gold, gold.url, declared)
    assert same_request(gold, bare, gold.url, [["User-Agent", "header", False, "string", False]])


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.x+json", "application/ndjson"])
def test_keys_of_every_kind_of_json_count(media_type: str) -> None:
    gold = Request("POST", "https://h.example/a", (("Content-Type", media_type),), '{"name": "x"}')
    other = Request("POST", gold.url, gold.headers, '{"names": "x"}')
    assert same_request(gold, gold, gold.url, []) and not same_request(other, gold, gold.url, [])
