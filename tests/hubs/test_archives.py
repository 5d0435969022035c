"""Packages are hostile: what is in them is read, never unpacked, and what cannot be trusted has a reason."""

import io
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from apipack.hubs import archives
from apipack.hubs.archives import ArchiveError, documents

ALL = ["*"]


def tarball(path: Path, members: Mapping[str, bytes | str]) -> Path:
    """npm's form; a text is where a link of this name leads."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


def wheel(path: Path, members: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK if isinstance(content, str) else stat.S_IFREG) << 16
            archive.writestr(info, content)
    return path


@pytest.fixture(params=[(tarball, "p.tgz", "package/"), (wheel, "p.whl", "")], ids=["npm", "wheel"])
def pack(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """pack(members): the path of a package with them."""
    make, name, top = request.param
    return lambda members: make(tmp_path / name, {f"{top}{key}": value for key, value in members.items()})


def read(path: Path, patterns: list[str]) -> tuple[dict[str, bytes], Counter[str]]:
    refused: Counter[str] = Counter()
    return dict(documents(path, patterns, refused)), refused


def test_members_by_pattern(pack: Any) -> None:
    path = pack({"apis/a.json": b"1", "apis/deep/b.json": b"2", "code.py": b"raise SystemExit", "c.json": b"3"})
    assert read(path, ["apis/*.json"]) == ({"apis/a.json": b"1", "apis/deep/b.json": b"2"}, Counter())
    assert read(path, ["c.json", "none.json"])[0] == {"c.json": b"3"}


def test_links_lead_nowhere(pack: Any) -> None:
    assert read(pack({"a.json": "/etc/passwd", "b.json": b"{}"}), ALL) == ({"b.json": b"{}"}, Counter(link=1))


@pytest.mark.parametrize("name", ["../a.json", "x/../../a.json", "/etc/a.json", "C:/a.json", "..\\a.json", "x/.."])
@pytest.mark.parametrize(("make", "file"), [(tarball, "p.tgz"), (wheel, "p.whl")])
def test_names_that_climb_out_are_refused(make: Any, file: str, name: str, tmp_path: Path) -> None:
    assert read(make(tmp_path / file, {name: b"{}"}), ALL) == ({}, Counter(unsafe_name=1))


def test_a_large_member_is_refused_and_costs_no_other(pack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_DOCUMENT", 10)
    assert read(pack({"a.json": b"0" * 11, "b.json": b"0" * 10}), ALL) == ({"b.json": b"0" * 10}, Counter(too_large=1))


@pytest.mark.parametrize(("limit", "value"), [("MAX_MEMBERS", 2), ("MAX_ARCHIVE", 20)])
def test_a_package_beyond_all_measure_is_refused(
    pack: Any, monkeypatch: pytest.MonkeyPatch, limit: str, value: Any
) -> None:
    monkeypatch.setattr(archives, limit, value)
    with pytest.raises(ArchiveError, match="more than"):
        read(pack({f"{number}.json": b"0" * 10 for number in range(3)}), ALL)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path / "p.whl", {"a.json": b"{}"})
    body = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(header) + flags] |= 1
    path.write_bytes(body)
    assert read(path, ALL) == ({}, Counter(encrypted=1))


@pytest.mark.parametrize("name", ["p.tgz", "p.whl"])
def test_no_archive_and_half_of_one_are_one_line(pack: Any, tmp_path: Path, name: str) -> None:
    whole = tarball(tmp_path / "w.tgz", {"package/a.json": bytes(range(256)) * 50}).read_bytes()
    if name == "p.whl":
        whole = wheel(tmp_path / "w.whl", {"a.json": bytes(range(256)) * 50}).read_bytes()
    for body in (b"no archive", whole[: len(whole) // 2]):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(ArchiveError, match=f"{name}: not a readable archive"):
            read(tmp_path / name, ALL)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_is_one_line_whatever_packs_it(tmp_path: Path, method: int) -> None:
    path = tmp_path / "p.whl"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.json", bytes(range(256)) * 50)
    body = bytearray(path.read_bytes())
    body[60:100] = bytes(byte ^ 0xFF for byte in body[60:100])
    path.write_bytes(body)
    with pytest.raises(ArchiveError, match=r"p.whl: not a readable archive"):
        read(path, ALL)


def test_a_name_that_is_not_what_it_says_is_one_line(tmp_path: Path) -> None:
    path = wheel(tmp_path / "p.whl", {"é.json": b"{}"})
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xfe"))
    with pytest.raises(ArchiveError, match=r"p.whl: not a readable archive"):
        read(path, ALL)
