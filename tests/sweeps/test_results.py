import numpy as np
import pandas as pd
import pytest

from apipack.evaluation.figures import cells
from apipack.sweeps.grid import Grid
from apipack.sweeps.report import curves, lines, sections
from apipack.sweeps.results import between_seeds, by_api, gain_per_doubling, pairs, table


def predictions(share: float, tests: int = 40) -> pd.DataFrame:
    """Eight APIs; the same tests, of which the first ones are right."""
    rows = [
        {"model": model, "id": str(n), "api": str(n % 8), "level": 3, "setting": "0shot", "language": "curl"}
        | {"request_match": model == "tuned" and n < share * tests}
        for model in ("tuned", "base")
        for n in range(tests)
    ]
    return pd.DataFrame(rows)


RUNS = {"a": predictions(0.1), "b": predictions(0.3), "c": predictions(0.5)}
LABELS = {"a": "size=10", "b": "size=20", "c": "size=40"}
CELLS = {
    name: cells({f"tuned.level3.0shot.request_match{bound}": share for bound in ("", "_low", "_high")})
    for name, share in (("a", 0.1), ("b", 0.3), ("c", 0.5))
}


def test_the_gain_per_doubling_is_the_slope_over_log2() -> None:
    shares = by_api(list(RUNS.values()), "request_match", 3, "0shot")
    assert shares["n"].tolist() == [5] * 8 and shares["2"].sum() == 20
    gain, low, high = gain_per_doubling([10, 20, 40], shares)
    assert gain == pytest.approx(0.2) and low <= 0.201 and high >= 0.199
    flat = gain_per_doubling([10, 20, 40], by_api([RUNS["a"]] * 3, "request_match", 3, "0shot"))
    assert flat == pytest.approx((0, 0, 0))


def test_what_a_grammar_holds_is_a_setting_of_its_own() -> None:
    free, held = predictions(0.1), predictions(0.5).replace({"model": {"tuned": "tuned_constrained"}})
    both = pd.concat([free, held[held["model"] == "tuned_constrained"]])
    assert by_api([both], "request_match", 3, "0shot, constrained")["0"].sum() == 20
    names = {f"tuned_constrained.level3.spec.request_match{bound}": 0.5 for bound in ("", "_low", "_high")}
    assert table({"a": "size=10"}, {"a": cells(names)})[0] == ["run", "level 3 spec, constrained"]


def test_a_table_and_every_pair() -> None:
    assert table(LABELS, CELLS)[:2] == [["run", "level 3 0shot"], ["size=10", "0.10 [0.10, 0.10]"]]
    rows = pairs(LABELS, RUNS, seed=0)
    assert [row[:2] for row in rows[1:]] == [["size=20", "size=10"], ["size=40", "size=10"], ["size=40", "size=20"]]
    assert rows[2][2:5] == ["40", "16", "0"] and float(rows[2][6]) < 0.001


def test_seeds_have_a_spread_of_their_own() -> None:
    mean, half = between_seeds([0.2, 0.4])
    assert mean == pytest.approx(0.3) and half == pytest.approx(12.706 * np.std([0.2, 0.4], ddof=1) / 2**0.5, rel=1e-3)
    assert between_seeds([0.2]) == (0.2, 0)


def test_the_report_of_a_sweep_has_all_of_it() -> None:
    runs = pd.DataFrame(
        {"params.size": ["10", "20", "40"], "params.seed": "0", "metrics.train.flops": [5.0, 10.0, 20.0]}
        | {"metrics.request_match": [0.1, 0.3, 0.5]},
        index=list(LABELS),
    )
    grid = Grid(question="Does it help?", axis="size")
    told = sections(grid, LABELS, runs, CELLS, RUNS)
    text = "\n".join(lines(grid.question, told))
    assert text.startswith("Does it help?") and "size=40  0.50 [0.50, 0.50]" in text
    assert "+0.200 [" in text and "train.flops per instance" in text and "Between seeds" not in text
    over_size, over_cost = curves(grid, LABELS, runs, CELLS)
    assert over_size.picture and over_cost.picture and "CodeLlama-13B" in over_size.text  # beside the paper's
    seeds = runs.assign(**{"params.size": "10", "params.seed": ["0", "1", "2"]}).drop(columns="metrics.train.flops")
    text = "\n".join(lines("Does it?", sections(Grid(question="Does it?"), LABELS, seeds, CELLS, RUNS)))
    assert "0.300 ± 0.497" in text and "Gain" not in text and "Cost" not in text


def test_runs_that_differ_in_more_than_the_axis_have_gains_of_their_own() -> None:
    labels = {f"{run} {mix}": f"{label} {mix}" for run, label in LABELS.items() for mix in ("curl", "go")}
    copies = {name: RUNS[name.split()[0]] for name in labels}
    cells = {name: CELLS[name.split()[0]] for name in labels}
    sizes = [label.partition("=")[2].split()[0] for label in labels.values()]
    mixes = [name.split()[1] for name in labels]
    runs = pd.DataFrame({"params.size": sizes, "params.seed": "0", "params.mix": mixes}, index=list(labels))
    runs["metrics.request_match"] = 0.5
    told = sections(Grid(question="", axis="size"), labels, runs, cells, copies)
    (gains,) = (section.rows for section in told if section.title.startswith("Gain"))
    assert [(row[0], *row[3:5]) for row in gains] == [
        ("from run", "from", "to"),
        ("size=10 curl", "10", "40"),
        ("size=10 go", "10", "40"),
    ]
    apart = runs.assign(**{"params.mix": [*"abcdef"]})
    assert not any(
        s.title.startswith("Gain") for s in sections(Grid(question="", axis="size"), labels, apart, cells, copies)
    )
