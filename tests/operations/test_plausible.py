"""Values that a person would send: within the rules, of no real person, other ones for tests."""

import json
import random
import re
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apipack.operations.pattern_texts import random_match
from apipack.operations.plausible import fits, for_tests, plausible, sayable
from apipack.operations.scrubbing import scrub


def value(leaf: dict[str, Any], name: str, seed: int = 0, given: bool = False, tests: bool = False) -> Any:
    found = plausible(leaf, name, random.Random(seed), given=given, tests=tests)
    return found and found[0]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("email", r"\w+\.\w+@example\.(com|org|net)"),
        ("billingEmailAddress", r"\w+\.\w+@example\.(com|org|net)"),
        ("city", r"[A-Z]\w+"),
        ("since", r"\d{4}-\d\d-\d\d"),
        ("created_at", r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z"),
        ("candidate_id", r"cand-\d{5}"),
        ("limit", r"\d+"),
        ("phone_number", r"\+1202555\d{4}|\+447700900\d{3}"),
        ("website", r"https://\w+\.example\.(com|org|net)/[\w-]+"),
        ("countryCode", r"[A-Z]{2}"),
        ("topicArn", r"arn:aws:topic:[\w-]+:123456789012:[\w-]+"),
    ],
)
def test_a_text_is_made_by_its_name(name: str, pattern: str) -> None:
    for seed in range(20):
        text = value({"kind": "string"}, name, seed)
        assert re.fullmatch(pattern, text), text
        assert name == "phone_number" or not scrub(text)[1]  # libphonenumber takes the kept numbers for real ones


def test_what_the_specification_gives_comes_first_and_a_placeholder_is_none() -> None:
    leaf = {"kind": "string", "example": "string", "default": "Oslo", "enum": None}
    leaf.pop("enum")
    rng = random.Random(0)
    assert plausible(leaf, "city", rng, given=True, tests=False) == ("Oslo", "default")
    assert plausible({**leaf, "example": "Bergen"}, "city", rng, given=True, tests=False) == ("Bergen", "example")
    assert plausible({**leaf, "enum": ["a", "b"]}, "city", rng, given=True, tests=False) == ("a", "enum")
    made = plausible(leaf, "city", rng, given=False, tests=False)
    assert made is not None and made[1] == "name"


def test_tests_have_values_that_no_trained_variant_has() -> None:
    leaf = {"kind": "string"}
    trained = {value(leaf, "title", seed) for seed in range(500)}
    tested = {value(leaf, "title", seed, tests=True) for seed in range(500)}
    assert trained.isdisjoint(tested)
    assert not any(map(for_tests, trained)) and all(map(for_tests, tested))


LEAVES = st.one_of(
    st.fixed_dictionaries({"kind": st.just("string"), "least": st.integers(0, 30), "most": st.integers(30, 50)}),
    st.fixed_dictionaries({"kind": st.just("string"), "least": st.just(1), "most": st.integers(1, 12)}),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["integer", "number"]), "low": st.integers(-9, 9), "high": st.integers(12, 99)},
        optional={"step": st.sampled_from([1, 2, 3])},
    ),
    st.fixed_dictionaries(
        {"kind": st.just("string"), "pattern": st.sampled_from([r"^[A-Z]{3}-\d+$", r"^[a-z]+\.\d{2}$"])}
    ),
)
NAMES = st.sampled_from(["name", "limit", "email", "id", "x", "price", "startDate", "url", "description", "version"])


@given(LEAVES, NAMES, st.integers(0, 10_000), st.booleans())
def test_a_made_value_keeps_the_rules_and_can_be_said(leaf: dict[str, Any], name: str, seed: int, tests: bool) -> None:
    made = value(leaf, name, seed, tests=tests)
    assert fits(leaf, made) and sayable(made)
    assert made == value(leaf, name, seed, tests=tests)


@pytest.mark.parametrize(
    "pattern", [r"^[a-z]{2}-[0-9]{3,5}$", r"^(red|green)\w*$", r"^arn:aws[a-z-]*:[^:]+$", r"^\d+$"]
)
def test_a_random_text_of_a_pattern(pattern: str) -> None:
    texts = {random_match(pattern, random.Random(seed)) for seed in range(30)}
    assert len(texts) > 5 and all(text is not None and re.search(pattern, text) for text in texts)


@pytest.mark.parametrize("pattern", [r"(?=x)y", r"(a{900}){900}", "(" * 400, r"\bx", "[", "(a)" * 200])
def test_a_pattern_that_is_not_written_gives_nothing_soon(pattern: str) -> None:
    assert random_match(pattern, random.Random(0)) is None


@pytest.mark.parametrize("text", ["a\nb", "", " a", 'it\'s "x"', "{a}", "x" * 61, "`a`"])
def test_what_no_sentence_carries(text: str) -> None:
    assert not sayable(text)


def test_values_for_tests_are_told_by_the_crc_of_their_json() -> None:
    for of_json in (True, 7, -(10**20), 0.5, 1e22, -0.0, float("inf"), "é\n'", None, [1, "a"]):
        assert for_tests(of_json) == (zlib.crc32(json.dumps(of_json).encode()) % 4 == 0)
