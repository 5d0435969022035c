"""MLflow's runs side by side: accuracy by size, and by language and training mix, beside the paper's figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pandas as pd

MODELS = ("tuned", "base", "copy")
RUN = ["size", "mix", "run", "setting"]
PAPER = ["train_size", "train_mix", "setting"]


def by_size(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A row a run and setting, smallest size first; a column a model: `share [low, high]`, all levels and languages.

    runs: of `tracking.finished_runs`. metric: of `evaluation.METRICS`.
    """
    rows = []
    for run, named, setting in _cases(runs, metric):
        cells = {model: _cell(run, f"{model}.{setting}.{metric}") for model in MODELS}
        rows.append({**named, "setting": setting, **cells})
    return pd.DataFrame(rows, columns=[*RUN, *MODELS])


def by_language(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """A row a run and setting; a column a language that any run was tested in: the tuned model, all levels."""
    rows = []
    for run, named, setting in _cases(runs, metric):
        languages = _found(run, rf"tuned\.{setting}\.(\w+)\.{metric}")
        cells = {language: _cell(run, f"tuned.{setting}.{language}.{metric}") for language in languages}
        rows.append({**named, "setting": setting, **cells})
    return pd.DataFrame(rows, columns=[*RUN, *sorted({name for row in rows for name in row} - set(RUN))])


def paper(level: int) -> pd.DataFrame:
    """The paper's CodeLlama-13B at one level: a row a size, mix and setting, a column a language; API-call match."""
    with files("apipack.evaluation").joinpath("paper_results.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    rows = rows[(rows["level"] == level) & (rows["model"] == "CodeLlama-13b-hf")]
    return rows.pivot_table(index=PAPER, columns="language", values="api_call_match", aggfunc="first").reset_index()


def _named(runs: pd.DataFrame) -> list[tuple[pd.Series, dict[str, object]]]:
    order = runs.assign(size=runs["params.size"].astype(int)).sort_values(["size", "start_time"])
    return [
        (run, {"size": run["size"], "mix": _mix(run), "run": run["tags.mlflow.runName"]}) for _, run in order.iterrows()
    ]


def _cases(runs: pd.DataFrame, metric: str) -> Iterator[tuple[pd.Series, dict[str, object], str]]:
    """(run, its first columns, setting) of every setting that a run's tuned model has the metric for."""
    for run, named in _named(runs):
        for setting in _found(run, rf"tuned\.(\w+)\.{metric}"):
            yield run, named, setting


def _mix(run: pd.Series) -> str:
    """`curl 100, other 1`: the weights that are not 0."""
    weights = {name: run[f"params.mix.{name}"] for name in _found(run, r"mix\.(\w+)", "params.")}
    named = {name: float(weight) for name, weight in weights.items() if weight != "None"}
    return ", ".join(f"{name} {weight:g}" for name, weight in named.items() if weight)


def _found(run: pd.Series, pattern: str, kind: str = "metrics.") -> list[str]:
    """What the pattern's group is in the names that the run has a value for."""
    whole = re.compile(re.escape(kind) + pattern)
    matches = (whole.fullmatch(str(name)) for name in run.dropna().index)
    return sorted({match[1] for match in matches if match})


def _cell(run: pd.Series, name: str) -> str | None:
    share, low, high = (run.get(f"metrics.{name}{bound}") for bound in ("", "_low", "_high"))
    return None if share is None or pd.isna(share) else f"{share:.2f} [{low:.2f}, {high:.2f}]"
