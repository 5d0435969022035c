"""A run that is killed goes on from its last whole checkpoint, and ends where it would have ended."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apipack.checkpoints import folder_of, latest
from apipack.finetune import tune
from tests.tiny import PAIRS, finetune_params, save_tiny

ROWS = [(f"{k} {PAIRS[0][0]}", f"{PAIRS[0][1]}/{k}") for k in range(24)]
CHILD = """
import json, sys, time
from pathlib import Path
from transformers import TrainerCallback
from apipack import finetune
from apipack.params import Finetune
rows, p, folder = json.loads(sys.argv[1]), Finetune.model_validate_json(sys.argv[2]), Path(sys.argv[3])
class Slow(finetune._Watch):
    def on_step_end(self, *_, **__):
        time.sleep(0.1)
finetune._Watch = Slow
finetune.tune([tuple(row) for row in rows], folder / "out", p, 0, folder / "checkpoints")
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


def test_a_killed_run_goes_on_and_ends_the_same(tiny: Path, tmp_path: Path) -> None:
    p = finetune_params(tiny, method="lora", epochs=5.0, save_every=0.1)
    whole = tune(ROWS, tmp_path / "whole", p, 0)
    command = [sys.executable, "-c", CHILD, json.dumps(ROWS), p.model_dump_json(), str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        until = time.monotonic() + 120
        while not list(tmp_path.glob("checkpoints/*/checkpoint-*/trainer_state.json")):
            assert child.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGKILL)
    assert len(list(tmp_path.glob("checkpoints/*/checkpoint-*"))) <= 2
    resumed = tune(ROWS, tmp_path / "out", p, 0, tmp_path / "checkpoints")
    assert 0 < resumed["resumed_from_step"] < whole["steps"] == resumed["steps"]
    assert resumed["loss_history"][-1][1] == pytest.approx(whole["loss_history"][-1][1], abs=1e-3)
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_only_whole_checkpoints_of_the_same_run_count(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "rows", 1)
    for step, state in ((10, '{"global_step": 10}'), (20, '{"global_step": 20}'), (30, '{"global_st')):
        (folder / f"checkpoint-{step}").mkdir(parents=True)
        (folder / f"checkpoint-{step}/trainer_state.json").write_text(state)
    (folder / "checkpoint-40").mkdir()
    assert latest(folder) == folder / "checkpoint-20"
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint-10", "checkpoint-20"]
    assert folder_of(tmp_path, "rows", 1) == folder
    assert latest(folder_of(tmp_path, "rows", 2)) is None and not folder.exists()
