"""Presets: files of configs/ with the parameters in which a kind of machine or model differs from params.yaml."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from apipack import section
from apipack.errors import UserError
from apipack.params import Params

FOLDER = Path("configs")
ABSENT = "none: run from the repository's root"
NOT_PRESETS = {"fsdp"}  # accelerate's own


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The parameters of a preset, nested as in params.yaml. Raises `UserError`."""
    having = presets(folder)
    if name not in having:
        raise UserError(f"no such preset: {name}; {folder} has {', '.join(having) or ABSENT}")
    return section.read(having[name])


def presets(folder: Path = FOLDER) -> dict[str, Path]:
    """Name → file of each preset."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml")) if path.stem not in NOT_PRESETS}


def apply(name: str, params: Path = Path("params.yaml"), folder: Path = FOLDER) -> list[str]:
    """Put a preset into params.yaml, whose comments stay; returns the lines `key: before → after` of what changed.

    Nothing is written where the result would be refused. Raises `UserError`.
    """
    from apipack.io import write_text  # and pyarrow with it, which reading a preset does not need

    preset, _ = read(name, folder), section.read(params)
    yaml = YAML()
    yaml.width, yaml.preserve_quotes = 160, True
    content = yaml.load(params.read_text(encoding="utf-8"))
    changed = [f"{key}: {before} → {after}" for key, before, after in _merge(content, preset)]
    text = io.StringIO()
    yaml.dump(content, text)
    try:
        section.check(Params, YAML(typ="safe", pure=True).load(text.getvalue()), params)
    except section.ParamsError as error:
        raise UserError(f"{params} with {name}: {str(error).removeprefix(f'{params}: ')}") from error
    if changed:
        write_text(params.resolve(), text.getvalue())
    return changed


def _merge(target: dict[str, Any], preset: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    for key, value in preset.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            yield from _merge(target[key], value, f"{prefix}{key}.")
        elif target.get(key) != value:
            yield prefix + key, target.get(key), value
            target[key] = value
