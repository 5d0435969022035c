import pandas as pd

from apipack.reporting import accuracy_table, paper_table


def test_the_paper_s_figures_are_the_paper_s() -> None:
    lines = paper_table().splitlines()
    assert lines[0] == "| train_size | setting | level 1 | level 2 | level 3 |"
    assert lines[2] == "| 10000 | 0shot | 0.032 | 0.07 | 0.057 |"


def test_models_stand_side_by_side_with_n_and_interval() -> None:
    cells = pd.DataFrame(
        [{"model": m, "setting": "0shot", "level": 1, "n": 12, "call_match": 0.25, "call_match_low": 0.09, "call_match_high": 0.53}
         for m in ("base", "tuned")]
    )  # fmt: skip
    assert accuracy_table(cells, "call_match").splitlines() == [
        "| model | setting | level 1 (n=12) |",
        "| --- | --- | --- |",
        "| base | 0shot | 0.25 [0.09, 0.53] |",
        "| tuned | 0shot | 0.25 [0.09, 0.53] |",
    ]
