"""`accelerate launch` with a CPU's variant of configs/fsdp.yaml: the stage, whole, in two processes over gloo."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from ruamel.yaml import YAML

from apipack.io import read_metrics, rows_table, write_table
from apipack.models.loading import load_lm
from apipack.prompting.schemas import TRAIN
from apipack.training.finetune import tune
from tests.parameters import ROOT, write_params
from tests.tiny import PAIRS, finetune_params, save_tiny

ROWS = [(f"{k} {PAIRS[0][0]}", f"{PAIRS[0][1]}/{k}") for k in range(100, 124)]  # of one length: one order for both
HOOK = """
import json, os
if os.environ.get("RANK"):  # in the processes that were launched
    from accelerate import accelerator, state
    from accelerate.utils import DistributedType
    from torch.distributed.tensor import DTensor
    from transformers import PreTrainedModel
    read, load = [], PreTrainedModel.from_pretrained.__func__
    def reading(cls, *args, **kwargs):
        read.append(1)
        return load(cls, *args, **kwargs)
    PreTrainedModel.from_pretrained = classmethod(reading)
    started, shard = state.AcceleratorState.__init__, accelerator.fsdp2_prepare_model
    def with_fsdp_on_cpu(self, *args, **kwargs):  # accelerate does so on accelerators only
        started(self, *args, **kwargs)
        if kwargs.get("fsdp_plugin") is not None:
            for shared in (state.PartialState._shared_state, self._shared_state):
                shared["distributed_type"] = DistributedType.FSDP
            self.fsdp_plugin = kwargs["fsdp_plugin"]
    def watched(accelerator, model):
        before = sorted({weight.device.type for weight in model.parameters()})
        model = shard(accelerator, model)
        sharded = sum(isinstance(weight, DTensor) for weight in model.parameters())
        with open(f"rank{os.environ['RANK']}.json", "w") as file:
            json.dump({"read": len(read), "before": before, "sharded": sharded}, file)
        return model
    state.AcceleratorState.__init__, accelerator.fsdp2_prepare_model = with_fsdp_on_cpu, watched
"""
"""A sitecustomize."""


def write_folder(folder: Path, model: Path) -> None:
    """What `stages.finetune` reads, and what launches it: params.yaml, training rows and configs/fsdp.yaml for CPUs."""
    tuning = finetune_params(model, epochs=4.0, batch=2, save_every=0.5).model_dump()
    write_params(folder, finetune=tuning, evaluate={"new_tokens": 100})
    launch = YAML().load((ROOT / "configs/fsdp.yaml").read_text(encoding="utf-8"))
    launch |= {"num_processes": 2, "mixed_precision": "no", "main_process_port": 0}
    (folder / "fsdp.yaml").write_text(json.dumps(launch))  # accelerate takes an unquoted no for a boolean
    rows = [dict(zip(("prompt", "completion"), row, strict=True)) for row in ROWS]
    train = [
        {"id": str(at), "language": "curl", "variant": 0, "setting": "0shot", "tokens": 60, **row}
        for at, row in enumerate(rows)
    ]
    write_table(folder / "data/train/part-00000.parquet", rows_table(train, TRAIN))
    (folder / "hook").mkdir()
    (folder / "hook/sitecustomize.py").write_text(HOOK)


@pytest.mark.slow
def test_the_launched_stage_trains_as_one_process_does(tmp_path: Path) -> None:
    tiny = save_tiny(tmp_path / "tiny")
    write_folder(tmp_path, tiny)
    launch = [sys.executable, "-m", "accelerate.commands.accelerate_cli", "launch", "--config_file", "fsdp.yaml"]
    paths = os.pathsep.join(map(str, (tmp_path / "hook", ROOT, ROOT / "src")))
    done = subprocess.run(
        [*launch, "-m", "stages.finetune"], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False,
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    ranks = [json.loads((tmp_path / f"rank{rank}.json").read_text()) for rank in range(2)]
    assert [rank["read"] for rank in ranks] == [1, 0]  # one process alone has read the weights
    assert all(rank["before"] == ["cpu"] for rank in ranks)
    assert all(rank["sharded"] > 10 for rank in ranks)
    two = read_metrics("finetune", tmp_path / "metrics")
    assert two["steps"] == 24 and two["rows"] == len(ROWS)
    assert not (tmp_path / "models/checkpoints").exists()

    one = tune(ROWS, tmp_path / "one", finetune_params(tiny, epochs=4.0, batch=4), 0)
    losses = [loss for _, loss in one["loss_history"]]
    assert pd.read_csv(tmp_path / "metrics/plots/loss.csv")["loss"].tolist() == pytest.approx(losses, rel=1e-3)
    trained, _ = load_lm(str(tmp_path / "one"))
    saved, _ = load_lm(str(tmp_path / "models/adapter"))
    for (name, weight), other in zip(trained.named_parameters(), saved.parameters(), strict=True):
        assert weight.shape == other.shape, name
        assert (weight - other).abs().max() < 0.02, name
