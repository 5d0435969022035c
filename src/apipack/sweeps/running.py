"""Run what is missing of a sweep, and tell how far it is: by DVC's queue, or one after another in this working tree."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from apipack.errors import UserError
from apipack.evaluation.run_names import commit, committed_params
from apipack.evaluation.tracking import finished_runs
from apipack.io import write_text
from apipack.section import read
from apipack.sweeps import queueing
from apipack.sweeps.grid import Point

POLL = 20.0
"""Seconds between two looks at the runs; DVC's queue is asked every sixth time, since its command takes seconds."""
SAVED = Path(".dvc/tmp")
LOCK = SAVED / "sweep.lock"
REPLACED = SAVED / "params-before-sweep.yaml"
Say = Callable[[str], None]


def finished(experiment: str, points: Sequence[Point]) -> dict[str, pd.Series]:
    """Name of a point → its latest finished run, of `tracking.finished_runs`, in the order of the points. A point is
    finished when MLflow has such a run, whatever DVC keeps: the tables need no more, and a server can have it from
    another clone."""
    runs = finished_runs(experiment)
    if runs.empty:
        return {}
    latest = runs.sort_values("start_time").drop_duplicates("tags.dvc.experiment", keep="last")
    by_name = {str(run["tags.dvc.experiment"]): run for _, run in latest.iterrows()}
    return {point.name: by_name[point.name] for point in points if point.name in by_name}


def missing(experiment: str, points: Sequence[Point]) -> list[Point]:
    """The points that are not finished. What DVC keeps of such a name, whose run MLflow lacks, is forgotten."""
    done = finished(experiment, points)
    lacking = [point for point in points if point.name not in done]
    kept = queueing.finished() if lacking else set()
    for point in lacking:
        if point.name in kept:
            queueing.forget(point.name)
    return lacking


def by_queue(experiment: str, points: Sequence[Point], jobs: int, say: Say) -> list[str]:
    """Queue what is missing, start workers, and wait until none of the points is queued or running; the names of those
    that failed, with a reason."""
    with working_tree() as free:
        if free and _saved().exists():  # by a run in this working tree that was killed
            with params_put_back(say):
                pass
    lacking = missing(experiment, points)
    if not lacking:
        return []
    queued = queueing.enqueue(lacking)
    say(f"{len(points)} experiments, {len(queued)} queued now; a worker goes on when this command is stopped")
    queueing.start(jobs)
    told: set[str] = set()
    look = 0
    while True:
        look += 1
        done = finished(experiment, points)
        for point in points:
            if point.name in done and point.name not in told:
                told.add(point.name)
                say(f"{len(told)} of {len(points)}: {point.label}")
        if len(told) == len(points):
            return []
        lacking = [point for point in points if point.name not in told]
        if look % 6 == 0:
            queue = queueing.status()
            waiting = [at for at in lacking if queue.has(at.name, "Queued") or queue.has(at.name, "Running")]
            if not waiting:
                return [f"{point.label}: {queueing.logs(point.name)}" for point in lacking]
            if not queue.workers:  # killed: what it ran is queued again
                queueing.enqueue(waiting)
                queueing.start(jobs)
            say(f"{len(told)} of {len(points)} done, {len(waiting)} queued or running")
        time.sleep(POLL)


def here(experiment: str, points: Sequence[Point], say: Say) -> list[str]:
    """Run what is missing one after another in this working tree; the labels of those that failed. params.yaml is put
    back before each and at the end, also after a kill when this is called again. Raises `UserError` where another such
    run is alive."""
    failed: list[str] = []
    with working_tree() as free:
        if not free:
            raise UserError("another `apipack sweep --here` runs in this working tree")
        lacking = missing(experiment, points)
        for at, point in enumerate(lacking, len(points) - len(lacking) + 1):
            say(f"{at} of {len(points)}: {point.label}")
            with params_put_back(say):
                failed += [] if queueing.run_here(point) else [point.label]
    return failed


@contextmanager
def working_tree() -> Iterator[bool]:
    """Whether no other process runs a sweep in this working tree, and none will until the end; a kill frees it."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def params_put_back(say: Say, params: Path = Path("params.yaml")) -> Iterator[None]:
    """Keep `params` beside, and put it back at the end, also that of an interrupt. What a run that was killed kept is
    put back by the next one on the same commit. What it replaces then, the killed run's overrides or an edit since, is
    kept as `REPLACED`, and a line says so. On another commit it is dropped where `params` is that commit's; else raises
    `UserError`, since its values may be the killed run's."""
    saved, current = _saved(), params.read_text(encoding="utf-8")
    for kept in SAVED.glob("sweep-params-*.yaml"):
        if kept != saved:
            if current != kept.read_text(encoding="utf-8") and read(params) != committed_params():
                raise UserError(
                    f"{params} is not the last commit's, and a run was killed on another one: "
                    f"`git checkout HEAD -- {params}`, or delete {kept} to go on with what it says"
                )
            kept.unlink()
    if not saved.exists():
        write_text(saved, current)
    original = saved.read_text(encoding="utf-8")
    if current != original:
        write_text(REPLACED, current)
        say(f"{params} is again what it was before the run that was killed; what it said is in {REPLACED}")
        write_text(params, original)
    try:
        yield
    finally:
        if params.read_text(encoding="utf-8") != original:
            write_text(params, original)
        saved.unlink()


def _saved() -> Path:
    return SAVED / f"sweep-params-{commit()}.yaml"
