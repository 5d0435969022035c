"""Run a pure function over many items on this machine's cores, in order, with progress.

The only place that knows about processes: data steps are functions of one item or one batch.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from tqdm import tqdm

from apipack.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_ordered(
    function: Callable[[Item], Result], items: Sequence[Item], workers: int, what: str, chunk: int = 1
) -> Iterator[Result]:
    """Yield `function(item)` for each item, in the items' order, whatever the number of workers.

    `function` is a module-level function (it is sent to worker processes). A worker that dies, for want of
    memory say, is one UserError.
    """
    if workers == 1 or len(items) <= 1:
        yield from progress(map(function, items), len(items), what)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver")) as pool:
        try:
            yield from progress(pool.map(function, items, chunksize=chunk), len(items), what)
        except BrokenProcessPool as error:
            raise UserError(
                f"{what}: a worker process died, most likely for want of memory; lower `workers`"
            ) from error


def progress(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    """A progress bar with a rate on standard error; silent when that is not a terminal."""
    return tqdm(items, total=total, desc=what, unit="", disable=not sys.stderr.isatty())


def batches(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Consecutive slices of at most `size` items."""
    return [items[start : start + size] for start in range(0, len(items), size)]
