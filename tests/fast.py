"""The fast tier, `pytest --fast`: tests that neither load torch nor start a process.

Which these are is told by imports, so there is no list to keep. A file is left out that imports torch, by way of our
own modules too, or that itself imports a module that starts processes. Of the others, tests are left out whose
fixtures start processes, or that are marked `heavy`; one that should be and is not fails, since what it does is
refused while it runs.
"""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

OURS = {"apipack": Path("src"), "spiders": Path(), "stages": Path(), "benchmarks": Path(), "tests": Path()}
TORCH = {"torch", "transformers"}
STARTERS = {"subprocess", "multiprocessing", "ray"}
FIXTURES = {"collect", "sandbox", "tarball"}
EVENTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"}
"""Audit events of a process that starts; two ways of multiprocessing have none, but import a module of their own."""
REFUSED = TORCH | {"multiprocessing.popen_forkserver", "multiprocessing.popen_spawn_posix"}


class Fast:
    """The plugin of a fast run."""

    running = False

    def __init__(self, root: Path) -> None:
        self.root = root
        sys.addaudithook(self._refuse)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """True for a file that is left out."""
        if collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
            return None
        return bool(imports(collection_path) & STARTERS or loads_torch(collection_path, self.root)) or None

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("heavy")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> object:
        self.running = True
        try:
            return (yield)
        finally:
            self.running = False

    def _refuse(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.running and (event in EVENTS or (event == "import" and arguments[0] in REFUSED)):
            what = " ".join(map(str, (event, *arguments[:1])))
            pytest.fail(f"loads torch or starts a process ({what}): mark it with pytest.mark.heavy")


def loads_torch(path: Path, root: Path) -> bool:
    """Whether a file imports torch when it is imported, itself or by way of our own modules."""
    todo, seen = [path], set()
    while todo:
        if (file := todo.pop()) not in seen:
            seen.add(file)
            names = imports(file)
            if names & TORCH:
                return True
            todo += [found for name in names if (found := _file_of(name, root))]
    return False


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules that a file imports outside of functions, and their members that may be modules."""
    names: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)
    return frozenset(names)


def _file_of(module: str, root: Path) -> Path | None:
    top, *_ = parts = module.split(".")
    if top not in OURS:
        return None
    base = root.joinpath(OURS[top], *parts)
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)
