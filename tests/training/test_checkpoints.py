"""A run that is killed goes on from its last whole checkpoint, and ends where it would have ended."""

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from apipack.training.checkpoints import folder_of, latest, remove_others
from apipack.training.finetune import tune
from apipack.training.params import Finetune, Lora
from tests.tiny import PAIRS, finetune_params, save_tiny

ROWS = [(f"{'word ' * (k % 5)}{k} {PAIRS[0][0]}", f"{PAIRS[0][1]}/{k}") for k in range(24)]
CHILD = """
import json, os, signal, sys
from pathlib import Path
from apipack.training import finetune
from apipack.training.params import Finetune
rows, p, folder = json.loads(sys.argv[1]), Finetune.model_validate_json(sys.argv[2]), Path(sys.argv[3])
class Dying(finetune.Watch):
    def on_step_end(self, args, state, *_, **__):
        if state.global_step == int(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)
finetune.Watch = Dying
finetune.tune([tuple(row) for row in rows], folder / "out", p, 0, folder / "checkpoints")
"""


STEPS, LAST = 48, 6  # of four epochs; steps between checkpoints


@pytest.fixture(scope="module")
def p(tmp_path_factory: pytest.TempPathFactory) -> Finetune:
    lora = Lora(r=8, alpha=16, dropout=0.1, layers=None)  # dropout: the random numbers have to go on as well
    tiny = save_tiny(tmp_path_factory.mktemp("tiny"))
    return finetune_params(tiny, method="lora", lora=lora, epochs=4.0, save_every=LAST)


@pytest.fixture(scope="module")
def whole(p: Finetune, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a run that nobody killed measured, and its weights."""
    folder = tmp_path_factory.mktemp("whole")
    return tune(ROWS, folder, p, 0), load_file(folder / "adapter_model.safetensors")


@pytest.mark.parametrize(
    "killed",
    [
        pytest.param(8, id="in epoch 1", marks=pytest.mark.slow),
        pytest.param(20, id="in epoch 2"),
        pytest.param(25, id="at the start of epoch 3", marks=pytest.mark.slow),
    ],
)
def test_a_killed_run_goes_on_and_ends_the_same(
    killed: int, p: Finetune, whole: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", CHILD, json.dumps(ROWS), p.model_dump_json(), str(tmp_path), str(killed)]
    assert subprocess.run(command, stderr=subprocess.DEVNULL).returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob("checkpoints/*/checkpoint-*"))) <= 2
    (before,) = (json.loads(file.read_text()) for file in tmp_path.glob("checkpoints/*/spent.json"))
    resumed = tune(ROWS, tmp_path / "out", p, 0, tmp_path / "checkpoints")
    metrics, weights = whole
    assert resumed["resumed_from_step"] == killed // LAST * LAST and resumed["steps"] == metrics["steps"] == STEPS
    assert resumed["seconds"] > resumed["seconds_before"] == before["seconds"] > 0
    assert resumed["peak_memory_mb"] >= before["peak_memory_mb"] > 0 and "seconds_before" not in metrics
    assert resumed["loss_history"][-1][1] == pytest.approx(metrics["loss_history"][-1][1], abs=1e-4)
    found = load_file(tmp_path / "out/adapter_model.safetensors")
    assert found.keys() == weights.keys()
    for name, weight in weights.items():  # of the same rows in the same order
        torch.testing.assert_close(found[name], weight, msg=name)


def test_a_run_killed_before_its_metrics_were_written_ends_at_once(
    p: Finetune, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("transformers"), "propagate", True)
    p = p.model_copy(update={"save_every": LAST / STEPS})
    first, again = (tune(ROWS, tmp_path / name, p, 0, tmp_path / "checkpoints") for name in ("first", "again"))
    assert again["resumed_from_step"] == again["steps"] == first["steps"]
    assert again["loss_history"] == first["loss_history"]
    assert "do not match" not in caplog.text
    weights, found = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("first", "again"))
    assert all(torch.equal(weight, found[name]) for name, weight in weights.items())


def test_only_whole_checkpoints_of_the_same_run_count(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, ROWS, 1)
    for step, state in ((10, '{"global_step": 10}'), (20, '{"global_step": 20}'), (30, '{"global_st')):
        (folder / f"checkpoint-{step}").mkdir(parents=True)
        (folder / f"checkpoint-{step}/trainer_state.json").write_text(state)
    (folder / "checkpoint-40").mkdir()
    assert latest(folder) == folder / "checkpoint-20"
    assert sorted(path.name for path in folder.iterdir()) == ["checkpoint-10", "checkpoint-20"]
    assert folder_of(tmp_path, ROWS, 1) == folder
    assert len({folder_of(tmp_path, rows, one) for rows in (ROWS, ROWS[1:], ROWS[::-1]) for one in (1, 2)}) == 6
    other = folder_of(tmp_path, ROWS, 2)
    assert latest(other) is None and folder.exists()
    remove_others(other)
    assert not folder.exists()
