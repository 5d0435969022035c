"""Pairs of a sweep on the same tests: runs, models of a run, settings of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from apipack.evaluation.headline import METRIC
from apipack.evaluation.html_report import Section
from apipack.evaluation.paired import METHOD, Comparison, by_cell, rows
from apipack.evaluation.pairing import COPY, OF_RUN, OWN, of_models, ordered, without_constants
from apipack.sweeps.results import EVERY, ModelRun, values

MOST_RUNS = 12
"""Of which each two are compared; of more, each with the first alone."""
MOST_ROWS = 40
"""Of a table that has levels apart: of more, they are together."""
Told = tuple[tuple[str, ...], Comparison]


def sections(models: Sequence[ModelRun]) -> list[Section]:
    """Runs against each other; where there are several settings or served models, also the models of a run, and the
    settings of a model."""
    told = [between_runs(models)]
    settings = values(models, "setting")
    if len(settings) > 1 or any(one.model not in OWN for one in models):
        table = rows(["run", "model", "against", "setting"], _between_models(models))
        told.append(_section("Models of a run on the same tests", [OF_RUN], table, "run"))
    if len(settings) > 1:
        table = rows(["run", "model", "setting", "against"], _between_settings(models, settings))
        text = "All levels and languages together; each setting against the first, and the one before it."
        told.append(_section("Settings of a model on the same operations", [text], table, "run"))
    return [section for section in told if len(section.rows) > 1]


def between_runs(models: Sequence[ModelRun]) -> Section:
    """A row a pair, model, setting and language; and level, where the table is short enough."""
    runs = len({one.run for one in models if one.run != EVERY})
    names = ["run", "against", "model", "setting", "language"]
    together = list(_between_runs(models, names[3:]))
    by_level = list(_between_runs(models, [*names[3:], "level"])) if len(together) <= MOST_ROWS else []
    apart = 0 < len(by_level) <= MOST_ROWS
    table = rows([*names, "level"], by_level) if apart else rows(names, together)
    text = [] if apart else ["All levels together."]
    text += [f"Of {runs} runs each is compared with the first alone."] if runs > MOST_RUNS else []
    return _section("Runs on the same tests", text, table)


def _section(title: str, text: Sequence[str], table: list[list[str]], *constant: str) -> Section:
    """constant: columns that are left out where they are the same in every row, beside those of a cell."""
    shown, sentence = without_constants(table, [*constant, "setting", "language", "level"])
    return Section(title, "\n".join([*text, *([sentence] if sentence else []), METHOD]), rows=shown)


def _between_runs(models: Sequence[ModelRun], by: Sequence[str]) -> Iterator[Told]:
    for model in ordered(one.model for one in models):
        family = [one for one in models if one.model == model]
        for first, second in pairs(family):
            for cell, comparison in by_cell(first.predictions, second.predictions, by, METRIC, 0):
                yield (second.run, first.run, model, *cell), comparison


def pairs(family: Sequence[ModelRun]) -> Iterable[tuple[ModelRun, ModelRun]]:
    """Of one model in several runs, the earlier one first."""
    if len(family) <= MOST_RUNS:
        return combinations(family, 2)
    return ((family[0], other) for other in family[1:])


def _between_models(models: Sequence[ModelRun]) -> Iterator[Told]:
    """Of a run's models and those of every run; of the latter among themselves once."""
    every = {one.model: one.predictions for one in models if one.run == EVERY}
    for run in dict.fromkeys(one.run for one in models):
        own = {one.model: one.predictions for one in models if one.run == run}
        for names, comparison in of_models(every | own, 0):
            if run == EVERY or own.keys() & set(names[:2]):
                yield (run, *names), comparison


def _between_settings(models: Sequence[ModelRun], settings: Sequence[str]) -> Iterator[Told]:
    for one in (one for one in models if one.model != COPY):
        frames = {name: one.predictions[one.predictions["setting"] == name] for name in settings}
        there = [name for name in settings if len(frames[name])]
        before = [(other, name) for at, name in enumerate(there[1:]) for other in (there[0], there[at])]
        for other, name in dict.fromkeys(before):
            first, second = (frames[key].assign(setting="") for key in (other, name))
            for _, comparison in by_cell(first, second, [], METRIC, 0):
                yield (one.run, one.model, name, other), comparison
