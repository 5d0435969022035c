"""The tests' own parameters, data/params.yaml: no edit of the repository's params.yaml reaches a test.

A new parameter is added to both files; `make lint` says whether the repository's is accepted.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from apipack.params import load

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests/data/params.yaml"
PARAMS = load(FILE)


def write_params(folder: Path, **changes: Any) -> Path:
    """folder/params.yaml: the tests' parameters with changes, sections merged key by key."""
    yaml = YAML()
    values = yaml.load(FILE.read_text(encoding="utf-8"))
    _merge(values, changes)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(values, file)
    return folder / "params.yaml"


def _merge(values: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(values.get(key), dict):
            _merge(values[key], value)
        else:
            values[key] = value
