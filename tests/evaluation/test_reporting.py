import pandas as pd

from apipack.evaluation.headline import table
from apipack.evaluation.reporting import accuracy_table, judged, paper_table, report


def test_the_paper_s_figures_are_the_paper_s() -> None:
    lines = paper_table().splitlines()
    assert lines[0] == "| train_size | setting | level 1 | level 2 | level 3 |"
    assert lines[2] == "| 10000 | 0shot | 0.032 | 0.07 | 0.057 |"


def test_models_stand_side_by_side_with_n_and_interval() -> None:
    verdict = {"setting": "0shot", "endpoint_match": False, "request_match": False}
    predictions = pd.DataFrame(
        [
            {"model": model, "level": level, "api": f"api{hit}", "call_match": hit < hits, **verdict}
            for model, hits in (("base", 0), ("tuned", 3))
            for level in (1, 2)
            for hit in range(12)
        ]
    )
    lines = accuracy_table(predictions, "call_match", 0).splitlines()
    both, twice = "(n=12, 12 APIs)", "(n=24, 12 APIs)"
    assert lines[0] == f"| model | setting | level 1 {both} | level 2 {both} | levels together {twice} |"
    assert lines[2] == "| base | 0shot | 0.00 [0.00, 0.24] | 0.00 [0.00, 0.24] | 0.00 [0.00, 0.24] |"
    assert lines[3] == "| tuned | 0shot | 0.25 [0.00, 0.50] | 0.25 [0.00, 0.50] | 0.25 [0.00, 0.50] |"


def test_a_model_that_was_not_asked_everything_says_its_number_of_tests() -> None:
    verdict = {"setting": "spec", "level": 1, "endpoint_match": False, "call_match": False, "request_match": True}
    asked = [("tuned", test) for test in range(4)] + [("tuned_constrained", test) for test in range(3)]
    predictions = pd.DataFrame([{"model": model, "api": f"api{test}", **verdict} for model, test in asked])
    head, _, whole, part = accuracy_table(predictions, "request_match", 0).splitlines()
    assert head == "| model | setting | level 1 (n=4, 4 APIs) | levels together (n=4, 4 APIs) |"
    assert "n=" not in whole and part.count("(n=3)") == 2
    assert [row[2].count("(n=3)") for row in table(predictions, 0)[1:]] == [0, 1]


def test_what_nobody_knows_is_a_number_of_its_own() -> None:
    """Of four calls one is right, one wrong and two are neither read nor executed."""
    matches: list[bool | None] = [True, False, None, None]
    predictions = pd.DataFrame(
        {
            "model": "tuned",
            "setting": "0shot",
            "level": 1,
            "api": "a",
            "endpoint_match": False,
            "request_match": matches,
            "unreadable": [match is None for match in matches],
            "verdict": ["executed", "static", "static", "static"],
            "predicted_arguments": [2, 2, 0, 0],
            "reference_arguments": 2,
            "right_arguments": [2, 1, 0, 0],
        }
    )
    cell = accuracy_table(predictions, "request_match", 0).splitlines()[2].split(" | ")[2]
    assert cell.startswith("0.25 [") and cell.endswith("] / 0.25 / 0.50")
    assert " / " not in accuracy_table(predictions, "endpoint_match", 0).splitlines()[2]
    assert judged(predictions, "request_match") == " (25 % executed, 25 % read, 50 % unreadable)"
    text = report(predictions, 0)
    assert "## argument_recall" in text and "0.38 [" in text.split("## argument_recall")[1]
