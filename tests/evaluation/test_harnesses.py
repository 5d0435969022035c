"""The tasks of two other harnesses ask the tests that `evaluate` asks and give its numbers. Neither is installed."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml

from apipack.evaluation.accuracy import MATCHES, accuracy, flat_metrics
from apipack.evaluation.predictions import judge_all, predictions_of, rows_of
from apipack.io import read_table, rows_table, write_table
from apipack.languages.codec import render
from apipack.params import load
from apipack.prompting.prompts import STOP
from apipack.prompting.schemas import TESTS
from apipack.records import Output, Request
from tests.evaluation.test_predictions import case
from tests.parameters import ROOT, write_params

FOLDER = ROOT / "harnesses"
ASKED = {"levels": [1, 3], "settings": ["0shot"], "languages": ["curl"], "tests": 3, "max_request": 200}
NONE = dict.fromkeys(MATCHES, 0.0)
ALL = dict.fromkeys(MATCHES, 1.0)


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with test prompts, of which params.yaml chooses six; it is the current folder."""
    write_params(tmp_path, evaluate=ASKED)
    cases = [
        case(number, setting, level) for number in range(5) for setting in ("0shot", "spec") for level in (1, 2, 3)
    ]
    empty = dict.fromkeys(TESTS.names)
    rows = [
        {**empty, **row, "prompt": f"{row['prompt']} {row['level']}", "examples": [], "documented": []} for row in cases
    ]
    write_table(tmp_path / "data/prompts/tests.parquet", rows_table(rows, TESTS))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outputs(doc: dict[str, Any]) -> dict[str, dict[str, float]]:
    """What a model may write for a test → what is to be said of it."""
    request = Request.from_json(doc["request"])
    gold, other = doc["reference"], request.url.replace("things", "thing")
    number = doc["id"].removeprefix("op")
    return {
        gold: ALL,
        f"```sh\n{gold}\n```\nThat is all.": ALL,
        f"{gold}{STOP}: another\n**output**:\nls": ALL,
        render("curl", Request("GET", request.url.replace(f"/{number}/", "/77/"))): ALL | {"exact_match": 0.0},
        render("curl", Request("DELETE", request.url)): {**ALL, "request_match": 0.0, "exact_match": 0.0},
        render("curl", Request("GET", other)): {**ALL, "request_match": 0.0, "exact_match": 0.0},
        "ask: id": NONE,
        "I cannot do that.": NONE,
        "": NONE,
    }


class Features:
    """What `chosen_docs` needs of a table of `datasets`."""

    features = "of the table"

    def __init__(self, rows: list[dict[str, Any]], features: object = None) -> None:
        self.rows, self.given = rows, features

    def to_list(self) -> list[dict[str, Any]]:
        return self.rows

    @classmethod
    def from_list(cls, rows: list[dict[str, Any]], features: object) -> Features:
        return cls(rows, features)


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the task of lm-evaluation-harness names."""
    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(Dataset=Features))
    return loaded(FOLDER / "lm_eval/functions.py")


def test_lm_evaluation_harness_asks_what_evaluate_asks_and_gives_its_numbers(root: Path, functions: ModuleType) -> None:
    docs = functions.chosen_docs(Features(read_table(root / "data/prompts/tests.parquet").to_pylist()))
    assert docs.given == Features.features
    assert len(docs.rows) == 6 and {doc["setting"] for doc in docs.rows} == {"0shot"}
    told = []
    for number, doc in enumerate(docs.rows):
        cases = outputs(doc)
        for output, expected in cases.items():
            assert functions.verdict(doc, [output]) == expected, output
        told.append(list(cases)[number])
    assert functions.asked(docs.rows[0]) == docs.rows[0]["prompt"]
    means = {
        name: sum(functions.verdict(doc, [output])[name] for doc, output in zip(docs.rows, told, strict=True))
        / len(told)
        for name in MATCHES
    }
    assert 0 < means["request_match"] < means["call_match"] <= 1
    figures = scored(root, docs.rows, told)
    assert {name: figures[f"tuned.{name}"] for name in MATCHES} == pytest.approx(means, abs=1e-4)


def scored(root: Path, tests: list[dict[str, Any]], told: list[str]) -> dict[str, float]:
    """What `evaluate` says of the same outputs: its verdicts, its rows and its table."""
    p = load(root / "params.yaml")
    predictions = predictions_of(tests, {"tuned": [Output(text, False) for text in told]})
    rows = rows_of(predictions, judge_all(predictions, None, p.evaluate, 1))
    return flat_metrics(accuracy(pd.DataFrame(rows), ["model"], p.seed, MATCHES), ["model"])


def test_the_task_of_lm_evaluation_harness_decodes_as_evaluate_does(functions: ModuleType) -> None:
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: str(node.value))
    task = yaml.load((FOLDER / "lm_eval/apipack_calls.yaml").read_text(encoding="utf-8"), Loader)
    settings = task["generation_kwargs"]
    assert settings["max_gen_toks"] == load(ROOT / "params.yaml").evaluate.new_tokens
    assert (settings["until"], settings["do_sample"]) == ([STOP], False)
    assert sorted(row["metric"] for row in task["metric_list"]) == sorted(MATCHES)
    named = [task[key] for key in ("process_docs", "doc_to_text", "process_results")]
    assert all(callable(getattr(functions, name.removeprefix("functions."))) for name in named)
    assert task["dataset_kwargs"] == {"data_files": {"test": "data/prompts/tests.parquet"}}


@pytest.fixture
def inspect_calls(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The task of Inspect in `root`, with records in the place of Inspect's own classes."""
    record = SimpleNamespace
    names: dict[str, dict[str, Any]] = {
        "inspect_ai": {"Task": record, "task": lambda function: function},
        "inspect_ai.dataset": {"Sample": record},
        "inspect_ai.model": {"GenerateConfig": record},
        "inspect_ai.scorer": {
            "Score": record,
            "Scorer": object,
            "Target": object,
            "mean": lambda: "mean",
            "scorer": lambda metrics: lambda function: function,
        },
        "inspect_ai.solver": {"TaskState": object, "generate": lambda: "generate"},
    }
    for name, members in names.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    module = loaded(FOLDER / "inspect_calls.py")
    assert module.ROOT == ROOT
    monkeypatch.setattr(module, "ROOT", root)
    return module


def test_inspect_asks_what_evaluate_asks_and_gives_its_numbers(root: Path, inspect_calls: ModuleType) -> None:
    task = inspect_calls.apipack_calls()
    assert len(task.dataset) == 6 and (task.solver, task.config.stop_seqs) == ("generate", [STOP])
    assert task.config.max_tokens == load(root / "params.yaml").evaluate.new_tokens
    for sample in task.dataset:
        assert (sample.input, sample.target) == (sample.metadata["prompt"], sample.metadata["reference"])
        for output, expected in outputs(sample.metadata).items():
            state = SimpleNamespace(metadata=sample.metadata, output=SimpleNamespace(completion=output))
            score = asyncio.run(task.scorer(state, sample.target))
            assert (score.value, score.answer) == (expected, output)
