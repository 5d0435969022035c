from collections.abc import Callable
from typing import Any

import pytest

from apipack.dataset.leakage import (
    distribution,
    leaks,
    nearest_training,
    positional,
    shared_endpoints,
    trained_elsewhere,
)
from apipack.dataset.params import Split
from apipack.dataset.splits import Parts, endpoint_key, parts_of, split

P = Split(tests=6, unseen_apis=0.25, unseen_endpoints=0.2, similarity=0.9)
NOUNS = ["invoice", "pet", "planet", "ticket", "voucher", "lecture", "parcel", "sensor", "recipe", "stadium"]
ROWS = {
    f"{p}-{o:02}": {
        "id": f"{p}-{o:02}",
        "provider": f"p{p}",
        "api": f"p{p}:api",
        "cluster": f"{p}-{o:02}",
        "method": "GET",
        "path": f"/{NOUNS[p]}/{NOUNS[o % 10]}{o * 6007 % 991}",
        "template": f"https://p{p}.example/{NOUNS[p]}/{NOUNS[o % 10]}{o * 6007 % 991}",
        "functionality": f"Fetch the {NOUNS[o % 10]} of {NOUNS[p]} {o * 31 % 97}",
        "description": f"{NOUNS[(o + p) % 10]} " * 3,
        "arguments": "[]",
    }
    for p in range(8)
    for o in range(14)
}
PARTS = parts_of(split(list(ROWS.values()), P, 0, 3))


def found(rows: dict[str, dict[str, Any]], parts: Parts) -> list[str]:
    return leaks(rows, parts, nearest_training(rows, parts, 1), P.similarity)


def test_our_split_has_none() -> None:
    assert found(ROWS, PARTS) == []
    assert shared_endpoints(ROWS, PARTS) == {"level2": 0, "level3": 0}


def _trained(level: str) -> Callable[[dict[str, Any], Parts], None]:
    def plant(rows: dict[str, Any], parts: Parts) -> None:
        parts["train"] = [*parts["train"], parts[level][0]]

    return plant


def _untrained(rows: dict[str, Any], parts: Parts) -> None:
    parts["train"] = [key for key in parts["train"] if key != parts["level1"][0]]


def _unseen_api(rows: dict[str, Any], parts: Parts) -> None:
    api = rows[parts["level2"][0]]["api"]
    parts["train"] = [key for key in parts["train"] if rows[key]["api"] != api]


def _unseen_source(rows: dict[str, Any], parts: Parts) -> None:
    """A level 4 test of a provider that is trained on."""
    parts["level4"] = [next(key for key in parts["train"] if key not in parts["level1"])]
    parts["train"] = [key for key in parts["train"] if key not in parts["level4"]]


def _same(key: str, level: str) -> Callable[[dict[str, Any], Parts], None]:
    """A trained operation that has a test's cluster, or all that makes an endpoint."""

    def plant(rows: dict[str, Any], parts: Parts) -> None:
        test, trained = rows[parts[level][0]], parts["train"][0]
        keys = ("cluster",) if key == "cluster" else ("provider", "path", "template")
        rows[trained] = {**rows[trained], **{name: test[name] for name in keys}}

    return plant


def _remembered(rows: dict[str, Any], parts: Parts) -> None:
    """A level 1 test that asks for a flag alone, as training may."""
    key = parts["level1"][0]
    rows[key] = {**rows[key], "hint": "", "test_values": '[["query","open",true,"type"],["body","kind","a","enum"]]'}


def _copied(rows: dict[str, Any], parts: Parts) -> None:
    """Another provider's copy of a level 3 test, with one letter more, is trained on."""
    test, trained = rows[parts["level3"][0]], parts["train"][0]
    rows[trained] = {**rows[trained], "path": test["path"] + "s", "functionality": test["functionality"]}
    rows[trained]["description"] = test["description"]


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (_untrained, "is not in train"),
        (_trained("level2"), "level2 .* is in train"),
        (_trained("level3"), "level3 .* is of p., which is in train"),
        (_same("cluster", "level2"), "level2 .* shares a near-duplicate cluster"),
        (_same("endpoint", "level2"), "level2 .* shares its provider and endpoint"),
        (_remembered, "level1 .* has no value of its own"),
        (_copied, "level3 .* is like the trained .* by 0.9"),
        (_unseen_api, "level2 .* is of p.:api, of which nothing is in train"),
        (_unseen_source, "level4 .* is of p., which is in train"),
    ],
)
def test_every_planted_leak_is_named(plant: Callable[[Any, Any], None], said: str) -> None:
    rows, parts = dict(ROWS), {name: list(ids) for name, ids in PARTS.items()}
    plant(rows, parts)
    with pytest.raises(AssertionError, match=said):
        assert not found(rows, parts)


def test_a_level_3_test_at_the_threshold_itself_is_seen_by_the_split_and_a_hair_below_is_no_leak() -> None:
    rows = dict(ROWS)
    test, trained = PARTS["level3"][0], PARTS["train"][0]
    same = {"path": "/", "description": "", "arguments": "[]"}
    rows[test] = ROWS[test] | same | {"functionality": "a" * 10 + "bb"}  # with `GET /` and line ends, 18 of 20 letters
    rows[trained] = ROWS[trained] | same | {"functionality": "a" * 10 + "cc"}
    (near,) = (entry for entry in nearest_training(rows, PARTS, 1) if entry["id"] == test)
    assert near == {"id": test, "split": "level3", "neighbour": trained, "similarity": 0.9}
    assert found(rows, PARTS) == [f"level3 {test} is like the trained {trained} by 0.9000"]
    assert test not in parts_of(split(list(rows.values()), P, 0, 3))["level3"]
    neighbour = {"id": test, "split": "level3", "neighbour": trained, "similarity": 0.89996}
    assert leaks(ROWS, PARTS, [neighbour], P.similarity) == []
    assert distribution([neighbour], P.similarity)["level3"]["near_duplicates"] == 0


def test_distribution_is_of_every_test() -> None:
    figures = distribution(nearest_training(ROWS, PARTS, 1), 0.9)
    assert figures["level1"] == {"n": 6, **{f"p{q}": 1.0 for q in (5, 25, 50, 75, 95, 100)}, "near_duplicates": 1.0}
    assert figures["level3"]["n"] == 6 and figures["level3"]["p100"] < 0.9 and figures["level3"]["near_duplicates"] == 0


def test_the_positional_split_is_the_authors() -> None:
    parts = positional(list(ROWS.values()), 6, seed=3)
    apis = {name: {ROWS[key]["api"] for key in parts[name]} for name in parts}
    assert len(apis["level2"]) == len(parts["level2"])  # one row of each API
    assert not set(parts["level2"]) & set(parts["train"]) and apis["level2"] <= apis["train"]
    assert len(parts["level3"]) == 6 and not apis["level3"] & apis["train"]


def test_languages_split_apart_train_on_each_other_s_tests() -> None:
    by_language = {name: positional(list(ROWS.values()), 6, seed) for name, seed in (("curl", 3), ("go", 4))}
    shares = trained_elsewhere(by_language)
    trained = {language: set(parts["train"]) for language, parts in by_language.items()}
    hits = [key in trained["go"] for key in by_language["curl"]["level3"]]
    hits += [key in trained["curl"] for key in by_language["go"]["level3"]]
    assert shares["level3"] == round(sum(hits) / 12, 4) > 0
    assert trained_elsewhere({name: PARTS for name in by_language}) == {"level2": 0.0, "level3": 0.0}


def test_endpoint_key_ignores_versions_and_parameter_names() -> None:
    row = {"provider": "p", "method": "GET", "path": "/v1/pets/{id}", "template": "https://h.example/v1/pets/{id}"}
    other = {**row, "path": "/v2/pets/{petId}", "template": "https://h.example/v2/pets/{petId}"}
    assert endpoint_key(row) == endpoint_key(other) != endpoint_key({**row, "method": "PUT"})
