from typing import get_args

import pytest

from apipack.evaluation.figures import COSTS, MOST, cells, compared, drawn
from apipack.evaluation.params import Setting
from apipack.evaluation.run_names import flatten, mix_name, run_name
from apipack.records import LANGUAGES

SETTINGS = ("0shot", "random_3shot", "retrieved_3shot", "reranked_3shot", "open_3shot", "oracle_3shot")
MIX = {"curl": 1, "other": 0, "python": None}
DEFAULT = {
    "size": 160,
    "mix": MIX,
    "finetune": {"epochs": 4, "lr": "1e-3", "seed": None},
    "workers": None,
    "evaluate": {"levels": [1]},
    "sample": {"levels": [1], "max_request": None},
    "seed": 0,
}


def test_flatten() -> None:
    assert flatten({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "d": [1]}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "size=160 curl"),
        ({"size": 40, "workers": 2}, "size=40 curl"),
        ({"mix": {"curl": 100, "other": 1.0}}, "size=160 curl 100, other 1"),
        ({"finetune": {"epochs": 2, "lr": 0.001, "seed": None}}, "size=160 curl epochs=2"),
        ({"evaluate": {"levels": [1, 4]}}, "size=160 curl levels=1+4"),
        ({"finetune": {"epochs": 2, "lr": 0.001, "seed": 3}}, "size=160 curl epochs=2 finetune.seed=3"),
        ({"seed": 3}, "size=160 curl seed=3"),
        (
            {"evaluate": {"levels": [2]}, "sample": {"levels": [3], "max_request": 9}},
            "size=160 curl evaluate.levels=2 sample.levels=3 max_request=9",
        ),
    ],
)
def test_a_run_is_called_by_what_differs(changes: dict[str, object], name: str) -> None:
    assert run_name(DEFAULT | changes, DEFAULT) == name


def test_without_a_committed_file_only_size_and_languages_are_told() -> None:
    assert run_name(DEFAULT, {}) == "size=160 curl"
    assert mix_name({"curl": "100.0", "other": "None"}) == "curl"


def test_cells_are_a_row_each_and_costs_are_none() -> None:
    table = cells(
        {
            "tuned.level1.0shot.curl.call_match": 0.5,
            "tuned.level1.0shot.curl.call_match_low": 0.2,
            "gpt-4.call_match": 0.7,
            "finetune.tokens": 9,
            "tests": 4,
        }
    )
    assert table.to_dict("records")[1] == {
        "model": "tuned", "level": "1", "setting": "0shot", "language": "curl", "call_match": 0.5, "call_match_low": 0.2
    }  # fmt: skip
    assert table.iloc[0][["model", "level", "setting", "language"]].tolist() == ["gpt-4", "all", "all", "all"]
    assert cells({"tests": 1}).empty


def test_the_compared_figures_are_few_however_many_there_are() -> None:
    shares = {f"tuned.level{level}.{setting}.request_match": 0.5 for level in (1, 2, 3, 4) for setting in SETTINGS} | {
        f"tuned.{setting}.{language}.request_match": 0.4 for setting in SETTINGS for language in LANGUAGES
    }
    shares |= {f"model{n}.request_match": 0.1 for n in range(30)} | {"tuned.request_match": 0.5}
    chosen = compared(shares)
    assert len(chosen) == MOST and chosen["request_match.level3.retrieved_3shot"] == 0.5
    assert chosen["request_match.go"] == 0.4 and list(chosen)[0] == "request_match"


def test_many_settings_leave_places_for_what_the_run_cost_and_for_the_base() -> None:
    settings = get_args(Setting)[:9]
    shares = {f"tuned.level{level}.{setting}.request_match": 0.5 for level in (1, 2, 3, 4) for setting in settings}
    shares |= {f"{model}.request_match{bound}": 0.3 for model in ("tuned", "base") for bound in ("", "_low", "_high")}
    chosen = compared(shares | dict.fromkeys(COSTS, 7.0))
    assert len(settings) == 9 and len(chosen) == MOST
    assert {name: chosen[name] for name in COSTS.values()} == dict.fromkeys(COSTS.values(), 7.0)
    assert (
        chosen["base.request_match"] == chosen["request_match_high"] == 0.3 and "base.request_match_low" not in chosen
    )


def test_what_was_drawn_is_told_by_language() -> None:
    assert drawn({"sample.drawn.curl": 80.0, "sample.drawn.go": 3.0, "sample.rows_out": 9.0}) == {
        "drawn.curl": 80,
        "drawn.go": 3,
    }


def test_a_served_model_stands_in_where_none_is_tuned() -> None:
    assert compared({"gpt-4.request_match": 0.7, "copy.request_match": 0.1}) == {
        "request_match": 0.7,
        "copy.request_match": 0.1,
    }
