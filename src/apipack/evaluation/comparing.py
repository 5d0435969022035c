"""MLflow's runs side by side: accuracy by size, and by language and training mix, beside the paper's figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

import pandas as pd

from apipack.evaluation.figures import ALL, TUNED
from apipack.evaluation.run_names import mix_name

MODELS = ("tuned", "base", "copy")
RUN = ["size", "mix", "run", "setting"]
PAPER = ["train_size", "train_mix", "setting"]


Tables = Mapping[str, pd.DataFrame]
"""Run id → its cells, of `tracking.accuracies`."""


def by_size(runs: pd.DataFrame, tables: Tables, metric: str) -> pd.DataFrame:
    """A row a run and setting, smallest size first; a column a model: `share [low, high]`, all levels and languages.

    runs: of `tracking.finished_runs`. metric: of `accuracy.METRICS`.
    """
    rows = []
    for first, setting, cells in _cases(runs, tables, metric):
        together = cells[(cells["level"] == ALL) & (cells["language"] == ALL)].set_index("model")
        shares = {model: _share(together, model, metric) for model in MODELS}
        rows.append({**first, "setting": setting, **shares})
    return pd.DataFrame(rows, columns=[*RUN, *MODELS])


def by_language(runs: pd.DataFrame, tables: Tables, metric: str) -> pd.DataFrame:
    """A row a run and setting; a column a language that any run was tested in: the tuned model, all levels."""
    rows = []
    for first, setting, cells in _cases(runs, tables, metric):
        tuned = cells[(cells["level"] == ALL) & (cells["model"] == TUNED)].set_index("language")
        shares = {language: _share(tuned, language, metric) for language in tuned.index if language != ALL}
        rows.append({**first, "setting": setting, **shares})
    return pd.DataFrame(rows, columns=[*RUN, *sorted({name for row in rows for name in row} - set(RUN))])


def paper(level: int) -> pd.DataFrame:
    """The paper's CodeLlama-13B at one level: a row a size, mix and setting, a column a language; API-call match."""
    with files("apipack.evaluation").joinpath("paper_results.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file)
    rows = rows[(rows["level"] == level) & (rows["model"] == "CodeLlama-13b-hf")]
    return rows.pivot_table(index=PAPER, columns="language", values="api_call_match", aggfunc="first").reset_index()


def _cases(runs: pd.DataFrame, tables: Tables, metric: str) -> Iterator[tuple[dict[str, object], str, pd.DataFrame]]:
    """(first columns, setting, cells of the setting) of every setting that a run's tuned model has the metric for."""
    order = runs.assign(size=runs["params.size"].astype(int)).sort_values(["size", "start_time"])
    for _, run in order.iterrows():
        cells = tables.get(run["run_id"])
        if cells is None or metric not in cells:
            continue
        told = cells[(cells["setting"] != ALL) & cells[metric].notna()]
        first = {"size": run["size"], "mix": _mix(run), "run": run["tags.mlflow.runName"]}
        for setting in sorted(set(told.loc[told["model"] == TUNED, "setting"])):
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
