import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from apipack.errors import UserError
from apipack.io import (
    cache_folder,
    fresh_folder,
    read_metrics,
    read_table,
    rows_table,
    write_json,
    write_metrics,
    write_table,
)
from apipack.languages.schemas import CALLS


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    rows = [{"id": str(i), "language": "curl", "call": "x" * i} for i in range(500)]
    write_table(tmp_path / "a.parquet", rows_table(rows, CALLS))
    chunked = pa.concat_tables([rows_table(rows[:7], CALLS), rows_table(rows[7:], CALLS)])
    write_table(tmp_path / "b.parquet", chunked)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert read_table(tmp_path / "a.parquet").to_pylist() == rows


def test_costs_are_joined_to_the_results_of_their_own_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figures = {
        "rows": 3,
        "loss": 0.1 + 0.2,
        "hubs": {"one": {"items": 2, "seconds": 4.5}},
        "seconds": 9.25,
        "joules": 1.5,
    }
    write_metrics("finetune", figures)
    assert read_metrics("finetune") == figures
    results = Path("metrics/finetune.json")
    another = json.loads(results.read_text()) | {"loss": 0.4}
    assert another == {"rows": 3, "loss": 0.4, "hubs": {"one": {"items": 2}}}
    results.write_text(json.dumps(another))  # as DVC checks another run out
    assert read_metrics("finetune") == another
    Path("metrics/costs/finetune.json").unlink()
    assert read_metrics("finetune") == another
    write_json("metrics/accuracy.json", {"request_match": 0.25})
    write_metrics("evaluate", {"tests": 36, "seconds": 9.25})
    assert read_metrics("evaluate") == {"tests": 36, "seconds": 9.25}
    write_json("metrics/accuracy.json", {"request_match": 0.5})  # of another model on as many tests
    assert read_metrics("evaluate") == {"tests": 36}


def test_a_failed_block_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with fresh_folder(target) as folder:
        (folder / "one").write_text("1")
    with pytest.raises(RuntimeError), fresh_folder(target) as folder:
        (folder / "two").write_text("2")
        raise RuntimeError
    assert [path.name for path in target.iterdir()] == ["one"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_link_to_a_folder_of_another_disk_stays_one(tmp_path: Path) -> None:
    (tmp_path / "disk/real").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "disk/real")
    for name in ("one", "two"):
        with fresh_folder(tmp_path / "out") as folder:
            (folder / name).write_text("1")
    assert (tmp_path / "out").is_symlink() and [path.name for path in (tmp_path / "disk/real").iterdir()] == ["two"]
    assert {path.name for path in (*tmp_path.iterdir(), *(tmp_path / "disk").iterdir())} == {"out", "disk", "real"}


def test_kill_9_in_a_block_leaves_nothing_under_the_real_name(tmp_path: Path) -> None:
    code = (
        "import os, sys, signal; from pathlib import Path; from apipack.io import fresh_folder\n"
        "with fresh_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'half').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = {**os.environ, "PYTHONPATH": "src"}
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "out")], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    with fresh_folder(tmp_path / "out") as folder:
        (folder / "whole").write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]  # the half folder is swept up


@pytest.mark.parametrize(
    ("event", "number", "left", "then"),
    [
        ("os.rename", 1, ["old 1", "old 2"], ["old 1", "old 2"]),
        ("os.rename", 2, [], ["old 1", "old 2"]),  # between the two renames: the next call puts it back
        ("shutil.rmtree", 1, ["new"], ["new"]),
    ],
)
def test_kill_9_while_one_folder_replaces_another(
    tmp_path: Path, event: str, number: int, left: list[str], then: list[str]
) -> None:
    out = tmp_path / "out"
    with fresh_folder(out) as folder:
        for name in ("old 1", "old 2"):
            (folder / name).write_text(name)
    code = (
        "import os, sys, signal; from pathlib import Path; from apipack.io import fresh_folder\n"
        "seen = []\n"
        "def hook(event, _):\n"
        "    if event == sys.argv[2]:\n"
        "        seen.append(event)\n"
        "        len(seen) == int(sys.argv[3]) and os.kill(os.getpid(), signal.SIGKILL)\n"
        "with fresh_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'new').write_text('x'); sys.addaudithook(hook)\n"
    )
    env = {**os.environ, "PYTHONPATH": "src"}
    done = subprocess.run([sys.executable, "-c", code, str(out), event, str(number)], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    assert sorted(path.name for path in out.glob("*")) == left
    with pytest.raises(RuntimeError), fresh_folder(out):
        raise RuntimeError
    assert sorted(path.name for path in out.iterdir()) == then
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_missing_input_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="dvc repro"):
        read_table(tmp_path / "none.parquet")


def test_json_is_replaced_whole(tmp_path: Path) -> None:
    write_json(tmp_path / "m.json", {"b": 1, "a": "é"})
    assert (tmp_path / "m.json").read_text(encoding="utf-8") == '{\n  "b": 1,\n  "a": "é"\n}\n'
    with pytest.raises(TypeError):
        write_json(tmp_path / "m.json", {"b": object()})
    assert [path.name for path in tmp_path.iterdir()] == ["m.json"]


def test_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("APIPACK_CACHE", raising=False)
    assert cache_folder() == tmp_path / "apipack"
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"


def test_a_user_without_a_home_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "APIPACK_CACHE", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    with pytest.raises(UserError, match="APIPACK_CACHE"):
        cache_folder()
    monkeypatch.setenv("APIPACK_CACHE", "~nobody-of-this-name/cache")
    with pytest.raises(UserError, match="APIPACK_CACHE"):
        cache_folder()
