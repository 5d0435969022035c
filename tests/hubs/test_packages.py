"""Packages come through the user's own pip and npm, are checked by their hash, and nothing of them runs."""

import base64
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from apipack.errors import UserError
from apipack.hubs.archives import ArchiveError
from apipack.hubs.packages import candidates, fetched
from apipack.hubs.params import Package
from apipack.hubs.snapshot import tarball_path
from tests.hubs.test_archives import tarball, wheel
from tests.specs import openapi

BODY = json.dumps(openapi({}, server="https://api.acme.com")).encode()
METADATA = b"Metadata-Version: 2.1\nName: acme-specs\nVersion: 1.2.0\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def hex_digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def pypi(digest: str, **more: Any) -> Package:
    given = {"registry": "pypi", "name": "acme-specs", "version": "1.2.0", "hash": digest, "members": ["apis/*.json"]}
    return Package.model_validate(given | more)


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """acme-specs 1.2.0 where the pip of this test is set up to look; its wheel."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    info = "acme_specs-1.2.0.dist-info"
    members = {"apis/acme.json": BODY, f"{info}/METADATA": METADATA, f"{info}/WHEEL": WHEEL, f"{info}/RECORD": b""}
    path = wheel(shelf / "acme_specs-1.2.0-py3-none-any.whl", members)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    return path


@pytest.mark.heavy
def test_a_wheel_is_fetched_once_and_its_members_have_an_address(published: Any, tmp_path: Path) -> None:
    package, kept = pypi(hex_digest(published), licence="MIT"), tmp_path / "kept"
    (found,) = candidates([package], kept, Counter())
    assert (found.name, found.body, found.licence) == ("acme.json", BODY, "MIT")
    assert found.place == "pkg:pypi/acme-specs@1.2.0#apis/acme.json"
    published.unlink()
    assert fetched(package, kept).read_bytes() and [path.suffix for path in kept.iterdir()] == [".whl"]


@pytest.mark.heavy
def test_a_package_with_another_hash_is_refused_and_not_kept(published: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="^pip download acme-specs==1.2.0 failed: .*DO NOT MATCH THE HASHES") as caught:
        fetched(pypi(f"sha256:{'0' * 64}"), tmp_path / "kept")
    assert "\n" not in str(caught.value) and list((tmp_path / "kept").iterdir()) == []


@pytest.mark.heavy
def test_a_source_distribution_is_not_built(published: Any, tmp_path: Path) -> None:
    """What `setup.py` would do is never found out."""
    setup = b"import pathlib; pathlib.Path(__file__).parent.parent.joinpath('ran').touch()"
    sdist = tarball(published.parent / "acme_specs-1.3.0.tar.gz", {"acme_specs-1.3.0/setup.py": setup})
    with pytest.raises(UserError, match="No matching distribution found"):
        fetched(pypi(hex_digest(sdist), version="1.3.0"), tmp_path / "kept")


def test_an_npm_package_that_is_there_is_read(tmp_path: Path) -> None:
    path = tarball(tarball_path(tmp_path, "@acme/openapi", "2.0.0"), {"package/gen/acme.json": BODY})
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    given = {"registry": "npm", "name": "@acme/openapi", "version": "2.0.0", "hash": f"sha512-{digest}"}
    package = Package.model_validate(given | {"members": ["gen/*.json"]})
    (found,) = candidates([package], tmp_path, Counter())
    assert (found.name, found.folder, found.place) == (
        "acme.json",
        "openapi",
        "pkg:npm/%40acme/openapi@2.0.0#gen/acme.json",
    )
    with pytest.raises(ArchiveError, match="@acme/openapi 2.0.0 has no member like x.json"):
        list(candidates([package.model_copy(update={"members": ["x.json"]})], tmp_path, Counter()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "acme --index-url x"),
        ("name", "../acme"),
        ("version", "1.0\n--pre"),
        ("version", "latest"),
        ("hash", "sha256:00"),
        ("hash", f"sha512-{'A' * 86}=="),
        ("members", []),
    ],
)
def test_what_is_no_pinned_package_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        pypi(f"sha256:{'0' * 64}", **{field: value})
