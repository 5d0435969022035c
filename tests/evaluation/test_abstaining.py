"""Rates of models that always call, never call, and know when."""

import pandas as pd

from apipack.evaluation.abstaining import figures, judge_abstention

TESTS = [("spec", None), ("spec", None), ("0shot", None), ("spec_absent", "no_call"), ("spec_missing", "ask: id")]


def frame(answers: dict[str, list[str | None]]) -> pd.DataFrame:
    rows = []
    for model, abstained in answers.items():
        for (setting, right), written in zip(TESTS, abstained, strict=True):
            match = right is not None and judge_abstention(written or "curl x", right).request_match
            row = {"model": model, "setting": setting, "abstain": right, "abstained": written, "request_match": match}
            rows.append(row)
    return pd.DataFrame(rows)


def test_rates() -> None:
    answers: dict[str, list[str | None]] = {
        "calls": [None] * 5,
        "refuses": ["no_call"] * 5,
        "knows": [None, None, None, "no_call", "ask: id"],
        "guesses": [None, "ask: x", None, None, "ask: x"],
    }
    rates = figures(frame(answers))["abstention"]
    names = ("false_call", "right_answer", "right_question", "false_refusal")
    assert {model: tuple(of_model[name] for name in names) for model, of_model in rates.items()} == {
        "calls": (1.0, 0.0, 0.0, 0.0),
        "refuses": (0.0, 0.5, 0.0, 1.0),
        "knows": (0.0, 1.0, 1.0, 0.0),
        "guesses": (0.5, 0.0, 0.0, 0.5),
    }
    assert {of_model["tests"] for of_model in rates.values()} == {2}


def test_without_such_tests_there_are_no_rates() -> None:
    assert figures(frame({"calls": [None] * 5}).assign(abstain=None)) == {} == figures(pd.DataFrame({"model": ["a"]}))
