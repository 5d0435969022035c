import os

import pytest

from apipack.errors import UserError
from apipack.frames import batches, map_ordered


def square(number: int) -> int:
    return number * number


def die(number: int) -> int:
    os._exit(9)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    assert list(map_ordered(square, range(40), workers, "square", chunk=3)) == [n * n for n in range(40)]


def test_a_dead_worker_is_one_clear_error() -> None:
    with pytest.raises(UserError, match="a worker process died"):
        list(map_ordered(die, range(4), 2, "die"))


def test_batches() -> None:
    assert batches([1, 2, 3], 2) == [[1, 2], [3]]
