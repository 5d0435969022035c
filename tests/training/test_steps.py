"""Steps of a training, the points of its curve, and whether its rows come back."""

from typing import Any

import pytest

from apipack.training.steps import rows_come_back, steps_between_losses, steps_of
from tests.tiny import finetune_params


def test_a_curve_has_at_most_some_200_points_and_a_short_training_has_one() -> None:
    between = {1: 1, 7: 1, 39: 1, 60: 3, 160: 8, 320: 8, 1600: 8, 1799: 8, 1800: 9, 20_000: 100, 500_000: 2500}
    assert {steps: steps_between_losses(steps) for steps in between} == between
    for steps in (*range(1, 4000), 99_999, 1_234_567):
        points = steps // steps_between_losses(steps)
        assert 1 <= points <= 224 and points >= min(steps, 20)


@pytest.mark.parametrize(
    ("rows", "processes", "changes", "steps"),
    [
        (320, 1, {"batch": 4, "epochs": 2.0}, 160),
        (321, 1, {"batch": 4, "epochs": 2.0}, 162),
        (321, 2, {"batch": 4, "epochs": 1.5}, 62),
        (17, 1, {"batch": 4, "accumulate": 2, "epochs": 1.0}, 3),
        (17, 1, {"batch": 4, "max_steps": 60}, 60),
    ],
)
def test_steps(rows: int, processes: int, changes: dict[str, Any], steps: int) -> None:
    assert steps_of(rows, finetune_params("given", **changes), processes) == steps


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({"epochs": 1.0}, False),
        ({"epochs": 1.5}, True),
        ({"epochs": 9.0, "max_steps": 60}, False),  # 240 of 3000 rows
        ({"epochs": 1.0, "max_steps": 750}, False),
        ({"epochs": 1.0, "max_steps": 751}, True),
        ({"max_steps": 100, "accumulate": 8}, True),
    ],
)
def test_rows_come_back_where_steps_see_more_than_there_are(changes: dict[str, Any], again: bool) -> None:
    assert rows_come_back(3000, finetune_params("given", batch=4, **changes)) is again
    assert rows_come_back(6000, finetune_params("given", batch=4, **changes), processes=2) is again
