"""Members of npm tarballs and Python wheels, read in memory and without trust: nothing is unpacked or executed.

Links, encrypted members, names that climb out and what is too large are passed over and counted.
"""

from __future__ import annotations

import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from apipack.errors import UserError

MAX_DOCUMENT = 128 * 2**20  # bytes; the largest known document has 47 MB
MAX_ARCHIVE = 4 * 2**30  # bytes of all members, unpacked
MAX_MEMBERS = 100_000
ENCRYPTED = 0x1  # zip, general purpose bit flag

_UNSAFE = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|\Z)|.*[\\\0]", re.S)
_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError),
    *(OSError, UnicodeDecodeError),  # what bz2 says, and a name that is not in the encoding that it gives itself
)


class ArchiveError(UserError):
    """A package cannot be read; the message is one line that says why."""


class Member(NamedTuple):
    """link, locked: it is a link or another special file; it is encrypted."""

    name: str
    size: int
    link: bool
    locked: bool
    open: Callable[[], IO[bytes]]

    def problem(self) -> str:
        """Why it is not read, empty where it is."""
        reasons = {
            "link": self.link,
            "encrypted": self.locked,
            "unsafe_name": _UNSAFE.match(self.name),
            "too_large": self.size > MAX_DOCUMENT,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")


def documents(path: Path, patterns: Sequence[str], refused: Counter[str]) -> Iterator[tuple[str, bytes]]:
    """(name, body) of each member that a pattern fits, in the archive's order. Names are without npm's `package/`. In a
    pattern `*` also stands for folders. refused: counts link, encrypted, unsafe_name and too_large among them. Raises
    `ArchiveError` for what is no archive, is damaged, or has more members or bytes than any package that we know."""
    read = _of_tarball if path.suffix == ".tgz" else _of_wheel
    total = 0
    try:
        for number, member in enumerate(read(path)):
            total += member.size
            if number >= MAX_MEMBERS or total > MAX_ARCHIVE:
                raise ArchiveError(f"{path.name}: more than {MAX_MEMBERS} members or {MAX_ARCHIVE} bytes")
            if not any(fnmatchcase(member.name, pattern) for pattern in patterns):
                continue
            if problem := member.problem():
                refused[problem] += 1
                continue
            with member.open() as file:
                body = file.read(MAX_DOCUMENT + 1)
            if len(body) > MAX_DOCUMENT:  # whatever size it gives itself
                refused["too_large"] += 1
            else:
                yield member.name, body
    except _BROKEN as error:
        raise ArchiveError(f"{path.name}: not a readable archive: {' '.join(str(error).split())[:200]}") from error


def _of_tarball(path: Path) -> Iterator[Member]:
    with tarfile.open(path, "r|gz") as archive:
        for info in archive:
            if info.isdir():
                continue
            name = info.name.removeprefix("./").partition("/")[2] if not _UNSAFE.match(info.name) else info.name
            yield Member(name, info.size, not info.isreg(), False, partial(_opened, archive, info))


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    if file is None:
        raise tarfile.ReadError(f"{info.name} has no content")
    return file


def _of_wheel(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            link = stat.S_ISLNK(info.external_attr >> 16)
            locked = bool(info.flag_bits & ENCRYPTED)
            name = info.filename.removeprefix("./")
            yield Member(name, info.file_size, link, locked, partial(archive.open, info))
