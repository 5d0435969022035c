"""Rates of models that always call, never call, and know when."""

import pandas as pd

from apipack.evaluation.abstaining import figures, judge_abstention

TESTS = [
    ("spec", None),
    ("spec", None),
    ("0shot", None),
    ("spec_absent", "no_call"),
    ("spec_missing", "ask: id"),
    ("spec_retrieved", None),  # may not have the right operation: to refuse is not wrong
]


def frame(answers: dict[str, list[str | None]]) -> pd.DataFrame:
    rows = []
    for model, abstained in answers.items():
        for (setting, right), written in zip(TESTS, abstained, strict=True):
            match = right is not None and judge_abstention(written or "curl x", right).request_match
            said = {"abstain": right, "abstained": written, "request_match": match}
            rows.append({"model": model, "api": setting, "setting": setting, **said})
    return pd.DataFrame(rows)


def test_rates() -> None:
    answers: dict[str, list[str | None]] = {
        "calls": [None] * 6,
        "refuses": ["no_call"] * 6,
        "knows": [None, None, None, "no_call", "ask: id", "no_call"],
        "guesses": [None, "ask: x", None, None, "ask: x", None],
    }
    rates = figures(frame(answers), 0)["abstention"]
    names = ("false_call", "right_answer", "right_question", "false_refusal")
    assert {model: tuple(of_model[name] for name in names) for model, of_model in rates.items()} == {
        "calls": (1.0, 0.0, 0.0, 0.0),
        "refuses": (0.0, 0.5, 0.0, 1.0),
        "knows": (0.0, 1.0, 1.0, 0.0),
        "guesses": (0.5, 0.0, 0.0, 0.5),
    }
    assert {of_model["tests"] for of_model in rates.values()} == {2}
    assert rates["guesses"]["false_call_low"] == 0.0 and rates["guesses"]["false_call_high"] == 1.0


def test_without_such_tests_there_are_no_rates() -> None:
    plain = frame({"calls": [None] * 6}).assign(abstain=None)
    assert figures(plain, 0) == {} == figures(pd.DataFrame({"model": ["a"]}), 0)
