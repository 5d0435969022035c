"""One program, several engines: the data stages give the same bytes with one worker, with two, on a Ray cluster of
two nodes, on one that loses a node in the middle, and on one whose nodes share nothing with the driver but S3."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apipack.hubs.schemas import SPECS
from apipack.io import rows_table, write_table
from tests.parameters import ROOT, write_params
from tests.s3 import store
from tests.specs import openapi

STAGES = ("parse", "dedupe", "instruct", "render", "filter")
OUTPUTS = ("operations", "unique", "calls", "instructions", "dataset")
PROVIDERS, OPERATIONS = 12, 20


def specification(number: int) -> dict[str, Any]:
    """Padded to two megabytes, so that a part holds two of them."""
    paths = {
        f"/v1/{noun}/{{id}}/{verb}": {
            method: {"summary": f"{verb} the {noun} of {number}", "parameters": [{"name": "id", "in": "path"}]}
            for method in ("get", "post")
        }
        for noun in ("pets", "shops", "orders", "people", "stars")
        for verb in [f"task{n}" for n in range(OPERATIONS // 10)]
    }
    return openapi(paths, title=f"API {number}") | {"x-padding": "x" * (2 * 2**20)}


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("specs")
    rows = []
    for number in range(PROVIDERS):
        body = json.dumps(specification(number)).encode()
        name = f"{number}.json"
        (folder / name).write_bytes(body)
        values: dict[str, Any] = dict.fromkeys(SPECS.names, "x") | {"provider": f"p{number}.test.io"}
        values |= {"api": values["provider"], "version": "1", "bytes": len(body), "sha256": name, "file": name}
        values["derived"] = False
        rows.append(values)
    write_table(folder / "index.parquet", rows_table(rows, SPECS))
    return folder


class Repository:
    """The stages' working folder, with parameters of its own."""

    def __init__(self, root: Path, specs: Path, **params: Any) -> None:
        self.root = root
        (root / "data").mkdir(parents=True)
        (root / "data/specs").symlink_to(specs)
        shutil.copy(ROOT / "optout.txt", root)
        write_params(root, **params)

    def start(self, stage: str) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
        return subprocess.Popen(
            [sys.executable, "-m", f"stages.{stage}"],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *stages: str) -> None:
        for stage in stages:
            process = self.start(stage)
            output, _ = process.communicate()
            assert process.returncode == 0, output[-3_000:]

    def hashes(self) -> dict[str, str]:
        files = sorted(path for name in OUTPUTS for path in (self.root / "data" / name).rglob("*") if path.is_file())
        return {str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, specs: Path) -> dict[str, str]:
    repository = Repository(tmp_path_factory.mktemp("one") / "r", specs, workers=1)
    repository.run(*STAGES)
    made = repository.hashes()
    assert sum(name.startswith("data/operations/part-") for name in made) > 4
    return made


def test_two_workers_give_the_bytes_of_one(tmp_path: Path, specs: Path, expected: dict[str, str]) -> None:
    repository = Repository(tmp_path / "r", specs, workers=2)
    repository.run(*STAGES)
    assert repository.hashes() == expected


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A Ray cluster of two nodes with one core each, on this machine."""
    from ray.cluster_utils import Cluster

    made: Any = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    made.worker = made.add_node(num_cpus=1)
    made.wait_for_nodes()
    yield made
    made.shutdown()


@pytest.mark.slow
def test_a_ray_cluster_gives_the_same_bytes(
    tmp_path: Path, specs: Path, expected: dict[str, str], cluster: Any
) -> None:
    repository = Repository(tmp_path / "r", specs, engine="ray", ray={"address": cluster.address})
    repository.run(*STAGES)
    assert repository.hashes() == expected


@pytest.mark.slow
def test_a_node_killed_in_mid_stage_costs_nothing_but_time(
    tmp_path: Path, specs: Path, expected: dict[str, str], cluster: Any
) -> None:
    repository = Repository(tmp_path / "r", specs, engine="ray", ray={"address": cluster.address})
    process = repository.start("parse")
    while process.poll() is None and not list((repository.root / "data").glob(".operations.*/part-*.parquet")):
        time.sleep(0.05)
    assert process.poll() is None, "the stage ended before a node could be killed"
    cluster.remove_node(cluster.worker, allow_graceful=False)
    output, _ = process.communicate()
    assert process.returncode == 0, output[-3_000:]
    repository.run(*STAGES[1:])
    assert repository.hashes() == expected


def node(root: Path, hidden: list[Path], *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """A Ray node with one core in a folder of its own. hidden: folders that it does not see."""
    root.mkdir()
    ray = f"exec {Path(sys.executable).parent}/ray start --block --num-cpus=1 --node-ip-address=127.0.0.1"
    script = "; ".join([*(f"mount -t tmpfs tmpfs '{folder}'" for folder in hidden), " ".join([ray, *arguments])])
    return subprocess.Popen(
        ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else []), "sh", "-ec", script],
        cwd=root,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment,
        stdout=(root / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.slow
def test_nodes_without_a_shared_folder_read_and_write_s3(
    tmp_path: Path, specs: Path, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither node sees the driver's folder, the specifications or this code; they have keys of their own."""
    repository, port = tmp_path / "r", free_port()
    repository.mkdir()
    hidden = [repository, specs, ROOT / "src"]
    with store() as s3:
        head = ("--head", f"--port={port}", "--include-dashboard=false")
        nodes = [
            node(tmp_path / "one", hidden, *head, **s3.environment()),
            node(tmp_path / "two", hidden, f"--address=127.0.0.1:{port}", **s3.environment()),
        ]
        try:
            for name, value in s3.environment().items():
                monkeypatch.setenv(name, value)
            wait_for_cores(port, 2)
            driver = Repository(
                repository, specs, engine="ray", ray={"address": f"127.0.0.1:{port}", "storage": "s3://shared/parts"}
            )
            driver.run(*STAGES)
            assert driver.hashes() == expected
            assert len(s3.objects()) > len(expected) // 2
        finally:
            for process in nodes:
                process.send_signal(signal.SIGTERM)
            for process in nodes:
                process.wait(60)


def wait_for_cores(port: int, cores: int) -> None:
    program = f"import ray; ray.init('127.0.0.1:{port}', logging_level=50); print(int(ray.cluster_resources()['CPU']))"
    for _ in range(30):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        if done.stdout.strip() == str(cores):
            return
        time.sleep(1)
    raise AssertionError(done.stdout + done.stderr)


@pytest.mark.slow
def test_no_cluster_is_one_clear_error(tmp_path: Path, specs: Path) -> None:
    repository = Repository(tmp_path / "r", specs, engine="ray", ray={"address": "127.0.0.1:9"})
    process = repository.start("parse")
    output, _ = process.communicate()
    assert process.returncode == 1 and "no Ray cluster at ray.address 127.0.0.1:9" in output
    assert "Traceback" not in output
