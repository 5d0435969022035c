"""What a stage's result depends on beside its data: its code, without comments and docstrings, and its packages.

DVC compares files, and knows nothing of imports (treeverse/dvc #9195). So the stage `check` writes one file a stage,
which names every module that the stage imports, directly or not, with a digest; the other stages depend on theirs.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path

_FUNCTION = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")
OURS = ("apipack", "spiders", "stages")
ONLOOKERS = frozenset({"apipack.evaluation.live", "apipack.tasks.arguments", "apipack.tasks.costs"})
"""Modules that tell how a stage gets on and make nothing of its result, so that it does not depend on them."""
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Code:
    """The modules below a repository's root: `src/apipack`, `spiders` and `stages`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._packages = packages_distributions()
        self.closure = lru_cache(maxsize=None)(self._closure)
        # Many stages reach the same modules.
        self._file = lru_cache(maxsize=None)(self._found)
        self._imported = lru_cache(maxsize=None)(_imports)
        self._digested = lru_cache(maxsize=None)(_digest)

    def listing(self, stage: str) -> str:
        """Lines `DIGEST  FILE` of what `stages.NAME` reaches, then `PACKAGE VERSION` of what that imports of others."""
        files, packages = self.closure(f"stages.{stage}")
        lines = [f"{self._digested(self.root / file)}  {file}" for file in sorted(files)]
        lines += [f"{name} {_version(name)}" for name in sorted(packages)]
        return "".join(f"{line}\n" for line in lines)

    def _closure(self, module: str) -> tuple[frozenset[str], frozenset[str]]:
        todo, files, packages = [module], set[str](), set[str]()
        while todo:
            name = todo.pop()
            if name.partition(".")[0] not in OURS:
                packages.update(self._packages.get(name.partition(".")[0], ())[:1])
            elif name not in ONLOOKERS and (file := self._file(name)) and file not in files:
                files.add(file)
                files.update(self._data(file))
                todo += self._imported(self.root / file)
                todo += [name.rpartition(".")[0]] if "." in name else []
        return frozenset(files), frozenset(packages)

    def _found(self, module: str) -> str | None:
        base = Path("src" if module.partition(".")[0] == "apipack" else ".", *module.split("."))
        candidates = (base.with_suffix(".py"), base / "__init__.py")
        return next((path.as_posix() for path in candidates if (self.root / path).is_file()), None)

    def _data(self, file: str) -> set[str]:
        """Files that are no modules, in the folder of a package and below it."""
        if not file.endswith("/__init__.py"):
            return set()
        files, todo = set[str](), [(self.root / file).parent]
        while todo:
            for path in todo.pop().iterdir():
                if path.is_dir() and path.name != "__pycache__" and not (path / "__init__.py").is_file():
                    todo.append(path)
                elif path.is_file() and not (path.suffix == ".py" and (path.parent / "__init__.py").is_file()):
                    files.add(path.relative_to(self.root).as_posix())
        return files


def _imports(file: Path) -> frozenset[str]:
    """Names of modules that a module imports, also within functions, or names as text: `-m apipack.NAME` of another
    process, `launcher.py` or `python_clients.read` beside it."""
    names: set[str] = set()
    if file.suffix != ".py":
        return frozenset()
    package = _package(file)
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.startswith("apipack.") and node.value.replace(".", "").isidentifier():
                names.add(node.value)
            elif node.value.endswith(".py") and (file.parent / node.value).is_file():
                names.add(f"{package}.{node.value.removesuffix('.py')}")
            elif _FUNCTION.fullmatch(node.value) and "importlib.import_module" in names:
                names.add(f"{package}.{node.value.partition('.')[0]}")
    return frozenset(name for name in names if name.partition(".")[0] not in sys.stdlib_module_names)


def _package(file: Path) -> str:
    folders = [file.parent.name]
    for folder in file.parent.parents:
        if not (folder / "__init__.py").is_file():
            break
        folders.append(folder.name)
    return ".".join(reversed(folders))


def _version(package: str) -> str:
    return version(package).partition("+")[0]  # torch's builds for this or that machine are one version


def _digest(file: Path) -> str:
    content = file.read_bytes()
    if file.suffix == ".py":
        content = without_prose(content.decode()).encode()
    return sha256(content).hexdigest()[:16]


def without_prose(source: str) -> str:
    """A module's source without comments, docstrings (also of attributes), blank lines and trailing spaces."""
    lines = source.encode().splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = token.line[:column].encode() + b"\n"
    for node in ast.walk(ast.parse(source)):
        for text in node.body if isinstance(node, DOCUMENTED) else ():
            if (
                isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
                rest = lines[first][: text.col_offset] + lines[last][text.end_col_offset :]
                lines[first : last + 1] = [rest, *[b"\n"] * (last - first)]
    return "".join(f"{line.rstrip()}\n" for line in b"".join(lines).decode().splitlines() if line.strip())
