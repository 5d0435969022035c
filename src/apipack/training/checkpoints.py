"""Where a killed training run goes on: the checkpoints of exactly this model, data, parameters and seed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR


def folder_of(root: Path, rows: Iterable[Any], *identity: Any) -> Path:
    """The folder of the run of these rows and this identity (JSON-able both)."""
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode())
    for row in rows:  # one at a time: a million have gigabytes
        digest.update(json.dumps(row).encode() + b"\n")
    return root / digest.hexdigest()[:16]


def remove_others(folder: Path) -> None:
    """Remove the checkpoints of other runs than this folder's, to bound the disk."""
    for other in folder.parent.glob("*/"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def latest(folder: Path) -> Path | None:
    """The last whole checkpoint: the trainer writes its state after everything else. Half-written ones are removed."""
    checkpoints = []
    for checkpoint in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*"):
        try:
            step = json.loads((checkpoint / "trainer_state.json").read_bytes())["global_step"]
        except (OSError, ValueError, KeyError):
            shutil.rmtree(checkpoint, ignore_errors=True)
        else:
            checkpoints.append((step, checkpoint))
    return max(checkpoints)[1] if checkpoints else None
