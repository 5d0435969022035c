"""The benchmark of instructions takes parts that have operations."""

from pathlib import Path

import pytest

from apipack.dataset.schemas import UNIQUE
from apipack.io import write_table
from apipack.tasks.parts import part_name
from benchmarks.instructing import main


def test_a_folder_without_operations_is_refused(tmp_path: Path) -> None:
    write_table(tmp_path / part_name(0, 0), UNIQUE.empty_table())
    with pytest.raises(SystemExit, match="no part with operations"):
        next(main(tmp_path, 1))
