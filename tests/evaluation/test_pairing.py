import pandas as pd

from apipack.evaluation.paired import HEAD
from apipack.evaluation.pairing import against, of_run, of_two, ordered, without_constants

RIGHT = {"base": 1, "copy": 2, "tuned": 6, "tuned_constrained": 9, "base_constrained": 5, "gpt-4": 10}
SETTINGS = {model: ("0shot", "spec") for model in RIGHT} | {name: ("spec",) for name in RIGHT if "_" in name}
PREDICTIONS = pd.DataFrame(
    {"model": model, "id": str(n), "api": str(n % 5), "level": level, "setting": setting, "language": "curl"}
    | {"call": "curl x" if model != "copy" or setting == "0shot" else "", "request_match": n < right}
    for model, right in RIGHT.items()
    for setting in SETTINGS[model]
    for level in (1, 3)
    for n in range(12)
)


def test_the_models_of_a_run_are_compared_by_setting() -> None:
    head, *rows = of_run(PREDICTIONS, 0)
    assert head == ["model", "against", "setting", *HEAD]
    assert [row[:6] for row in rows] == [
        ["tuned", "base", "0shot", "24", "10", "0"],
        ["tuned", "base", "spec", "24", "10", "0"],
        ["tuned", "copy", "0shot", "24", "8", "0"],  # with `spec` copy has nothing to copy
        ["tuned_constrained", "base_constrained", "spec", "24", "8", "0"],
        ["tuned_constrained", "tuned", "spec", "24", "6", "0"],
        ["base_constrained", "base", "spec", "24", "8", "0"],
        ["gpt-4", "tuned", "0shot", "24", "8", "0"],
        ["gpt-4", "tuned", "spec", "24", "8", "0"],
    ]


def test_one_model_alone_is_compared_with_nothing() -> None:
    assert against(["tuned"]) == [] and len(of_run(PREDICTIONS[PREDICTIONS["model"] == "tuned"], 0)) == 1
    assert against(["gpt-4", "copy"]) == []


def test_our_own_models_come_before_served_ones() -> None:
    assert ordered(["gpt-4", "copy", "a", "tuned_constrained", "tuned"]) == [
        *("tuned", "tuned_constrained", "copy", "a", "gpt-4")
    ]


def test_two_runs_on_the_tests_that_both_have() -> None:
    other = PREDICTIONS[PREDICTIONS["model"].isin(["tuned", "copy"]) & (PREDICTIONS["id"] != "0")].copy()
    other.loc[other["level"] == 3, "request_match"] = True
    head, *rows = of_two(PREDICTIONS, other, "request_match", 0)
    assert head == ["model", "setting", "language", "level", *HEAD]
    assert [row[:7] for row in rows[:3]] == [
        ["tuned", "0shot", "curl", "1", "11", "0", "0"],
        ["tuned", "0shot", "curl", "3", "11", "6", "0"],
        ["tuned", "0shot", "curl", "all", "22", "6", "0"],
    ]
    assert {row[0] for row in rows} == {"tuned", "copy"}


def test_what_is_the_same_in_every_row_is_said_once() -> None:
    table = [["run", "setting", "level"], ["a", "spec", "1"], ["a", "spec", "2"]]
    assert without_constants(table, ["run", "setting", "level"]) == (
        [["level"], ["1"], ["2"]],
        "Every row: setting spec.",
    )
    assert without_constants(table, ["level"]) == (table, "")
