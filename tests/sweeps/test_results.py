import pandas as pd

from apipack.records import LANGUAGES
from apipack.sweeps.results import EVERY, ModelRun, model_runs, share_tables, told_of_every
from tests.sweeps.made import predictions, runs

LABELS = {"a": "curl", "b": "go"}
SHARES = {"tuned": 0.5, "tuned_constrained": 0.6, "base": 0.1, "base_constrained": 0.3, "copy": 0, "gpt-4": 0.9}


def models_of(first: pd.DataFrame, second: pd.DataFrame, **columns: list[str]) -> list[ModelRun]:
    mixes = {"params__mix": ["curl", "go"]} | columns
    return model_runs(LABELS, runs(LABELS, **mixes), {"a": first, "b": second})


def test_what_is_the_same_in_every_run_is_told_once() -> None:
    models = models_of(predictions(SHARES), predictions(SHARES))
    assert [(one.run, one.model) for one in models] == [
        *(("curl", "tuned"), ("curl", "tuned_constrained"), ("go", "tuned"), ("go", "tuned_constrained")),
        *((EVERY, "base"), (EVERY, "base_constrained"), (EVERY, "gpt-4")),
    ]  # copy had nothing to copy
    assert told_of_every(models) == "Rows of `every run` are the same in each: base, base_constrained, gpt-4."


def test_another_model_or_another_verdict_is_a_row_of_its_own() -> None:
    other = models_of(predictions(SHARES), predictions(SHARES), params__finetune__model=["embedded", "x"])
    assert ("go", "base") in [(one.run, one.model) for one in other]  # though it wrote the same
    varied = models_of(predictions({"base": 0.1}), predictions({"base": 0.2}))
    assert [one.run for one in varied] == ["curl", "go"] and not told_of_every(varied)


def test_a_model_with_other_tests_is_a_row_of_its_own() -> None:
    """`values`: the same model is asked with values and without, of other operations."""
    first = predictions({"base": 0.1})
    second = first.assign(id=first["id"] + " without values")
    assert [(one.run, len(one.predictions)) for one in models_of(first, second)] == [("curl", 40), ("go", 40)]


def test_one_tuned_model_in_runs_of_several_settings_is_one_row() -> None:
    """`retrieval`: re-rankers differ, and what is trained does not."""
    first, second = (predictions({"tuned": 0.5}, [setting]) for setting in ("retrieved_3shot", "reranked_3shot"))
    kinds = {"params__mix": ["curl", "curl"], "params__rerank.kind": ["none", "api"]}
    (section,) = share_tables(models_of(first, second, **kinds))
    assert section.rows[0][2:] == ["level 3 retrieved_3shot (n=40)", "level 3 reranked_3shot (n=40)"]
    (row,) = section.rows[1:]
    assert row[:2] == [EVERY, "tuned"] and row[2].startswith("0.50 [") and row[3] == row[2]


def test_a_language_each_has_its_table_after_one_of_all() -> None:
    both = predictions(SHARES, ["spec"], ["python", "curl"])
    first, *others = share_tables(models_of(both, both))
    assert first.title == "Request match by language, spec, levels together"
    assert first.rows[0] == ["run", "model", "curl (n=40)", "python (n=40)"]
    assert [section.title for section in others] == ["Request match in curl", "Request match in python"]


def test_a_wide_table_is_several_and_a_cell_of_fewer_tests_says_so() -> None:
    settings = ["0shot", "random_3shot", "retrieved_3shot", "spec"]
    frame = predictions({"tuned": 0.5}, settings)
    frame = pd.concat([frame, frame.assign(level=1)[lambda rows: rows["id"].astype(int) < 8]])
    held = frame[frame["setting"] == "spec"].assign(model="tuned_constrained")[lambda rows: rows["level"] == 3][:30]
    tables = share_tables(model_runs({"a": "curl"}, runs({"a": "curl"}), {"a": pd.concat([frame, held])}))
    assert [section.title for section in tables] == ["Request match, level 1", "Request match, level 3"]
    assert tables[0].rows[0][2] == "0shot (n=8)" and tables[1].rows[0][2:] == [f"{name} (n=40)" for name in settings]
    assert tables[1].rows[2][:5] == ["curl", "tuned_constrained", "", "", ""]
    assert tables[1].rows[2][5].endswith(" (n=30)") and "n=" not in tables[1].rows[1][5]


def test_ten_languages_are_columns_of_two_tables() -> None:
    frame = predictions({"tuned": 0.5}, languages=list(LANGUAGES), tests=8)
    titles = [section.title for section in share_tables(model_runs({"a": "x"}, runs({"a": "x"}), {"a": frame}))]
    assert titles.count("Request match by language, 0shot, levels together") == 2 and len(titles) == 2 + 10
