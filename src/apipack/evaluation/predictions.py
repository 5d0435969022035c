"""Predictions: what each model wrote for the tests, the verdict on it, and the figures of all.

Where the sandbox runs the language, a verdict is of what arrived, unless reading is as certain (`executing`). On a bare
GPU box the rates, which need specifications or execution, are left out with a line that says so.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from apipack.errors import UserError
from apipack.evaluation.abstaining import figures as abstention_figures
from apipack.evaluation.abstaining import judge_abstention
from apipack.evaluation.accuracy import CELL, accuracy, asked_for, flat_metrics, over_budget, select
from apipack.evaluation.agreement import agreement
from apipack.evaluation.arguments import figures as argument_figures
from apipack.evaluation.outputs import COPY, Outputs, earlier, prompt_hash, write
from apipack.evaluation.params import Evaluate
from apipack.evaluation.tool_verdicts import judge_tool_call
from apipack.evaluation.verdicts import RATES, Reference, Verdict, judge, judge_executed
from apipack.io import read_table
from apipack.languages.codec import Reading
from apipack.models.places import ModelError, token_counter
from apipack.prompting.no_call import abstained
from apipack.prompting.prompts import extract_call
from apipack.records import TOOLS, Output

if TYPE_CHECKING:
    from apipack.evaluation.apis import Apis
    from apipack.evaluation.arguments import Comparison
    from apipack.sandbox.execution import Outcome

Row = dict[str, Any]
FLAGS = ("endpoint_match", "call_match", "request_match", "exact_match", *RATES.values())
KEYS = ("id", "api", "level", "language", "setting")
TABLES = (["model"], ["model", "setting"], ["model", "setting", "language"])
LANGUAGES = [*CELL, "language"]


class Prediction(NamedTuple):
    """test: a row of schema TESTS. reading: of the call that was taken from the output."""

    model: str
    test: Row
    reference: Reference
    output: Output
    reading: Reading


def evaluate(
    p: Evaluate, model: str, data: Path, adapter: Path, seed: int, workers: int, rescore: bool
) -> tuple[list[Row], Row, Row]:
    """Rows of schema PREDICTIONS, by model and test, metrics, and every cell of their accuracies. model: un-tuned.
    rescore: judge the outputs that data/predictions has, generate nothing. Raises `UserError`."""
    there_are = read_table(data / "prompts/tests.parquet").to_pylist()
    tests = select(there_are, p, seed)
    if not tests:
        levels = asked_for(there_are, p).values()
        raise UserError(
            f"nothing to test: of {sum(level['operations'] for level in levels)} operations of these levels "
            f"{sum(level['short_enough'] for level in levels)} have a request of at most evaluate.max_request "
            f"({p.max_request}) characters, and prompts in evaluate.languages and evaluate.settings"
        )
    if rescore:
        predicted = read_table(data / "predictions/predictions.parquet").to_pylist()
        outputs, took = earlier(predicted, tests), {"generated": 0}
    else:
        outputs, took = write(tests, model, adapter, p)
    predictions = predictions_of(tests, outputs)
    verdicts = judge_all(predictions, specifications(data), p, workers)
    rows = rows_of(predictions, verdicts)
    frame = pd.DataFrame(rows).dropna(axis="columns", how="all")
    written = [
        (prediction.reading.language, *pair)
        for prediction, pair in zip(predictions, verdicts, strict=True)
        if prediction.model != COPY and prediction.test.get("abstain") is None
    ]
    figures = {
        "tests": len(tests),
        "drawn_from": asked_for(there_are, p),
        **took,
        "cut": {name: int(cut) for name, cut in frame.groupby("model")["cut"].sum().items()} if "cut" in frame else {},
        **_out_of_reach(tests, model, p.new_tokens),
        "executed": {name: round(share, 4) for name, share in sorted(_executed(frame).items())},
        "static_agreement": agreement(written),
        **abstention_figures(frame, seed),
    }
    accuracies = [_metrics(frame, by, seed) for by in (*TABLES, CELL, LANGUAGES)]
    tables = {"accuracy": {name: value for of in accuracies for name, value in of.items()}}
    return rows, figures, tables | {"arguments": _arguments(predictions, verdicts)}


def predictions_of(tests: Sequence[Row], outputs: Mapping[str, Outputs]) -> list[Prediction]:
    """By model and test, each output read once. outputs: of each model, one a test, None where it is not asked."""
    references = [Reference.of_test(test) for test in tests]
    return [
        Prediction(model, test, reference, output, _reading(test, output.text))
        for model, texts in outputs.items()
        for test, reference, output in zip(tests, references, texts, strict=True)
        if output is not None
    ]


def _reading(test: Row, text: str) -> Reading:
    language = test["language"]
    if language == TOOLS:
        from apipack.prompting.toolbox import Toolbox  # a bare machine, which only writes code, lacks what it needs

        return Toolbox.from_json(test["toolbox"]).read(text)
    code = "" if abstained(text) is not None else extract_call(text, language)  # a refusal sends nothing
    return Reading.of(language, code)


def judge_all(
    predictions: Sequence[Prediction], apis: Apis | None, p: Evaluate, workers: int
) -> list[tuple[Verdict, Verdict]]:
    """(verdict by reading, verdict) of each prediction: the second by execution where `p.execute` asks for it, the
    language can be executed here and reading is not as certain. Without specifications, only the matches are told."""
    calls = [prediction for prediction in predictions if prediction.test.get("abstain") is None]
    executed = _outcomes(calls, workers) if apis and p.execute and p.form == "code" else {}
    specs = [apis.spec(prediction.reference.operation) if apis else "" for prediction in predictions]
    verdicts: dict[int, tuple[Verdict, Verdict]] = {}
    for number in sorted(range(len(predictions)), key=specs.__getitem__):  # each specification is loaded once
        _, _, reference, _, reading = predictions[number]
        if (right := predictions[number].test.get("abstain")) is not None:
            verdicts[number] = (verdict := judge_abstention(predictions[number].output.text, right)), verdict
            continue
        static = (judge_tool_call if p.form == "tools" else judge)(reading, reference, apis, p.threshold)
        outcome = executed.get(reading)
        verdict = judge_executed(static, outcome, reference, apis) if apis and outcome else static
        verdicts[number] = static, verdict
    return [verdicts[number] for number in range(len(predictions))]


def rows_of(predictions: Sequence[Prediction], verdicts: Sequence[tuple[Verdict, Verdict]]) -> list[Row]:
    """Rows of schema PREDICTIONS; verdicts: of `judge_all`."""
    return [_row(prediction, verdict) for prediction, (_, verdict) in zip(predictions, verdicts, strict=True)]


def _row(prediction: Prediction, verdict: Verdict) -> Row:
    return {
        "model": prediction.model,
        **{key: prediction.test[key] for key in KEYS},
        "prompt_sha256": prompt_hash(prediction.test),
        "output": prediction.output.text,
        "cut": prediction.output.cut,
        "call": prediction.reading.code,
        "reference": prediction.reference.call,
        **{column: getattr(verdict, column) for column in FLAGS},
        "unreadable": verdict.request_match is None,
        **_counts(verdict),
        "abstained": abstained(prediction.output.text),
        "abstain": prediction.test.get("abstain"),
        "verdict": "executed" if verdict.executed else "static",
    }


def _counts(verdict: Verdict) -> Row:
    compared = verdict.arguments
    return {
        "predicted_arguments": None if compared is None else compared.predicted.total(),
        "reference_arguments": None if compared is None else compared.reference.total(),
        "right_arguments": None if compared is None else compared.matched.total(),
    }


def _outcomes(predictions: Sequence[Prediction], workers: int) -> dict[Reading, Outcome]:
    from apipack.evaluation.executing import outcomes

    return outcomes((prediction.reading for prediction in predictions), workers, _say)


def _executed(frame: pd.DataFrame) -> dict[str, float]:
    """Language → share of its outputs whose verdict is of an execution."""
    shares = (frame["verdict"] == "executed").groupby(frame["language"]).mean()
    return {str(name): float(share) for name, share in shares.items()}


def _arguments(predictions: Sequence[Prediction], verdicts: Sequence[tuple[Verdict, Verdict]]) -> Row:
    """Model → its figures over arguments, by place, type and number of values; empty where no values were asked for."""
    comparisons: dict[str, list[Comparison]] = {}
    for prediction, (_, verdict) in zip(predictions, verdicts, strict=True):
        if verdict.arguments is not None:
            comparisons.setdefault(prediction.model, []).append(verdict.arguments)
    return {model: argument_figures(of_model) for model, of_model in comparisons.items()}


def specifications(data: Path) -> Apis | None:
    """The specifications of the crawl; None, with a line, where they or the packages for them are missing."""
    try:
        import apipack.evaluation.syntax
        import apipack.sandbox.execution  # noqa: F401
        from apipack.evaluation.apis import Apis
    except ModuleNotFoundError as error:
        _say(f"no {', '.join(RATES)}: {error.name} is not installed")
        return None
    if (data / "operations").exists():
        return Apis.of_crawl(data)
    _say(f"no {', '.join(RATES)}: {data / 'operations'} is not here")
    return None


def _say(line: str) -> None:
    print(f"evaluate: {line}", file=sys.stderr)


def _metrics(frame: pd.DataFrame, by: list[str], seed: int) -> dict[str, float]:
    return flat_metrics(accuracy(frame, by, seed), by)


def _out_of_reach(tests: Sequence[Row], model: str, new_tokens: int) -> Row:
    """How many tests no output can pass, since their reference is longer than one may be."""
    try:
        count = token_counter(model)
    except ModelError as error:  # served models alone, or outputs of another machine
        _say(f"no references_over_budget: {error}")
        return {}
    marks = count("")  # of a sequence's begin, which an output does not have
    tables = [LANGUAGES[1:end] for end in range(3, len(LANGUAGES) + 1)]
    counts = over_budget(tests, tables, lambda text: count(text) - marks, new_tokens)
    return {"references_over_budget": counts}
