"""One function over the parts of a table, and what its runs report, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from apipack.tasks.engines import Task, map_tasks
from apipack.tasks.params import Engine

Row = dict[str, Any]


@dataclass
class Totals:
    """rows_in, rows: read and written. drops: rows of schema DROPS (or another), in the order of the tasks."""

    rows_in: int = 0
    rows: int = 0
    drops: list[Row] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def run_parts(
    function: Callable[..., Row], tasks: Sequence[Task], engine: Engine, what: str, sizes: Sequence[int] = ()
) -> Totals:
    """`map_tasks` of a function that returns the fields of `Totals`, those that it has."""
    totals = Totals()
    for part in map_tasks(function, tasks, engine, what, sizes):
        totals.rows_in += part.get("rows_in", 0)
        totals.rows += part.get("rows", 0)
        totals.drops += part.get("drops", ())
        totals.counts.update(part.get("counts", {}))
    return totals


def counted(rows_in: int, rows_out: int, reasons: Iterable[str]) -> dict[str, Any]:
    """The figures every data stage reports: rows in, rows out, drops by reason."""
    return {"rows_in": rows_in, "rows_out": rows_out, "drops": dict(sorted(Counter(reasons).items()))}
