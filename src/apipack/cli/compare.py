"""`apipack compare`: MLflow's finished runs as tables, and two of them on the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from apipack.cli.output import EXPERIMENTS, fail
from apipack.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer()


@app.command(rich_help_panel=EXPERIMENTS, epilog="Example: apipack compare --experiment scaling-small")
def compare(
    run: Annotated[
        list[str] | None, typer.Argument(help="two runs on the same tests: MLflow's names or ids, or DVC's names")
    ] = None,
    experiment: Annotated[
        str | None, typer.Option(help="of MLflow; that of params.yaml by default, and a grid's name for its runs")
    ] = None,
    metric: Annotated[
        str, typer.Option(help="request_match, endpoint_match, call_match, pass_rate, …")
    ] = "request_match",
    level: Annotated[int, typer.Option(help="the level of the paper's figures: 1, 2 or 3", min=1, max=3)] = 3,
) -> None:
    """Print MLflow's finished runs as tables: accuracy by size, by language and mix, and the paper's call match.

    With two runs: what the second wins and loses against the first on the tests that both have.
    """
    from apipack.evaluation.tracking import experiments, finished_runs
    from apipack.params import load as load_params
    from apipack.sweeps.grid import names

    try:
        name = experiment or load_params().report.experiment
        runs = finished_runs(name)
        if runs.empty:
            others = ", ".join(other for other in experiments() if other != name)
            if experiment and experiment != load_params().report.experiment and experiment not in names():
                fail(f"there is no experiment {name}; there are {others or 'none'}", 2)
            having = f"; runs are in {others}" if others else ""
            fail(f"the experiment {name} has no finished run: `{_maker(name)}` makes one{having}", 2)
        if run:
            _print_pair(runs, run, metric)
        else:
            _print_all(runs, metric, level)
    except UserError as error:
        fail(str(error), 2)


def _maker(name: str) -> str:
    """What logs runs to an experiment."""
    from apipack.sweeps.grid import names

    return f"apipack sweep {name}" if name in names() else "dvc repro"


def _print_all(runs: pd.DataFrame, metric: str, level: int) -> None:
    from apipack.evaluation import comparing
    from apipack.evaluation.accuracy import METRICS
    from apipack.evaluation.reporting import markdown
    from apipack.evaluation.tracking import accuracies

    tables = accuracies(runs)
    having = [name for name in METRICS if any(name in cells for cells in tables.values())]
    if metric not in having:
        more = f"; there are {', '.join(having)}" if having else ": `dvc repro` makes one"
        fail(f"no finished run has {metric}{more}", 2)
    print(f"## {metric} by size\n\n{markdown(comparing.by_size(runs, tables, metric))}\n")
    print(f"## {metric} of the tuned model by language\n\n{markdown(comparing.by_language(runs, tables, metric))}\n")
    print(f"## The paper's CodeLlama-13B, level {level}, API-call match\n\n{markdown(comparing.paper(level))}")


def _print_pair(runs: pd.DataFrame, words: list[str], metric: str) -> None:
    from apipack.evaluation.accuracy import SHARES
    from apipack.evaluation.comparing import run_id
    from apipack.evaluation.paired import METHOD
    from apipack.evaluation.pairing import of_two, without_constants
    from apipack.evaluation.summary import aligned
    from apipack.evaluation.tracking import predictions_of

    if len(words) != 2:
        fail("give two runs, or none for all", 2)
    if metric not in SHARES:
        fail(f"{metric} is no share of tests that two runs can win or lose; there are {', '.join(SHARES)}", 2)
    first, second = (predictions_of(run_id(runs, word)) for word in words)
    if lacking := [word for word, frame in zip(words, (first, second), strict=True) if SHARES[metric] not in frame]:
        fail(f"{lacking[0]} has no {metric}", 2)
    table = of_two(first, second, metric, seed=0)
    if len(table) < 2:
        fail(f"{words[0]} and {words[1]} have no test of one model in common", 2)
    shown, constants = without_constants(table, ["setting", "language", "level"])
    print("\n".join([f"{metric} of {words[1]} against {words[0]}.", *([constants] if constants else []), METHOD, ""]))
    print("\n".join(aligned(shown)))
