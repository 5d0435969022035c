"""A machine with torch, transformers, peft and trl, what those require, and a few carried wheels: all else is refused.

python tests/bare.py stages.finetune    # runs a module so; the refused packages are as if not installed
"""

import re
import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from typing import Any

from packaging.requirements import Requirement

INSTALLED = ("torch", "transformers", "peft", "trl")
CARRIED = ("pydantic", "ruamel.yaml", "orjson", "cydifflib", "rapidfuzz", "psutil")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


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


def refused() -> set[str]:
    """Top-level modules of every other distribution that is installed here."""
    allowed = closure([*INSTALLED, *CARRIED])
    return {
        module
        for module, owners in packages_distributions().items()
        if module != "apipack" and not allowed & {canonical(owner) for owner in owners}
    }


class Bare:
    """Stands for PathFinder, which it asks for what is not refused."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return None if name.partition(".")[0] in self.names else PathFinder.find_spec(name, path, target)

    def find_distributions(self, *arguments: Any) -> Any:
        return PathFinder.find_distributions(*arguments)

    def invalidate_caches(self) -> None:
        PathFinder.invalidate_caches()


if __name__ == "__main__":
    sys.meta_path[:] = [Bare(refused()) if finder is PathFinder else finder for finder in sys.meta_path]
    module, sys.argv = sys.argv[1], sys.argv[1:]
    runpy.run_module(module, run_name="__main__")
