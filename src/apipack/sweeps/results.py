"""The models that the finished runs of a sweep tested, and their shares of right tests as tables of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from apipack.evaluation.accuracy import accuracy
from apipack.evaluation.headline import METRIC, fewer
from apipack.evaluation.html_report import Section
from apipack.evaluation.ordering import rank
from apipack.evaluation.paired import TEST
from apipack.evaluation.pairing import COPY, ordered
from apipack.evaluation.params import constrained_name
from apipack.evaluation.run_names import ELSEWHERE

EVERY = "every run"
CELL = ["level", "setting", "language"]
TUNED = ("tuned", constrained_name("tuned"))
BASE = ("base", constrained_name("base"))
WIDEST = 6
"""Columns of shares in a table: of more, it is several."""
UNTRAINED = ("evaluate", "rerank", *ELSEWHERE)
"""Sections of params.yaml in which runs of the same tuned model can differ."""


class ModelRun(NamedTuple):
    """One model of one run; run is `EVERY` where it is the same model, and writes the same, in each."""

    run: str
    model: str
    predictions: pd.DataFrame


def model_runs(
    labels: Mapping[str, str], runs: pd.DataFrame, predictions: Mapping[str, pd.DataFrame]
) -> list[ModelRun]:
    """In the order of the runs, and those of every run last. labels: run id → what it is in its sweep. runs: a row each
    by run id, with columns params.NAME. predictions: of each run, schema PREDICTIONS."""
    frames = {run: predictions[run][told(predictions[run])] for run in labels}
    models = ordered(model for frame in frames.values() for model in frame["model"].unique())
    of_model = {name: {run: frames[run][frames[run]["model"] == name] for run in labels} for name in models}
    same = {name for name in models if _is_same(name, of_model[name], runs.loc[list(labels)])}
    own = [
        ModelRun(label, name, of_model[name][run])
        for run, label in labels.items()
        for name in models
        if name not in same and len(of_model[name][run])
    ]
    return own + [ModelRun(EVERY, name, _together(of_model[name].values())) for name in models if name in same]


def share_tables(models: Sequence[ModelRun]) -> list[Section]:
    """A row a model and run; a column a level and setting, of several languages a table each, after one of all levels
    by language."""
    languages = values(models, "language")
    if len(languages) < 2:
        return _tables(models, "Request match")
    first = [
        Section(f"Request match by language, {setting}, levels together", rows=rows)
        for setting in values(models, "setting")
        for rows in _parts(_kept(models, "setting", setting), ["language"])
    ]
    each = [_tables(_kept(models, "language", name), f"Request match in {name}") for name in languages]
    return first + [section for sections in each for section in sections]


def told(predictions: pd.DataFrame) -> pd.Series:
    """Which rows say anything: not those of copy in a setting without examples, where it has nothing to copy."""
    copied = predictions["call"].fillna("").ne("").groupby([predictions["model"], predictions["setting"]])
    return (predictions["model"] != COPY) | copied.transform("any")


def told_of_every(models: Sequence[ModelRun]) -> str:
    """A sentence on the rows of `EVERY`; nothing where there are none."""
    same = [one.model for one in models if one.run == EVERY]
    return f"Rows of `{EVERY}` are the same in each: {', '.join(same)}." if same else ""


def cells(models: Sequence[ModelRun], by: Sequence[str]) -> pd.DataFrame:
    """A row a run, model and cell, with n, apis, and request match with its interval; columns `by` are in the order of
    tables."""
    parts = [
        accuracy(one.predictions, by, 0, [METRIC]).assign(run=one.run, model=one.model)
        for one in models
        if len(one.predictions)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*by, "run", "model", METRIC, "n"])


def values(models: Sequence[ModelRun], name: str) -> list[Any]:
    """The levels, settings or languages that any of them was tested in, in the order of tables."""
    values = {value for one in models for value in one.predictions[name].unique()}
    return sorted(values, key=lambda value: rank([name], [value]))


def _tables(models: Sequence[ModelRun], title: str) -> list[Section]:
    """One table where it is narrow enough; else one a level or one a setting, whichever are fewer."""
    levels, settings = values(models, "level"), values(models, "setting")
    if len(levels) * len(settings) <= WIDEST:
        return [Section(title, rows=rows) for rows in _parts(models, ["level", "setting"])]
    split, other = ("setting", "level") if len(settings) < len(levels) else ("level", "setting")
    return [
        Section(f"{title}, {_word(split, value)}", rows=rows)
        for value in values(models, split)
        for rows in _parts(_kept(models, split, value), [other])
    ]


def _parts(models: Sequence[ModelRun], by: Sequence[str]) -> Iterator[list[list[str]]]:
    """Tables of at most `WIDEST` columns, each with the names of its rows."""
    shares = cells(models, by)
    keys = sorted(shares[list(by)].drop_duplicates().itertuples(index=False, name=None), key=lambda key: rank(by, key))
    of_row: dict[tuple[str, str], dict[Any, Any]] = {(one.run, one.model): {} for one in models}
    for row in shares.to_dict("records"):
        of_row[row["run"], row["model"]][tuple(row[name] for name in by)] = row
    for start in range(0, len(keys), WIDEST):
        chosen = keys[start : start + WIDEST]
        most = {key: max(of[key]["n"] for of in of_row.values() if key in of) for key in chosen}
        heads = [f"{' '.join(map(_word, by, key))} (n={most[key]})" for key in chosen]
        yield [
            ["run", "model", *heads],
            *([*name, *(_cell(of.get(key), most[key]) for key in chosen)] for name, of in of_row.items() if of),
        ]


def _cell(row: Any, most: int) -> str:
    if row is None:
        return ""
    return f"{row[METRIC]:.2f} [{row[f'{METRIC}_low']:.2f}, {row[f'{METRIC}_high']:.2f}]{fewer(row['n'], most)}"


def _word(name: str, value: Any) -> str:
    return f"level {value}" if name == "level" else str(value)


def _kept(models: Sequence[ModelRun], name: str, value: Any) -> list[ModelRun]:
    return [one._replace(predictions=one.predictions[one.predictions[name] == value]) for one in models]


def _together(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(list(frames)).drop_duplicates(TEST)


def _is_same(model: str, frames: Mapping[str, pd.DataFrame], runs: pd.DataFrame) -> bool:
    """Whether it is the same model by the runs' parameters, the runs that have a cell have its tests in common, and no
    test that several asked says otherwise."""
    if len(frames) < 2 or not all(map(len, frames.values())):
        return False
    params = [str(name) for name in runs if str(name).startswith("params.") and _makes(model, str(name)[7:])]
    if params and len(runs[params].drop_duplicates()) > 1:
        return False
    asked = [frame.groupby(CELL)["id"].agg(frozenset) for frame in frames.values()]
    if pd.concat(asked).groupby(CELL).nunique().gt(1).any():
        return False
    verdicts = pd.concat([frame[TEST].assign(right=frame[METRIC].eq(True)) for frame in frames.values()])
    return not verdicts.drop_duplicates().duplicated(TEST).any()


def _makes(model: str, param: str) -> bool:
    """Whether a model is another where this parameter is another."""
    if model in TUNED:
        return param.partition(".")[0] not in UNTRAINED
    if model in BASE:
        return param == "finetune.model"
    return model != COPY and param.startswith(f"evaluate.served.{model}.")
