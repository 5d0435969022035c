"""Where a killed training run goes on: the checkpoints of exactly this model, data, parameters and seed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR


def folder_of(root: Path, *identity: Any) -> Path:
    """The folder of the run of this identity (JSON-able); folders of other runs are removed, to bound the disk."""
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
    for other in root.glob("*/"):
        if other.name != key:
            shutil.rmtree(other, ignore_errors=True)
    return root / key


def latest(folder: Path) -> Path | None:
    """The last whole checkpoint: the trainer writes its state after everything else. Half-written ones are removed."""
    found = []
    for checkpoint in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
        try:
            step = json.loads((checkpoint / "trainer_state.json").read_bytes())["global_step"]
        except (OSError, ValueError, KeyError):
            shutil.rmtree(checkpoint, ignore_errors=True)
        else:
            found.append((step, checkpoint))
    return max(found)[1] if found else None
