"""The store: nothing made is lost or made twice, whatever kills the process."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apipack.errors import UserError
from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.store import Recorded, Store, key_of
from apipack.instructions.template_backend import TemplateBackend

GREEDY = Sampling(0.0, 1.0, 8)
ROW = {"id": "x", "api": "a", "api_name": "Pets", "functionality": "List pets", "description": "", "endpoint": "l"}
KILLED = """
import os, sys, signal
from apipack.inference.store import Store
with Store(__import__("pathlib").Path(sys.argv[1])) as store:
    for number in range(1000):
        store.put(str(number), "m", {"text": "x" * 2000, "prompt_tokens": number, "completion_tokens": 0})
        print(number, flush=True)
"""


def prompts(*users: str) -> list[Prompt]:
    return [Prompt("s", user, 0, ROW) for user in users]


def test_what_is_stored_is_not_generated_again_and_a_change_generates_what_it_touches(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.sqlite"

    def generated(asked: list[Prompt], sampling: Sampling = GREEDY, words: int = 24) -> int:
        with Store(path) as store:
            backend = Recorded(TemplateBackend(words), store, sampling)
            assert sorted(at for at, _ in backend.generate(asked, 2)) == list(range(2 * len(asked)))
            return backend.generated

    assert generated(prompts("a", "b")) == 4
    assert generated(prompts("a", "b")) == 0
    assert generated(prompts("a", "changed")) == 2
    assert generated(prompts("a", "b"), Sampling(0.5, 1.0, 8)) == 4
    assert generated(prompts("a", "b"), words=12) == 4  # another model
    assert generated([Prompt("s", "a", 1, ROW)]) == 1  # seeds 1 and 2, of which 1 is there
    assert generated(prompts("c", "c")) == 2  # the same question twice is one


def test_failures_are_counted_and_tried_again(tmp_path: Path) -> None:
    class Failing(TemplateBackend):
        def generate(self, asked, n=1):
            yield from ((at, Failure("timeout", "")) for at in range(len(asked)))

    with Store(tmp_path / "s") as store:
        for _ in range(2):
            backend = Recorded(Failing(24), store, GREEDY)
            assert [outcome for _, outcome in backend.generate(prompts("a"), 3)] == [Failure("timeout", "")] * 3
            assert backend.failures == {"timeout": 3} and len(store) == 0


def test_likelihoods_are_stored_too(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        for expected in (1, 0):
            backend = Recorded(TemplateBackend(24), store, GREEDY)
            ((_, first), (_, second)) = backend.loglikelihood([(prompts("list pets")[0], "pets")] * 2)
            assert isinstance(first, LogLikelihood) and first == second and first.total < 0
            assert backend.scored == expected


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
        assert len(store) in (last + 1, last + 2)  # the one after may have been stored and not told
        assert store.get(str(last)) == {"text": "x" * 2000, "prompt_tokens": last, "completion_tokens": 0}
        assert Completion(**store.get("0") or {}).text == "x" * 2000


def test_keys_tell_parts_apart() -> None:
    assert key_of("ab", "c") != key_of("a", "bc") and key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})


def test_a_file_that_is_no_store_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("this is not a database, " * 100)
    with pytest.raises(UserError, match="cannot be used as the store of generations"):
        Store(tmp_path / "s")
