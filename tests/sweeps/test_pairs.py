import pandas as pd

from apipack.evaluation.paired import HEAD
from apipack.sweeps.pairs import MOST_RUNS, between_runs, sections
from apipack.sweeps.results import EVERY, ModelRun
from tests.sweeps.made import predictions


def of(run: str, frame: pd.DataFrame) -> list[ModelRun]:
    return [ModelRun(run, str(model), own) for model, own in frame.groupby("model", sort=False)]


def test_languages_and_constrained_calls_stand_apart() -> None:
    """What another language gains is not hidden by what the anchor loses."""
    before = predictions({"tuned": 0.5, "tuned_constrained": 0.5}, languages=["curl", "go"])
    after = before.copy()
    own = (after["language"] == "go") & (after["model"] == "tuned") & (after["id"].astype(int) < 30)
    after.loc[own, "request_match"] = True
    section = between_runs([*of("curl", before), *of("curl mix", after)])
    names = ["run", "against", "model", "language"]
    assert section.rows[0] == [*names, *HEAD] and "Every row: setting 0shot, level 3." in section.text
    assert [row[:7] for row in section.rows[1:]] == [
        ["curl mix", "curl", "tuned", "curl", "40", "0", "0"],
        ["curl mix", "curl", "tuned", "go", "40", "10", "0"],
        ["curl mix", "curl", "tuned_constrained", "curl", "40", "0", "0"],
        ["curl mix", "curl", "tuned_constrained", "go", "40", "0", "0"],
    ]
    assert section.rows[2][-1] == "0.002"  # 2 / 2^10, and the three other rows differ in no test


def test_levels_stand_apart_where_the_table_stays_short() -> None:
    frame = pd.concat([predictions({"tuned": 0.5}), predictions({"tuned": 0.5}).assign(level=1)])
    few = between_runs([*of("a", frame), *of("b", frame)])
    assert few.rows[0][3] == "level" and len(few.rows) == 3
    many = between_runs([one for run in "abcdefghij" for one in of(run, frame)])
    assert len(many.rows) == 1 + 45 and many.text.startswith("All levels together.") and "level" not in many.rows[0]


def test_of_many_runs_each_is_compared_with_the_first_and_it_says_so() -> None:
    frame = predictions({"tuned": 0.5}, tests=8)
    labels = [f"run {n}" for n in range(MOST_RUNS + 2)]
    section = between_runs([one for run in labels for one in of(run, frame)])
    assert {row[1] for row in section.rows[1:]} == {"run 0"} and len(section.rows) == 1 + MOST_RUNS + 1
    assert "Of 14 runs each is compared with the first alone." in section.text


def test_models_and_settings_are_compared_before_and_after_tuning() -> None:
    none, some = predictions({"tuned": 0.2, "base": 0}), predictions({"tuned": 0.6, "base": 0.1}, ["retrieved_3shot"])
    models, settings = sections(of(EVERY, pd.concat([none, some])))
    assert models.title.startswith("Models") and settings.title.startswith("Settings")
    assert [row[:6] for row in models.rows[1:]] == [
        ["tuned", "base", "0shot", "40", "8", "0"],
        ["tuned", "base", "retrieved_3shot", "40", "20", "0"],
    ]
    assert [row[:5] for row in settings.rows[1:]] == [
        ["tuned", "0shot", "40", "16", "0"],
        ["base", "0shot", "40", "4", "0"],
    ]
    assert "Every row: setting retrieved_3shot." in settings.text and "against" in settings.rows[0]
