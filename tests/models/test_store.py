"""The store: nothing computed is lost or half there, whatever kills the process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apipack.errors import UserError
from apipack.models.store import ASKED_TOGETHER, Store

KILLED = """
import os, sys, signal
from apipack.models.store import Store
with Store(__import__("pathlib").Path(sys.argv[1])) as store:
    for number in range(1000):
        store.put("m", {str(number): f"{number} " * 1000, f"{number} again": b"half"})
        print(number, flush=True)
"""


def test_results_are_text_or_bytes_and_the_first_of_a_key_stays(tmp_path: Path) -> None:
    with Store(tmp_path / "deep" / "store.sqlite") as store:
        store.put("m", {"text": "é", "bytes": b"\x00\xff"})
        store.put("n", {"text": "another"})
    with Store(tmp_path / "deep" / "store.sqlite") as store:
        assert store.get(["bytes", "none", "text"]) == {"text": "é", "bytes": b"\x00\xff"}


def test_more_keys_than_one_query_takes(tmp_path: Path) -> None:
    results = {str(number): str(-number) for number in range(2 * ASKED_TOGETHER + 1)}
    with Store(tmp_path / "s") as store:
        store.put("m", results)
        assert store.get([*results, "none"]) == results and store.get([]) == {}


def test_what_was_stored_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "s"
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    last = -1
    for line in child.stdout:
        last = int(line)
        if last == 100:
            os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL and last >= 100
    with Store(path) as store:
        assert len(store) in (2 * last + 2, 2 * last + 4)  # the one after may have been stored and not told
        assert store.get(["0", str(last)]) == {key: f"{key} " * 1000 for key in ("0", str(last))}


def test_a_file_that_is_no_store_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("this is not a database, " * 100)
    with pytest.raises(UserError, match="cannot be used as the store of a model's results"):
        Store(tmp_path / "s")
