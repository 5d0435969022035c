import hashlib
import json
from typing import Any

import pytest

from apipack.dataset.params import Split
from apipack.dataset.splits import SplitError, endpoint_key, levels, of_source, parts_of, split
from apipack.operations.plausible import for_tests

P = Split(tests=12, unseen_apis=0.25, unseen_endpoints=0.2, similarity=0.9)


def rows(providers: int = 12, operations: int = 20) -> list[dict[str, Any]]:
    """Operations whose texts differ; each two neighbours of an API are one near-duplicate cluster."""
    made = []
    for p in range(providers):
        for o in range(operations):
            noun = hashlib.sha256(f"{p} {o}".encode()).hexdigest()[:24]
            made.append(
                {
                    "id": f"{p:02}-{o:02}",
                    "provider": f"p{p}",
                    "api": f"p{p}:a{o % 2}",
                    "cluster": f"{p:02}-{o // 4 * 4 + o % 2:02}",
                    "method": "GET",
                    "path": f"/{noun}",
                    "template": f"https://p{p}.example/{noun}",
                    "functionality": f"Fetch {noun[::-1]}",
                    "description": "",
                    "arguments": "[]",
                }
            )
    return made


def test_levels_are_full_and_disjoint() -> None:
    parts = parts_of(split(rows(), P, seed=1, shots=3))
    assert len(parts["level1"]) == len(parts["level2"]) == len(parts["level3"]) == 12
    assert len(parts["train"]) > 100 and set(parts["level1"]) <= set(parts["train"])
    apart = [set(parts[name]) for name in ("train", "bank", "level2", "level3")]
    assert sum(map(len, apart)) == len(set().union(*apart))


def test_seeded_and_independent_of_row_order() -> None:
    table = rows()
    assert split(table, P, 1, 3) == split(table[::-1], P, 1, 3) != split(table, P, 2, 3)


def test_level_2_asks_for_no_api_of_which_nothing_is_left_to_train_on() -> None:
    table = rows()
    for row in table:
        if row["id"] < "06":  # each operation of these is a version of the same endpoint
            path = f"/v{int(row['id'][3:]) + 1}/pets"
            row |= {"path": path, "template": f"https://{row['provider']}.example{path}", "cluster": row["id"]}
    apis = {row["id"]: row["api"] for row in table}
    for seed in range(8):
        parts = parts_of(split(table, P, seed, 3))
        assert {apis[key] for key in parts["level2"]} <= {apis[key] for key in parts["train"]}


def test_a_near_duplicate_of_a_trained_operation_is_no_level_3_test() -> None:
    table = rows()
    parts = parts_of(split(table, P, 1, 3))
    by_id = {row["id"]: row for row in table}
    tested, trained = by_id[parts["level3"][0]], by_id[parts["train"][0]]
    for key in ("path", "functionality"):  # another provider's copy: only its name, host and one letter differ
        trained[key] = f"{tested[key]}s"
    again = parts_of(split(table, P, 1, 3))
    assert tested["id"] in again["bank"] and len(again["level3"]) == 12


def test_what_shares_cluster_or_endpoint_with_a_test_is_in_neither_part() -> None:
    table = rows()
    parts = parts_of(split(table, P, 1, 3))
    by_id = {row["id"]: row for row in table}
    twin = {**by_id[parts["level2"][0]], "id": "zz", "cluster": "zz", "functionality": "Quite another task"}
    parts = parts_of(split([*table, twin], P, 1, 3))
    for test, rest in (("level2", "train"), ("level3", "bank")):
        tests = [row for row in [*table, twin] if row["id"] in parts[test]]
        others = [row for row in [*table, twin] if row["id"] in parts[rest]]
        assert not {row["cluster"] for row in tests} & {row["cluster"] for row in others}
        assert not {endpoint_key(row) for row in tests} & {endpoint_key(row) for row in others}


def test_too_little_data_is_one_clear_error() -> None:
    with pytest.raises(SplitError, match="at least two providers"):
        split(rows(providers=1), P, 0, 3)
    with pytest.raises(SplitError, match="is empty"):
        split(rows(providers=3, operations=2), P, 0, 3)


HELD = P.model_copy(update={"held_out_sources": ["pkg:npm/held"]})


def with_a_source(providers: list[str]) -> list[dict[str, Any]]:
    """The rows of one hub, the last of which is another source's, by these providers in turn."""
    table = [{**row, "hub": "apis_guru", "source_url": "https://hub.example/p"} for row in rows()]
    for number, row in enumerate(table[-60:]):
        provider = providers[number % len(providers)]
        row |= {"hub": "packages", "source_url": "pkg:npm/held@1#a.json", "provider": provider, "api": f"{provider}:a"}
    return table


def test_a_source_that_is_held_out_is_level_4_and_in_no_other_part() -> None:
    table = with_a_source(["new.example", "other.example"])
    parts = parts_of(split(table, HELD, 1, 3))
    held = {row["id"] for row in table if row["hub"] == "packages"}
    assert levels(parts) == [1, 2, 3, 4] and len(parts["level4"]) == 12
    assert set(parts["level4"]) <= held and not held & {*parts["train"], *parts["level2"], *parts["level3"]}
    assert held & set(parts["bank"]), "the tests of level 4 have examples"
    assert levels(parts_of(split(table, P, 1, 3))) == [1, 2, 3]


def test_a_provider_that_is_trained_on_is_not_tested_as_an_unseen_source() -> None:
    table = with_a_source(["p0", "p1", "new.example"])
    parts = parts_of(split(table, HELD, 1, 3))
    providers = {row["id"]: row["provider"] for row in table}
    trained = {providers[key] for key in parts["train"]}
    assert not trained & {providers[key] for name in ("level3", "level4", "bank") for key in parts[name]}
    with pytest.raises(SplitError, match="level4 is empty"):
        split(with_a_source(sorted(trained)[:1]), HELD, 1, 3)


@pytest.mark.parametrize(
    ("source", "held"),
    [("rapidapi", True), ("pkg:npm/a", True), ("pkg:npm/a@1", True), ("pkg:npm/", False), ("pkg:npm/a@1.2", False)],
)
def test_sources_are_named_by_hub_or_by_the_beginning_of_their_address(source: str, held: bool) -> None:
    assert of_source({"hub": "rapidapi", "source_url": "pkg:npm/a@1#b.json"}, [source]) == held


def test_level_1_asks_for_values_that_training_does_not_have() -> None:
    own = next(f"berth {number}" for number in range(99) if for_tests(f"berth {number}"))
    said = {"o": json.dumps([["query", "name", own, "name"]]), "e": '[["query","kind","a","enum"]]', "n": "[]"}
    table = [{**row, "hint": "", "test_values": said["one"[number % 3]]} for number, row in enumerate(rows())]
    by_id = {row["id"]: row for row in table}
    level1 = parts_of(split(table, P, 1, 3))["level1"]
    assert len(level1) == 12 and all(own in by_id[key]["test_values"] for key in level1)
