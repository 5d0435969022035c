"""Progress bars of everything long."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


def progress(items: Iterable[Item], total: int, what: str) -> Iterable[Item]:
    """A progress bar with a rate on standard error; silent when that is not a terminal."""
    return tqdm(items, total=total, desc=what, unit="", disable=not sys.stderr.isatty())
