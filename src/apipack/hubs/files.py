"""The user's own specifications: files, folders and patterns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path

from apipack.errors import UserError
from apipack.hubs.archives import MAX_DOCUMENT
from apipack.hubs.identity import Candidate
from apipack.hubs.params import Files

ENDINGS = (".json", ".yaml", ".yml")


def candidates(p: Files, refused: Counter[str]) -> Iterator[Candidate]:
    """Every file that `globs` name, sorted, once. refused: counts those that are unreadable or too_large. Raises
    `UserError` for a glob that names no file."""
    seen: set[Path] = set()
    for pattern in p.globs:
        root, paths = _named(pattern)
        if not paths:
            raise UserError(f"files: {pattern} names no JSON or YAML file; it is read from {Path.cwd()}")
        for path in paths:
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            try:
                with path.open("rb") as file:
                    body = file.read(MAX_DOCUMENT + 1)
            except OSError:
                refused["unreadable"] += 1
                continue
            if len(body) > MAX_DOCUMENT:
                refused["too_large"] += 1
                continue
            folder = root.resolve().name
            name = path.relative_to(root).as_posix()
            inside = path.absolute().is_relative_to(Path.cwd())
            location = path.absolute().relative_to(Path.cwd()).as_posix() if inside else f"{folder}/{name}"
            yield Candidate(name, folder, location, body, p.provider, p.licence or "")


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
