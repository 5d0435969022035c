"""MLflow's runs side by side: accuracy by size, and by language and training mix, beside the paper's figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files

import pandas as pd

from apipack.errors import UserError
from apipack.evaluation.figures import ALL, TUNED
from apipack.evaluation.pairing import COPY, ordered
from apipack.evaluation.params import constrained_name
from apipack.evaluation.run_names import mix_name

RUN = ["size", "mix", "run", "setting"]
PAPER = ["train_size", "train_mix", "setting"]


Tables = Mapping[str, pd.DataFrame]
"""Run id → its cells, of `tracking.accuracies`."""


def by_size(runs: pd.DataFrame, tables: Tables, metric: str) -> pd.DataFrame:
    """A row a run and setting, smallest size first; a column a model that any run tested, also those that a grammar
    holds and those behind servers: `share [low, high]`, all levels and languages.

    runs: of `tracking.finished_runs`. metric: of `accuracy.METRICS`.
    """
    rows = []
    for first, setting, cells in _cases(runs, tables, metric):
        together = cells[(cells["level"] == ALL) & (cells["language"] == ALL)].set_index("model")
        shares = {str(model): _share(together, str(model), metric) for model in together.index}
        rows += [{**first, "setting": setting, **shares}] if shares else []
    return pd.DataFrame(rows, columns=[*RUN, *ordered({name for row in rows for name in row} - set(RUN))])


def by_language(runs: pd.DataFrame, tables: Tables, metric: str) -> pd.DataFrame:
    """A row a run, setting and tuned model, free or held by a grammar; a column a language that any run was tested in:
    all levels."""
    rows, names = [], [*RUN, "model"]
    for first, setting, cells in _cases(runs, tables, metric):
        for model in (TUNED, constrained_name(TUNED)):
            own = cells[(cells["level"] == ALL) & (cells["model"] == model)].set_index("language")
            shares = {language: _share(own, language, metric) for language in own.index if language != ALL}
            rows += [{**first, "setting": setting, "model": model, **shares}] if model in set(cells["model"]) else []
    languages = sorted({name for row in rows for name in row} - set(names))
    return pd.DataFrame(rows, columns=[*names, *languages])


def run_id(runs: pd.DataFrame, word: str) -> str:
    """The run that a person means: its name, that of DVC's experiment, its id or the beginning of that; or the whole
    id of a run elsewhere. Of runs with the same parameters of the same commit it is the latest. Raises `UserError`.
    runs: of `tracking.finished_runs`."""
    names = [runs[column] for column in ("tags.mlflow.runName", "tags.dvc.experiment", "run_id") if column in runs]
    chosen = runs[pd.concat([name == word for name in names], axis=1).any(axis=1)]
    if chosen.empty and re.fullmatch("[0-9a-f]{6,31}", word):
        chosen = runs[runs["run_id"].str.startswith(word)]
    same = chosen.get("tags.apipack.params")
    if len(chosen) > 1 and same is not None and same.notna().all() and same.nunique() == 1:
        chosen = chosen.sort_values("start_time").iloc[-1:]
    if len(chosen) == 1:
        return str(chosen["run_id"].iloc[0])
    if len(chosen):
        raise UserError(f"{len(chosen)} runs are called {word}; give an id: {', '.join(chosen['run_id'])}")
    if re.fullmatch("[0-9a-f]{32}", word):
        return word
    there = ", ".join(f"{name} ({one[:8]})" for one, name in zip(runs["run_id"], names[0], strict=True))
    raise UserError(f"no finished run is called {word}; there are {there}")


def paper(level: int) -> pd.DataFrame:
    """The paper's CodeLlama-13B at one level: a row a size, mix and setting, a column a language; API-call match."""
    with files("apipack.evaluation").joinpath("paper_results.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    rows = rows[(rows["level"] == level) & (rows["model"] == "CodeLlama-13b-hf")]
    return rows.pivot_table(index=PAPER, columns="language", values="api_call_match", aggfunc="first").reset_index()


def _cases(runs: pd.DataFrame, tables: Tables, metric: str) -> Iterator[tuple[dict[str, object], str, pd.DataFrame]]:
    """(first columns, setting, cells of the setting) of every setting that a model of a run has the metric for."""
    order = runs.assign(size=runs["params.size"].astype(int)).sort_values(["size", "start_time"])
    for _, run in order.iterrows():
        cells = tables.get(run["run_id"])
        if cells is None or metric not in cells:
            continue
        told = cells[(cells["setting"] != ALL) & cells[metric].notna()]
        first = {"size": run["size"], "mix": _mix(run), "run": run["tags.mlflow.runName"]}
        for setting in sorted(set(told.loc[told["model"] != COPY, "setting"])):
            yield first, setting, told[told["setting"] == setting]


def _mix(run: pd.Series) -> str:
    told = run.dropna()
    if "params.mix" in told:
        return str(told["params.mix"])
    names = {str(name): str(name).removeprefix("params.mix.") for name in told.index}
    return mix_name({short: run[name] for name, short in names.items() if short != name})


def _share(cells: pd.DataFrame, key: str, metric: str) -> str | None:
    if key not in cells.index:
        return None
    share, low, high = (float(cells[f"{metric}{bound}"][key]) for bound in ("", "_low", "_high"))
    return f"{share:.2f} [{low:.2f}, {high:.2f}]"
