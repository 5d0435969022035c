"""FSDP with two processes over gloo trains as one process does, and rank 0 saves the whole model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from apipack.finetune import tune
from apipack.models import load_lm
from tests.tiny import PAIRS, finetune_params, save_tiny

ROWS = [(f"{k} {PAIRS[0][0]}", f"{PAIRS[0][1]}/{k}") for k in range(100, 124)]  # of one length: one order for both
FSDP = {
    "ACCELERATE_USE_CPU": "true", "ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "OMP_NUM_THREADS": "1",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP", "FSDP_TRANSFORMER_CLS_TO_WRAP": "LlamaDecoderLayer",
    "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
}  # fmt: skip
WORKER = """
import json, os, sys
from pathlib import Path
from accelerate import state
from accelerate.utils import DistributedType
started = state.AcceleratorState.__init__
def with_fsdp_on_cpu(self, *args, **kwargs):  # accelerate takes FSDP on accelerators only; torch shards on any device
    started(self, *args, **kwargs)
    if kwargs.get("fsdp_plugin") is not None:
        for shared in (state.PartialState._shared_state, self._shared_state):
            shared["distributed_type"] = DistributedType.FSDP
        self.fsdp_plugin = kwargs["fsdp_plugin"]
state.AcceleratorState.__init__ = with_fsdp_on_cpu
from torch.distributed.tensor import DTensor
from apipack import finetune
from apipack.params import Finetune
class Watch(finetune._Watch):
    def on_step_end(self, *_, model, **__):
        global sharded
        sharded = sum(isinstance(weight, DTensor) for weight in model.parameters())
finetune._Watch = Watch
rows, p, folder = json.loads(sys.argv[1]), Finetune.model_validate_json(sys.argv[2]), Path(sys.argv[3])
metrics = finetune.tune([tuple(row) for row in rows], folder / os.environ["RANK"], p, 0)
(folder / f"{os.environ['RANK']}.json").write_text(json.dumps({**metrics, "sharded": sharded}))
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


def test_two_processes_have_the_loss_curve_of_one(tiny: Path, tmp_path: Path) -> None:
    one = tune(ROWS, tmp_path / "one", finetune_params(tiny, epochs=4.0, batch=4), 0)
    p = finetune_params(tiny, epochs=4.0, batch=2).model_dump_json()
    (tmp_path / "worker.py").write_text(WORKER)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [*command, str(tmp_path / "worker.py"), json.dumps(ROWS), p, str(tmp_path)],
        env=os.environ | FSDP, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    two = json.loads((tmp_path / "0.json").read_text())
    assert two["sharded"] > 10 and two["steps"] == one["steps"]
    curves = [[loss for _, loss in run["loss_history"]] for run in (one, two)]
    assert curves[1] == pytest.approx(curves[0], rel=1e-3)
    trained, _ = load_lm(str(tmp_path / "one"))
    saved, _ = load_lm(str(tmp_path / "0"))
    for (name, weight), other in zip(trained.named_parameters(), saved.parameters(), strict=True):
        assert weight.shape == other.shape, name
        assert (weight - other).abs().max() < 0.02, name
