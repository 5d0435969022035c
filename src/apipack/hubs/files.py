"""The user's own specifications: files, folders and patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from glob import glob, has_magic
from itertools import count, takewhile
from pathlib import Path

from apipack.errors import UserError
from apipack.hubs.archives import MAX_DOCUMENT
from apipack.hubs.identity import Candidate
from apipack.hubs.params import Files

ENDINGS = (".json", ".yaml", ".yml")


def candidates(p: Files, refused: Counter[str]) -> Iterator[Candidate]:
    """Every file that `globs` name, sorted, once. refused: counts those that are unreadable or too_large. Raises
    `UserError` for a glob that names no file."""
    named: dict[Path, tuple[Path, Path]] = {}
    for pattern in p.globs:
        root, paths = _named(pattern)
        if not paths:
            raise UserError(f"files: {pattern} names no JSON or YAML file; it is read from {Path.cwd()}")
        for path in paths:
            named.setdefault(path.resolve(), (root, path))
    places = _places(list(named.values()))
    for root, path in named.values():
        try:
            with path.open("rb") as file:
                body = file.read(MAX_DOCUMENT + 1)
        except OSError:
            refused["unreadable"] += 1
            continue
        if len(body) > MAX_DOCUMENT:
            refused["too_large"] += 1
            continue
        name, around = path.relative_to(root).as_posix(), root.resolve().parts[1:]
        folder = root.resolve().name
        yield Candidate(name, folder, places[path], body, p.provider, p.licence or "", around=around)


def _places(files: list[tuple[Path, Path]]) -> dict[Path, str]:
    """What each file is called in its row: its path from the current folder, and elsewhere from the folder that its
    glob begins with, or from one above that tells it from another file. The way to that folder is nobody's matter."""
    places: dict[Path, str] = {}
    elsewhere: dict[str, list[tuple[Path, Path]]] = {}
    for root, path in files:
        if path.absolute().is_relative_to(Path.cwd()):
            places[path] = path.absolute().relative_to(Path.cwd()).as_posix()
        else:
            elsewhere.setdefault(f"{root.resolve().name}/{path.relative_to(root).as_posix()}", []).append((root, path))
    for same in elsewhere.values():
        for depth in count(1):
            below = {path: _below(root, path, depth) for root, path in same}
            if len(set(below.values())) == len(same) and not set(below.values()) & set(places.values()):
                break
            if all(depth > len(root.resolve().parts) for root, _ in same):
                break
        places |= below
    return places


def _below(root: Path, path: Path, depth: int) -> str:
    """A file's path with as many folders of those above it, from the one that its glob begins with."""
    return "/".join([*root.resolve().parts[1:][-depth:], path.relative_to(root).as_posix()])


def _named(pattern: str) -> tuple[Path, list[Path]]:
    """The folder that all names of a glob begin with, and its files in order. Of a folder, and of a pattern that ends
    with `**`, these are files with the endings of JSON and YAML; hidden ones must be named."""
    path = Path(pattern).expanduser()
    if path.is_file():
        return path.parent, [path]
    if path.is_dir():
        path /= "**"
    root = Path(*takewhile(lambda part: not has_magic(part), path.parts))
    files = [file for file in map(Path, sorted(glob(str(path), recursive=True))) if file.is_file()]
    return root, [file for file in files if path.name != "**" or file.suffix.lower() in ENDINGS]
