import numpy as np
import pandas as pd
import pytest

from apipack.evaluation.html_report import Section
from apipack.evaluation.paired import HEAD
from apipack.sweeps.grid import Grid
from apipack.sweeps.pictures import pictures
from apipack.sweeps.report import LONGEST_NOTE, MOST_LINES, between_seeds, lines, note, sections
from apipack.sweeps.results import model_runs
from tests.sweeps.made import predictions, runs

LABELS = {"a": "size=10", "b": "size=20", "c": "size=40"}
RUNS = {run: predictions({"tuned": share, "base": 0.1}) for run, share in (("a", 0.1), ("b", 0.3), ("c", 0.5))}
GRID = Grid(question="Does it help?", axis="size")


def told(frame: pd.DataFrame, grid: Grid = GRID) -> str:
    models = model_runs(LABELS, frame, RUNS)
    return "\n".join(lines(grid.question, sections(grid, LABELS, frame, models, RUNS), "page.html"))


def test_the_report_of_a_sweep_answers_its_question() -> None:
    flops: list[object] = [5.0, 10.0, float("nan")]
    frame = runs(LABELS, params__size=["10", "20", "40"], **{"metrics__train.flops": flops})
    text = told(frame)
    assert text.startswith("Does it help?") and "run        model  level 3 0shot (n=40)" in text
    assert "size=40    tuned  0.50 [" in text and "every run  base   0.10 [" in text
    assert "tuned, 0shot: one would stop at size=40, whose gain over size=20 is shown" in text
    assert "+0.200 [" in text and "train.flops per instance" in text and "nan" not in text
    assert "Between seeds" not in text


def test_runs_of_several_seeds_have_their_mean() -> None:
    frame = runs(LABELS, params__seed=["0", "1", "2"], metrics__request_match=[0.1, 0.3, 0.5])
    text = told(frame, Grid(question="Does it?"))
    assert "0.300 ± 0.497" in text and "Gain" not in text and "Cost" not in text and "stop" not in text


def test_seeds_have_a_spread_of_their_own() -> None:
    mean, half = between_seeds([0.2, 0.4])
    assert mean == pytest.approx(0.3) and half == pytest.approx(12.706 * np.std([0.2, 0.4], ddof=1) / 2**0.5, rel=1e-3)
    assert between_seeds([0.2]) == (0.2, 0)


def test_a_terminal_gets_the_pairs_of_least_p_and_a_line_on_the_others() -> None:
    rows = [["run", *HEAD], *([str(n), "9", "1", "0", "", f"{1 - n / 100:.3f}"] for n in range(MOST_LINES + 3))]
    text = lines(
        "?", [Section("one", "Said once.", rows=rows), Section("two", "Said once.", rows=rows[:2])], "page.html"
    )
    assert text[-1].startswith("0 ") and text.count("Said once.") == 1
    shown = [line.split()[0] for line in text[5 : 5 + MOST_LINES]]
    assert shown == [str(n) for n in range(3, MOST_LINES + 3)]
    assert text[5 + MOST_LINES] == "3 more, of larger p: page.html"


def test_the_note_for_mlflow_is_whole_tables_that_fit() -> None:
    small = Section("small", rows=[["run"], ["a"]])
    large = Section("large", rows=[["run"], ["b" * LONGEST_NOTE]])
    assert note("Why?", [small, large]) == "Why?\n\nsmall\n\n| run |\n| --- |\n| a |"


@pytest.mark.heavy
def test_a_sweep_has_curves_over_its_axis_and_its_costs_and_matrices() -> None:
    costs: dict[str, list[object]] = {f"metrics__train.{name}": [5, 10, 20] for name in ("tokens", "seconds")}
    frame = runs(LABELS, params__size=["10", "20", "40"], **costs)
    made = pictures(GRID, LABELS, frame, model_runs(LABELS, frame, RUNS), RUNS)
    assert [section.title for section in made] == [
        *(f"Request match over {axis}" for axis in ("size", "train.tokens", "train.seconds")),
    ]
    assert "CodeLlama-13B" in made[0].text and all(section.picture for section in made)
    wide = {run: predictions({"tuned": 0.5}, ["0shot", "spec"], ["curl", "go"]) for run in LABELS}
    made = pictures(Grid(question="?"), LABELS, frame, model_runs(LABELS, frame, wide), wide)
    titles = [section.title for section in made]
    assert titles[-3:] == [
        *(f"Request match by language, {setting}" for setting in ("0shot", "spec")),
        "Request match by model and setting",
    ]
