"""What models wrote becomes rows with verdicts, and is found again for another scoring."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from apipack.errors import UserError
from apipack.evaluation.accuracy import CELL, accuracy, flat_metrics, metrics_of
from apipack.evaluation.outputs import Outputs, earlier
from apipack.evaluation.params import Evaluate
from apipack.evaluation.predictions import evaluate, judge_all, predictions_of, rows_of
from apipack.evaluation.schemas import PREDICTIONS
from apipack.io import write_table
from apipack.languages.codec import render
from apipack.records import Output, Request
from tests.parameters import PARAMS


def case(number: int, setting: str = "0shot", level: int = 1) -> dict[str, Any]:
    request = Request("GET", f"https://h.example/things/{number}/parts")
    return {
        "id": f"op{number}",
        "api": "h.example",
        "level": level,
        "language": "curl",
        "setting": setting,
        "prompt": f"prompt {number}",
        "reference": render("curl", request),
        "last_example": None,
        "request": request.to_json(),
        "template": "https://h.example/things/{id}/parts",
        "arguments": json.dumps([["id", "path", True, "integer", False]]),
        "values": json.dumps([["path", "id", number, "made"]]),
    }


def rows(tests: list[dict[str, Any]], outputs: Mapping[str, Outputs]) -> list[dict[str, Any]]:
    """Without specifications, as on a bare machine."""
    predictions = predictions_of(tests, outputs)
    return rows_of(predictions, judge_all(predictions, None, PARAMS.evaluate, 1))


def test_gold_is_all_and_nonsense_nothing() -> None:
    tests = [case(n, setting, level) for n in range(9) for setting in ("0shot", "random_3shot") for level in (1, 2)]
    gold = [Output(f"```\n{test['reference']}\n```", False) for test in tests]
    found = rows(tests, {"tuned": gold, "base": [Output("I cannot do that.", True)] * len(tests)})
    assert [list(row) for row in found] == [PREDICTIONS.names] * 2 * len(tests)
    assert [row["cut"] for row in found] == [False] * len(tests) + [True] * len(tests)
    assert {(row["passed"], row["verdict"]) for row in found} == {(None, "static")}
    assert {(row["unreadable"], row["request_match"], row["exact_match"]) for row in found} == {
        (False, True, True),
        (True, None, None),
    }
    assert {row["reference_arguments"] for row in found} == {1}
    metrics = flat_metrics(accuracy(pd.DataFrame(found).dropna(axis="columns", how="all"), CELL, 0), CELL)
    assert metrics["tuned.level1.0shot.request_match"] == metrics["tuned.level2.random_3shot.call_match"] == 1
    assert {v for name, v in metrics.items() if name.startswith("base") and name.endswith("_match")} == {0}
    assert (metrics["tuned.level1.0shot.argument_f1"], metrics["base.level1.0shot.argument_f1"]) == (1, 0)
    assert (metrics["tuned.level1.0shot.unreadable_rate"], metrics["base.level1.0shot.unreadable_rate"]) == (0, 1)
    assert metrics["base.level1.0shot.call_match_low"] == 0 < metrics["base.level1.0shot.call_match_high"]


def test_without_values_in_the_instruction_arguments_have_no_score() -> None:
    tests = [{**case(number), "values": None} for number in range(3)]
    found = rows(tests, {"tuned": [Output(test["reference"], False) for test in tests]})
    assert {(row["request_match"], row["exact_match"], row["right_arguments"]) for row in found} == {(True, None, None)}
    names = metrics_of(pd.DataFrame(found).dropna(axis="columns", how="all"))
    assert "request_match" in names and not {"exact_match", "argument_f1"} & set(names)


def test_prose_and_prompts_around_a_call_are_taken_off() -> None:
    test = case(1)
    output = Output(f"Use this:\n\n$ {test['reference']}\n\nThat is all.", False)
    (found,) = rows([test], {"tuned": [output]})
    assert found["call"] == test["reference"] and found["request_match"] is True


def test_a_refusal_where_a_call_is_right_is_wrong_and_not_unreadable() -> None:
    (refused,) = rows([case(1)], {"tuned": [Output("ask: id\n", False)]})
    assert (refused["abstained"], refused["request_match"], refused["exact_match"]) == ("ask: id", False, False)
    assert refused["unreadable"] is False and refused["call"] == ""


def test_outputs_are_found_again_by_their_prompts() -> None:
    tests = [case(number) for number in range(4)]
    outputs = {name: [Output(f"{name} {t['id']}", name == "tuned") for t in tests] for name in ("copy", "tuned")}
    found = rows(tests, outputs)
    assert earlier(found[::-1], tests[1:]) == {name: texts[1:] for name, texts in outputs.items()}
    for row in found:
        del row["cut"]  # an older file has no such column
    assert earlier(found, tests)["tuned"] == [Output(output.text, None) for output in outputs["tuned"]]
    with pytest.raises(UserError, match="lack tuned's outputs for 1 of 2 tests"):
        earlier(found[:-1], tests[-2:])


def test_a_model_that_keeps_to_documentation_has_rows_where_there_is_some() -> None:
    tests = [case(number) | {"grammar": "start: CALL" if number % 2 else None} for number in range(4)]
    some = [Output(test["reference"], False) if test["grammar"] else None for test in tests]
    outputs: dict[str, Outputs] = {"tuned": [Output("curl x", False)] * 4, "tuned_constrained": some}
    predicted = rows(tests, outputs)
    assert [row["id"] for row in predicted if row["model"] == "tuned_constrained"] == ["op1", "op3"]
    assert earlier(predicted, tests) == outputs
    with pytest.raises(UserError, match="lack tuned_constrained's outputs for 1 of 2 tests"):
        earlier(predicted[:-1], tests)


def test_a_constrained_row_is_made_here() -> None:
    server = {"model": "m", "base_url": "http://h.example/v1"}
    given = PARAMS.evaluate.model_dump()
    with pytest.raises(ValueError, match="tuned_constrained, a row that is made here"):
        Evaluate.model_validate(given | {"served": {"tuned_constrained": server}})


def test_nothing_to_test_is_one_line(tmp_path: Path) -> None:
    tests = [case(number) | {"form": "code"} for number in range(2)]
    columns = {name: pa.array([test.get(name) for test in tests]) for name in case(0)}
    write_table(tmp_path / "prompts/tests.parquet", pa.table(columns))
    p = PARAMS.evaluate.model_copy(update={"max_request": 5, "levels": [1]})
    with pytest.raises(UserError, match=r"nothing to test: of 2 operations of these levels 0 have .*max_request \(5\)"):
        evaluate(p, "embedded", tmp_path, tmp_path / "adapter", 0, 1, rescore=False)
