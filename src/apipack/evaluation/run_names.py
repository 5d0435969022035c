"""What a run is called: its size, its languages, and whatever else differs from the committed params.yaml."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML, YAMLError

LONGEST = 90
ALWAYS = ("size", "mix")
"""What a name begins with, whether it differs or not."""
ELSEWHERE = ("engine", "workers", "ray", "report")
"""Where a run runs and is logged, which changes no result."""


def run_name(params: Mapping[str, Any], default: Mapping[str, Any]) -> str:
    """`size=40 curl epochs=2`, with their sections what several parameters are called. params, default: nested, as in
    params.yaml."""
    ours, usual = flatten(params), flatten(default)
    words = [f"size={params['size']}"] if "size" in params else []
    words += [mix_name(params["mix"])] if "mix" in params else []
    differing = [key for key, value in ours.items() if usual and key in usual and not _same(value, usual[key])]
    told = [key for key in sorted(differing) if key.partition(".")[0] not in (*ALWAYS, *ELSEWHERE)]
    leaves = Counter(key.rpartition(".")[2] for key in told)
    for key in told:
        leaf = key.rpartition(".")[2]
        words.append(f"{leaf if leaves[leaf] == 1 and leaf not in ours else key}={_spelled(ours[key])}")
    name = " ".join(words) or "run"
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def mix_name(mix: str | Mapping[str, Any]) -> str:
    """`curl`, or `curl 100, other 1`: the weights that are not 0, without the number where there is one of them."""
    if isinstance(mix, str):
        return mix
    weights = {name: float(weight) for name, weight in mix.items() if weight not in (None, "None")}
    weighty = sorted((name == "other", -weight, name) for name, weight in weights.items() if weight)
    if len(weighty) == 1:
        return weighty[0][2]
    return ", ".join(f"{name} {-weight:g}" for _, weight, name in weighty)


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings to dotted names."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def committed_params() -> dict[str, Any]:
    """params.yaml of the last commit: what a run's name is compared with. Empty outside of a repository."""
    text = _git("show", "HEAD:./params.yaml")
    try:
        return dict(YAML(typ="safe", pure=True).load(text) or {}) if text else {}
    except YAMLError:
        return {}


def commit() -> str:
    """The commit that is checked out, empty outside of a repository."""
    return _git("rev-parse", "HEAD").strip()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(("git", *arguments), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def _same(value: Any, usual: Any) -> bool:
    """Numbers that another writer of YAML spelled otherwise are the same: '3e-05' and 3e-5."""
    try:
        return float(value) == float(usual)
    except (TypeError, ValueError):
        return bool(value == usual)


def _spelled(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
