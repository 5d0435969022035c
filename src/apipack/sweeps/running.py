"""Run what is missing of a sweep, and tell how far it is: by DVC's queue, or one after another in this working tree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from apipack.evaluation.run_names import commit
from apipack.evaluation.tracking import finished_runs
from apipack.io import write_text
from apipack.sweeps import queueing
from apipack.sweeps.grid import Point

POLL = 20.0
"""Seconds between two looks at the runs; DVC's queue is asked every sixth time, since its command takes seconds."""
SAVED = Path(".dvc/tmp")
Say = Callable[[str], None]


def runs_of(experiment: str, points: Sequence[Point]) -> dict[str, pd.Series]:
    """Name of a point → its latest finished run, of `tracking.finished_runs`, in the order of the points."""
    runs = finished_runs(experiment)
    if runs.empty:
        return {}
    latest = runs.sort_values("start_time").drop_duplicates("tags.dvc.experiment", keep="last")
    by_name = {str(run["tags.dvc.experiment"]): run for _, run in latest.iterrows()}
    return {point.name: by_name[point.name] for point in points if point.name in by_name}


def missing(experiment: str, points: Sequence[Point]) -> list[Point]:
    """The points that have no finished run. What DVC keeps of such a name, whose run MLflow lacks, is forgotten."""
    done = runs_of(experiment, points)
    kept = queueing.finished()
    lacking = [point for point in points if not {point.name} <= done.keys() & kept]
    for point in lacking:
        if point.name in kept:
            queueing.forget(point.name)
    return lacking


def by_queue(experiment: str, points: Sequence[Point], jobs: int, say: Say) -> list[str]:
    """Queue what is missing, start workers, and wait until none of the points is queued or running; the names of those
    that failed, with a reason."""
    queued = queueing.enqueue(missing(experiment, points))
    say(f"{len(points)} experiments, {len(queued)} queued now; a worker goes on when this command is stopped")
    queueing.start(jobs)
    told: set[str] = set()
    look = 0
    while True:
        look += 1
        done = runs_of(experiment, points)
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
    back before each and at the end, also after a kill when this is called again."""
    failed: list[str] = []
    lacking = missing(experiment, points)
    for at, point in enumerate(lacking, len(points) - len(lacking) + 1):
        say(f"{at} of {len(points)}: {point.label}")
        with params_put_back():
            failed += [] if queueing.run_here(point) else [point.label]
    return failed


@contextmanager
def params_put_back(params: Path = Path("params.yaml")) -> Iterator[None]:
    """Keep `params` beside, and put it back at the end, also that of an interrupt. What a run that was killed kept is
    put back by the next one on the same commit, and dropped on another."""
    saved = SAVED / f"sweep-params-{commit()}.yaml"
    for kept in SAVED.glob("sweep-params-*.yaml"):
        if kept != saved:
            kept.unlink()
    if not saved.exists():
        write_text(saved, params.read_text(encoding="utf-8"))
    original = saved.read_text(encoding="utf-8")
    write_text(params, original)
    try:
        yield
    finally:
        write_text(params, original)
        saved.unlink()
