from pathlib import Path

import pytest
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import ParseError, load_yaml
from voluptuous import Invalid

from apipack.cli.lockfile import forget_lost, mend

LOCK = Path("dvc.lock").read_bytes()
CUTS = range(0, 1_500, 7)


def refused(lock: Path) -> bool:
    """By DVC itself."""
    try:
        COMPILED_LOCKFILE_SCHEMA(load_yaml(lock))
    except (ParseError, Invalid):
        return True
    return False


def test_what_dvc_refuses_of_a_lock_file_cut_off_anywhere_is_set_aside(tmp_path: Path) -> None:
    lock, aside = tmp_path / "dvc.lock", tmp_path / "tmp/broken"
    cut_off = 0
    for cut in CUTS:
        lock.write_bytes(LOCK[:cut])
        cut_off += (refuses := refused(lock))
        reason = mend(lock, aside)
        assert reason or not refuses, LOCK[:cut].decode()[-200:]
        assert lock.exists() == (reason is None)
    assert cut_off > len(CUTS) / 10


def test_a_whole_lock_file_stays(tmp_path: Path) -> None:
    lock = tmp_path / "dvc.lock"
    assert mend(lock, tmp_path / "broken") is None
    lock.write_bytes(LOCK)
    assert mend(lock, tmp_path / "broken") is None and lock.read_bytes() == LOCK


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no schema"),
        (b"schema: '2.0'", "no stages"),
        (b"schema: '2.0'\nstages:\n  a:\n    cmd:", "stage a is cut off"),
        (b"schema: '2.0'\nstages:\n  a:\n    cmd: x\n    deps:\n    - path: y\n      md5:", "stage a is cut off"),
        (b"schema: '2.0\n", "quoted scalar"),
        (b"\xff\xfe\x00", "")
    ],
)  # fmt: skip
def test_the_reason_is_said(tmp_path: Path, content: bytes, reason: str) -> None:
    lock, aside = tmp_path / "dvc.lock", tmp_path / "broken"
    lock.write_bytes(content)
    said = mend(lock, aside)
    assert said and reason in said and "\n" not in said
    assert aside.read_bytes() == content and not lock.exists()


GRAPH = """\
stages:
  data: {cmd: a, outs: [data], metrics: [{figures.json: {cache: false}}]}
  train: {cmd: b, outs: [weights]}
"""
HASHES = {"data": "aa1", "figures.json": "bb2", "weights": "cc3"}


def locked(*stages: str) -> str:
    outs = {"data": ("data", "figures.json"), "train": ("weights",)}
    text = "schema: '2.0'\nstages:\n"
    for stage in stages:
        text += f"  {stage}:\n    cmd: {stage}\n    outs:\n"
        text += "".join(f"    - path: {path}\n      md5: {HASHES[path]}\n" for path in outs[stage])
    return text


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that has `data` and no `weights`; git has the figures."""
    (tmp_path / "cache/files/md5/aa").mkdir(parents=True)
    (tmp_path / "cache/files/md5/aa/1").touch()
    (tmp_path / "dvc.yaml").write_text(GRAPH)
    (tmp_path / "dvc.lock").write_text(locked("data", "train"))
    return tmp_path / "cache"


def test_a_stage_whose_outputs_are_lost_is_forgotten(tmp_path: Path, cache: Path) -> None:
    (cache / "runs").mkdir()
    lock, graph = tmp_path / "dvc.lock", tmp_path / "dvc.yaml"
    assert forget_lost(cache, lock, graph) == ["train"]
    assert lock.read_text() == locked("data")
    assert forget_lost(cache, lock, graph) == []


def test_where_nothing_ran_the_lock_file_of_git_stays(tmp_path: Path, cache: Path) -> None:
    assert forget_lost(cache, tmp_path / "dvc.lock", tmp_path / "dvc.yaml") == []
    assert (tmp_path / "dvc.lock").read_text() == locked("data", "train")


def test_the_rest_of_the_file_is_the_text_that_dvc_wrote(tmp_path: Path) -> None:
    lock, graph = tmp_path / "dvc.lock", tmp_path / "dvc.yaml"
    (tmp_path / "cache/runs").mkdir(parents=True)
    lock.write_bytes(LOCK)
    last = list(load_yaml(lock)["stages"])[-1]
    graph.write_text(f"stages: {{{last}: {{cmd: x, outs: [{load_yaml(lock)['stages'][last]['outs'][0]['path']}]}}}}")
    assert forget_lost(tmp_path / "cache", lock, graph) == [last]
    assert lock.read_bytes() == LOCK[: LOCK.index(f"  {last}:\n".encode())]
