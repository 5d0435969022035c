import pandas as pd
import pytest

from apipack.sweeps.gains import alike, by_api, gain_per_doubling, gain_rows, series, stops
from tests.sweeps.made import predictions, runs

LABELS = {"a": "size=10", "b": "size=20", "c": "size=40"}
SIZES = runs(LABELS, params__size=["10", "20", "40"])
RISING = {run: predictions({"tuned": share}) for run, share in (("a", 0.1), ("b", 0.3), ("c", 0.5))}


def test_the_gain_per_doubling_is_the_slope_over_log2() -> None:
    shares = by_api(list(RISING.values()), "request_match", 3, "0shot")
    assert shares["n"].tolist() == [6] * 5 + [5] * 2 and shares["2"].sum() == 20
    gain, interval = gain_per_doubling([10, 20, 40], shares)
    assert gain == pytest.approx(0.2) and interval and interval[0] < 0.2 < interval[1]


def test_where_all_apis_gain_the_same_there_is_no_interval() -> None:
    flat = by_api([RISING["a"]] * 3, "request_match", 3, "0shot")
    gain, interval = gain_per_doubling([10, 20, 40], flat)
    assert gain == pytest.approx(0) and interval is None
    (_, row) = gain_rows(series("size", LABELS, SIZES), dict.fromkeys(LABELS, RISING["a"]))
    assert row[-1] == "+0.000 no interval"


def test_what_a_grammar_holds_has_a_gain_of_its_own() -> None:
    both = {run: pd.concat([frame, frame.assign(model="tuned_constrained")]) for run, frame in RISING.items()}
    rows = list(gain_rows(series("size", LABELS, SIZES), both))
    assert [row[:5] for row in rows[1:]] == [
        ["tuned", "3", "0shot", "10", "40"],
        ["tuned_constrained", "3", "0shot", "10", "40"],
    ]


def test_runs_that_differ_in_more_than_the_axis_are_series_of_their_own() -> None:
    labels = {f"{run} {mix}": f"{label} {mix}" for run, label in LABELS.items() for mix in ("curl", "go")}
    sizes = [label.partition("=")[2].split()[0] for label in labels.values()]
    several = runs(labels, params__size=sizes, params__mix=["curl", "go"] * 3)
    found = series("size", labels, several)
    assert [(one.name, one.values) for one in found] == [
        ("size=10 curl", [10, 20, 40]),
        ("size=10 go", [10, 20, 40]),
    ]
    assert not series("size", labels, several.assign(**{"params.mix": [*"abcdef"]}))


def test_where_runs_ran_makes_no_other_series() -> None:
    elsewhere = {"params__workers": ["1", "2", "2"], "params__engine": ["local", "ray", "ray"]}
    (one,) = series("size", LABELS, runs(LABELS, params__size=["10", "20", "40"], **elsewhere))
    assert one.runs == ["a", "b", "c"] and one.name == ""
    assert len(alike(LABELS, runs(LABELS, **elsewhere))) == 1


def test_one_stops_where_no_larger_point_is_shown_to_be_better() -> None:
    level = {"a": RISING["a"], "b": RISING["c"], "c": predictions({"tuned": 0.525})}
    (sentence,) = stops("size", series("size", LABELS, SIZES), level)
    assert sentence.startswith("tuned, 0shot: one would stop at size=20, whose gain over size=10 is shown: +0.40 [")
    assert sentence.endswith("p <0.001 by Holm over 3 pairs that differ; no larger one shows a gain over it.")


def test_small_steps_that_add_up_are_a_gain() -> None:
    """No point is shown to be better than the one before it, and the largest is better than the smallest."""
    shares = zip(LABELS, (0.1, 0.2, 0.375), strict=True)
    slow = {run: predictions({"tuned": share}) for run, share in shares}
    (sentence,) = stops("size", series("size", LABELS, SIZES), slow)
    assert "at size=40, whose gain over size=10 is shown" in sentence and "more may help" in sentence


def test_where_no_gain_is_shown_it_says_so() -> None:
    (sentence,) = stops("size", series("size", LABELS, SIZES), dict.fromkeys(LABELS, RISING["a"]))
    assert (
        sentence
        == "tuned, 0shot: no gain is shown between size=10 and size=40 (p < 0.05 by Holm over 0 pairs that differ)."
    )
