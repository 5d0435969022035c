"""A machine with a few distributions and what those require; all else is refused. The GPU box is one: BOX."""

import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement

INSTALLED = ("torch", "transformers", "peft", "trl")
CARRIED = ("pydantic", "ruamel.yaml", "orjson", "cydifflib", "rapidfuzz", "psutil")
BOX = (*INSTALLED, *CARRIED)
HOOK = """
import sys
from importlib.machinery import PathFinder

REFUSED = frozenset({refused!r})

class Bare:
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in REFUSED else PathFinder.find_spec(name, path, target)
    def find_distributions(self, *arguments):
        return PathFinder.find_distributions(*arguments)
    def invalidate_caches(self):
        PathFinder.invalidate_caches()

sys.meta_path[:] = [Bare() if finder is PathFinder else finder for finder in sys.meta_path]
"""
"""A sitecustomize: in every Python process that has it on its path, refused modules are as if not installed."""


def write_hook(folder: Path, installed: Sequence[str] = BOX) -> Path:
    """A folder that makes every process bare which has it first on PYTHONPATH."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(HOOK.format(refused=sorted(refused(installed))))
    return folder


def refused(installed: Sequence[str] = BOX) -> set[str]:
    """Top-level modules of every distribution that is installed here and would not be there."""
    allowed = closure(installed)
    return {
        module
        for module, owners in packages_distributions().items()
        if module != "apipack" and not allowed & {canonical(owner) for owner in owners}
    }


def closure(names: Sequence[str]) -> set[str]:
    """The distributions of these names and all that they require."""
    todo, seen = [canonical(name) for name in names], set()
    while todo:
        if (name := todo.pop()) not in seen:
            seen.add(name)
            try:
                needed = map(Requirement, requires(name) or [])
            except PackageNotFoundError:
                continue
            todo += [canonical(one.name) for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})]
    return seen


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
