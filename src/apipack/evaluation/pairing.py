"""Which models, and which runs, are compared on the same tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from apipack.evaluation.accuracy import SHARES
from apipack.evaluation.headline import METRIC
from apipack.evaluation.paired import Comparison, by_cell, rows
from apipack.evaluation.params import constrained_name

COPY = "copy"
OWN = ("tuned", constrained_name("tuned"), "base", constrained_name("base"), COPY)
"""In the order in which tables show them, before served models."""
AGAINST = (
    *(("tuned", "base"), ("tuned", COPY), (constrained_name("tuned"), constrained_name("base"))),
    *((constrained_name(model), model) for model in ("tuned", "base")),
)
"""Which model of a run is compared with which other."""
OF_RUN = "All levels and languages together; a setting without examples has nothing to copy."


def ordered(models: Iterable[str]) -> list[str]:
    """Our own models, then served ones."""
    return sorted(set(models), key=lambda name: (OWN.index(name) if name in OWN else len(OWN), name))


def against(models: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of a run's models, the second that with which the first is compared; a served model with the tuned one."""
    there = ordered(models)
    served = [(name, "tuned") for name in there if name not in OWN and "tuned" in there]
    return [*((model, other) for model, other in AGAINST if {model, other} <= set(there)), *served]


def of_models(frames: Mapping[str, pd.DataFrame], seed: int) -> Iterator[tuple[tuple[str, str, str], Comparison]]:
    """((model, against, setting), comparison) of each pair of `against`. frames: predictions of each model."""
    for model, other in against(frames):
        first = frames[other]
        if other == COPY:
            copied = first["call"].fillna("").ne("").groupby(first["setting"]).transform("any")
            first = first[copied]
        for (setting,), comparison in by_cell(first, frames[model], ["setting"], METRIC, seed):
            yield (model, other, setting), comparison


def of_run(predictions: pd.DataFrame, seed: int) -> list[list[str]]:
    """Rows of text, the first with the names of the columns: the models of one run, a row a pair and setting."""
    frames = {str(model): frame for model, frame in predictions.groupby("model")}
    return rows(["model", "against", "setting"], of_models(frames, seed))


def of_two(first: pd.DataFrame, second: pd.DataFrame, metric: str, seed: int) -> list[list[str]]:
    """The models that both runs tested, a row a setting and language, and of several levels each and all together.
    metric: of `accuracy.SHARES`."""
    column, told = SHARES[metric], []
    models = [set(frame.loc[frame[column].notna(), "model"]) for frame in (first, second)]
    for model in ordered(models[0] & models[1]):
        ours, theirs = (frame[frame["model"] == model] for frame in (first, second))
        together = list(by_cell(ours, theirs, ["setting", "language"], column, seed))
        by_level = list(by_cell(ours, theirs, ["setting", "language", "level"], column, seed))
        for cell, comparison in together:
            levels = [(of, one) for of, one in by_level if of[:2] == cell]
            told += [((model, *of), one) for of, one in levels]
            if len(levels) > 1:
                told.append(((model, *cell, "all"), comparison))
    return rows(["model", "setting", "language", "level"], told)


def without_constants(table: Sequence[Sequence[str]], names: Sequence[str]) -> tuple[list[list[str]], str]:
    """Without those of these columns that have the same text in every row, and a sentence that says
    it instead, but for the run."""
    head, *told = table
    same = [at for at, name in enumerate(head) if name in names and len({row[at] for row in told}) == 1]
    constants = ", ".join(f"{head[at]} {told[0][at]}" for at in same if head[at] != "run")
    kept = [[cell for at, cell in enumerate(row) if at not in same] for row in table]
    return kept, f"Every row: {constants}." if constants else ""
