"""The files of tasks through a storage, a folder here: what is sent, what comes back, and what is refused."""

from pathlib import Path

import pytest

from apipack.tasks.storage import Storage, StorageError


def doubled(files: list[str], out: list[str], times: int) -> dict[str, int]:
    for source, target in zip(files, out, strict=True):
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_text(Path(source).read_text() * times)
    return {"files": len(files)}


def test_a_task_reads_and_writes_through_the_storage(tmp_path: Path) -> None:
    names = ("a/part.parquet", "b/part.parquet")
    for name in names:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name)
    task = {"files": [str(tmp_path / name) for name in names], "out": [str(tmp_path / "out" / n) for n in names]}
    storage = Storage(f"file://{tmp_path}/storage")
    sent = storage.sent([task | {"times": 2}])
    assert not any(str(tmp_path) in file for file in sent[0]["files"])
    done = storage.run(doubled, sent[0])
    assert done["value"] == {"files": 2} and not (tmp_path / "out").exists()
    storage.receive(task, done["written"])
    assert [(tmp_path / "out" / name).read_text() for name in names] == [name * 2 for name in names]


def test_damaged_and_lost_objects_are_one_line_and_leave_no_file(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("whole")
    storage = Storage(f"file://{tmp_path}/storage")
    [task] = storage.sent([{"file": str(tmp_path / "in")}])
    target = {"out": str(tmp_path / "out")}
    (tmp_path / "storage" / task["file"].split("/")[0]).write_text("other")
    with pytest.raises(StorageError, match="another content"):
        storage.receive(target, [task["file"]])
    with pytest.raises(StorageError, match="FileNotFoundError"):
        storage.receive(target, ["0" * 64 + "/lost"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "storage"]


def test_a_scheme_that_nobody_knows_is_one_line() -> None:
    with pytest.raises(StorageError, match="ray.storage nowhere://bucket: ValueError: "):
        Storage("nowhere://bucket")
