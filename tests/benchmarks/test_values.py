"""The benchmarks of values, on three small APIs: what is said, what is not, and how many calls differ."""

from pathlib import Path

import pytest

from apipack.dataset.further import further_part
from apipack.dataset.release import write_languages
from apipack.evaluation.arguments import Argument
from apipack.io import parts
from benchmarks.distinct import figures as distinct
from benchmarks.said import counted, figures, is_said, released
from tests.parameters import PARAMS
from tests.small_apis import write_data


@pytest.mark.parametrize(
    ("place", "value", "kind", "said"),
    [
        ("path", "7", "text", True),
        ("query", "true", "text", True),
        ("query", "North 4,12.5", "text", True),
        ("query", '{"name":"North 4","long":12.5}', "text", True),
        ("query", "North 4,13", "text", False),
        ("body", '"North 4"', "string", True),
        ("body", '"North"', "string", False),
        ("body", "12", "number", False),
    ],
)
def test_a_value_stands_as_one_as_a_list_or_as_json(place: str, value: str, kind: str, said: bool) -> None:
    instruction = "Create the berth 7 called 'North 4' that is 12.5 long with the open flag true."
    assert is_said(instruction, Argument(place, "x", value, kind)) is said


def test_what_is_fixed_or_empty_is_counted_apart() -> None:
    request = (
        '{"method":"POST","url":"https://h.test/a?v=2&q=x","headers":[["Content-Type","application/json"]],"body":"{}"}'
    )
    counts = dict(counted("Search for 'y'.", request, "https://h.test/a", frozenset({("query", "v")})))
    assert counts == {"address": 1, "values": 1, "stand_ins": 0, "unsaid_query": 1, "empty": 1}


def test_the_release_says_every_value_and_variants_differ(tmp_path: Path) -> None:
    p = PARAMS.model_copy(update={"instruct": PARAMS.instruct.model_copy(update={"values": "spoken"})})
    data = write_data(tmp_path, p.instruct)
    choice = p.instruct.model_dump(include={"values", "optional", "max_values", "description_words"})
    further = str(tmp_path / "further")
    for part in parts(data / "dataset/operations"):
        files = [str(part), str(data / "dataset/calls" / part.name)]
        further_part(files, f"{further}/{part.name}", {"curl": 2}, 0, choice)
    write_languages(["curl", "python"], str(data), further, str(data / "release"), False)
    totals = {name: counts for name, counts in released(data).items() if counts["rows"]}
    assert set(totals) == {"train", "test_level1", "examples"}
    for counts in totals.values():
        told = figures(counts)
        assert told["said"] == told["with_address"] == 1.0 and told["stand_ins"] == 0
    whole = distinct(p, 120, data, None)
    assert (whole["operations"], whole["variants_an_operation"], whole["instances"]) == (36, 4, 144)
    assert 130 <= whole["distinct_calls"] == whole["distinct_of_all"] <= 144
    assert distinct(p, 120, data, 9)["asked"] == 36
