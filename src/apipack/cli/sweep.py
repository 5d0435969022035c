"""`apipack sweep`: a grid of experiments/, queued and run by DVC, and its table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from apipack.cli.output import EXPERIMENTS, fail
from apipack.errors import UserError

if TYPE_CHECKING:
    from apipack.sweeps.grid import Grid, Point

app = typer.Typer()


@app.command(rich_help_panel=EXPERIMENTS, epilog="Example: apipack sweep scaling-small")
def sweep(
    name: Annotated[str | None, typer.Argument(help="a file of experiments/ without its ending")] = None,
    status: Annotated[bool, typer.Option("--status", help="how far it is, and nothing more")] = False,
    table: Annotated[bool, typer.Option("--table", help="the table of what is finished, and nothing more")] = False,
    here: Annotated[
        bool, typer.Option("--here", help="one after another in this working tree, whose trainings survive a kill")
    ] = False,
    jobs: Annotated[int, typer.Option(help="workers of DVC's queue", min=1)] = 1,
) -> None:
    """Run the experiments of a grid that are not finished, and print their tables: accuracy with intervals, runs,
    models and settings on the same tests, and where one would stop.

    Without a name it lists the grids. Typed again after a kill it goes on with what is missing. Exit code 1 where an
    experiment failed.
    """
    from apipack.sweeps import grid as grids
    from apipack.sweeps import running

    try:
        if name is None:
            if not (names := grids.names()):
                fail(f"{grids.FOLDER} has no sweeps; run from the repository's root", 2)
            print("\n".join(f"{other:<24}{grids.load(other).question}" for other in names))
            return
        grid = grids.load(name)
        points = grids.points(name, grid)
        failed: list[str] = []
        if status:
            _print_status(name, points)
            return
        if not table:
            failed = running.here(name, points, _say) if here else running.by_queue(name, points, jobs, _say)
        _print_table(name, grid, points)
    except (UserError, OSError) as error:
        fail(str(error), 2)
    if failed:
        fail(f"{len(failed)} of {len(points)} failed: {'; '.join(failed)}", 1)


def _say(text: str) -> None:
    print(f"sweep: {text}", file=sys.stderr, flush=True)


def _print_status(name: str, points: Sequence[Point]) -> None:
    from apipack.sweeps import queueing
    from apipack.sweeps.running import finished

    done, queue = finished(name, points), queueing.status()
    for point in points:
        states = [state for state in ("Running", "Queued", "Failed") if queue.has(point.name, state)]
        print(f"{'done' if point.name in done else (states or ['missing'])[0].lower():<10}{point.label}")
    print(f"{len(done)} of {len(points)} done, {queue.workers} workers", file=sys.stderr)


def _print_table(name: str, grid: Grid, points: Sequence[Point]) -> None:
    import pandas as pd

    from apipack.evaluation.html_report import page, write_pictures
    from apipack.evaluation.tracking import log_parent, predictions_of
    from apipack.io import METRICS, fresh_folder, write_text
    from apipack.sweeps.pictures import pictures
    from apipack.sweeps.report import lines, note, sections
    from apipack.sweeps.results import model_runs
    from apipack.sweeps.running import finished

    runs = finished(name, points)
    if not runs:
        fail(f"no experiment of {name} is finished: apipack sweep {name}", 2)
    labels = {str(run["run_id"]): point.label for point in points if (run := runs.get(point.name)) is not None}
    frame = pd.DataFrame(list(runs.values())).set_index("run_id")
    predictions = {run_id: predictions_of(run_id) for run_id in labels}
    models = model_runs(labels, frame, predictions)
    told = sections(grid, labels, frame, models, predictions)
    shown = pictures(grid, labels, frame, models, predictions)
    file = METRICS / "sweeps" / f"{name}.html"
    print("\n".join(lines(grid.question, told, str(file))))
    write_text(file, page(grid.question, [*shown, *told]))
    with fresh_folder(file.with_suffix("")) as folder:
        write_pictures(shown, folder)
    print(f"sweep: {file} has the pictures", file=sys.stderr)
    log_parent(name, name, labels, grid.axis, note(grid.question, told))
