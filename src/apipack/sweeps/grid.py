"""A file of experiments/: a question, and the overrides of params.yaml whose runs answer it, in DVC's own terms."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import islice
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from apipack.errors import UserError
from apipack.evaluation.run_names import flatten
from apipack.params import Params
from apipack.records import LANGUAGES
from apipack.section import ParamsError, Section, check, read
from apipack.sweeps import presets

FOLDER = Path("experiments")
LONGEST = 60
MIX = "mix"
MOST = 1_000
"""Experiments of a part of a grid: more are a mistake."""


class Grid(Section):
    """question: what the runs answer. axis: the parameter over which MLflow draws the parent's metrics; None where it
    is no number. presets: of configs/ that every point begins with, one after another. common: overrides of every
    point. points: label → overrides of a part of the grid; one nameless part by default. vary: overrides whose lists,
    `size=16,48`, make a point for each of their combinations, as Hydra's sweeps do; a part may have such lists too."""

    question: str
    axis: str | None = None
    presets: list[str] = []
    common: list[str] = []
    points: dict[str, list[str]] = {}
    vary: list[str] = []


class Point(NamedTuple):
    """One experiment. name: DVC's name of it, which ends in a digest of the overrides, so that a changed point is
    another experiment. label: what it is in its sweep. overrides: for `dvc exp run -S`."""

    name: str
    label: str
    overrides: tuple[str, ...]


def names(folder: Path = FOLDER) -> list[str]:
    return [path.stem for path in sorted(folder.glob("*.yaml"))]


def load(name: str, folder: Path = FOLDER) -> Grid:
    """A grid by its file's name. Raises `UserError`."""
    if name not in names(folder):
        raise UserError(f"no such sweep: {name}; {folder} has {', '.join(names(folder)) or presets.ABSENT}")
    path = folder / f"{name}.yaml"
    return check(Grid, read(path), path)


def points(name: str, grid: Grid, params: Path = Path("params.yaml")) -> list[Point]:
    """The experiments of a grid, each checked against params.yaml before any of them runs. Raises `UserError`."""
    raw, experiments = read(params), []
    parts = grid.points or {"": []}
    common = [*(override for preset in grid.presets for override in _of_preset(presets.read(preset))), *grid.common]
    for label, overrides in parts.items():
        own = expanded(name, [*overrides, *grid.vary])
        fixed = set(own[0]).intersection(*own)
        for combination in own:
            varied = [text for text in combination if text not in fixed]
            every = _replacing(name, (*common, f"report.experiment={name}", *combination))
            _has_axis(name, grid.axis, checked(name, every, raw))
            experiments.append(_point(name, label, varied, every))
    if len({point.name for point in experiments}) < len(experiments):
        raise UserError(f"experiments/{name}.yaml: two points are the same")
    return experiments


def _has_axis(name: str, axis: str | None, params: Params) -> None:
    value = 1 if axis is None else flatten(params.model_dump()).get(axis)
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
    if number < 1 or not number.is_integer():  # the step of MLflow's metrics
        raise UserError(f"experiments/{name}.yaml: axis: {axis} is no whole number above 0 in params.yaml")


def expanded(name: str, overrides: Sequence[str]) -> list[list[str]]:
    """Each combination of the lists in overrides, as `dvc exp run --queue` expands them. Raises `UserError`."""
    parsed = _parsed(name, overrides)
    try:
        lists = (each.sweep_iterator() for each in parsed if each.is_sweep_override())
        if prod(sum(1 for _ in islice(values, MOST + 1)) for values in lists) > MOST:
            raise UserError(f"experiments/{name}.yaml: more than {MOST} combinations")
        return [list(combination) for combination in BasicSweeper.split_arguments(parsed, None)[0]]
    except HydraException as error:
        raise _wrong(name, error) from error


def checked(name: str, overrides: Iterable[str], raw: Any) -> Params:
    """The parameters with these overrides. Raises `UserError` for a name that params.yaml does not have, unless it is
    added with `+`, and for values that `apipack.params` refuses."""
    values = deepcopy(raw)
    for override in _parsed(name, overrides):
        *path, last = str(override.key_or_group).split(".")
        section = values
        for key in path:
            section = section.get(key) if isinstance(section, dict) else None
        if not isinstance(section, dict) or (last not in section and not override.is_add()):
            raise UserError(f"experiments/{name}.yaml: params.yaml has no {override.key_or_group}")
        value, before = override.value(), section.get(last)
        if isinstance(value, dict):
            value = {str(inner): of for inner, of in value.items()}
            if isinstance(before, dict) and not override.is_add() and (new := sorted(value.keys() - before.keys())):
                raise UserError(
                    f"experiments/{name}.yaml: {override.key_or_group} has no {new[0]} in params.yaml, and DVC merges "
                    "mappings: add it with `+`"
                )
            value = (before if isinstance(before, dict) else {}) | value
        section[last] = value
    try:
        return check(Params, values, "params.yaml")
    except ParamsError as error:
        raise UserError(f"experiments/{name}.yaml: {str(error).removeprefix('params.yaml: ')}") from error


def _replacing(name: str, overrides: Sequence[str]) -> tuple[str, ...]:
    """The overrides, so that a mapping of `mix` replaces the one of params.yaml, into which DVC would merge it."""
    every: list[str] = []
    for text, override in zip(overrides, _parsed(name, overrides), strict=True):
        if override.key_or_group == MIX and isinstance(override.value(), dict):
            every.append(f"{MIX}={LANGUAGES[0]}")
        every.append(text)
    return tuple(every)


def _parsed(name: str, overrides: Iterable[str]) -> list[Override]:
    try:
        return OverridesParser.create().parse_overrides(list(overrides))
    except HydraException as error:
        raise _wrong(name, error) from error


def _wrong(name: str, error: HydraException) -> UserError:
    return UserError(f"experiments/{name}.yaml: {' '.join(str(error).split())}")


def _of_preset(values: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """A preset's parameters as overrides."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _of_preset(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={_spelled(value)}"


def _spelled(value: Any) -> str:
    """A value in Hydra's grammar, whose quoted strings are those of JSON but for a backslash, which presets lack."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_spelled(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_spelled, value)) + "]"
    return json.dumps(value)


def _point(name: str, label: str, varied: Sequence[str], overrides: tuple[str, ...]) -> Point:
    told = " ".join([*([label] if label else []), *(text.removeprefix("+") for text in varied)])
    digest = hashlib.sha256("\n".join(overrides).encode()).hexdigest()[:6]
    slug = re.sub(r"[^a-z0-9]+", "-", told.lower()).strip("-")[:LONGEST].strip("-")
    return Point("-".join(part for part in (name, slug, digest) if part), told or name, overrides)
