from pathlib import Path

import pytest
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import ParseError, load_yaml
from voluptuous import Invalid

from apipack.cli.lockfile import mend

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
