"""The runs of data/gpu, tuned and evaluated one after the other: metrics/gpu/NAME.

The smallest is the first, so that whenever the box is gone the most has been learnt for the time: each is tuned and
evaluated, the un-tuned base and the copy baseline beside it, and after the first the training is compared with the
authors' (`benchmarks.training`: metrics/gpu/training.json). After each part the folder has what there is of
finetune.json, evaluate.json, plots/loss.csv, params.yaml and machine.json (hardware, versions, the exact command, and
the model FLOPs utilisation). What is there is passed over, a killed part goes on, one that fails stops no other run.

With minutes, no part starts that would not end in time, going by those of its kind that ended on this machine; before
one has, it starts.
"""

from __future__ import annotations

import math
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import torch

from apipack.io import METRICS, fresh_folder, read_metrics, read_table, write_json
from apipack.models.loading import device_name
from apipack.params import load
from benchmarks.gpu import RUNS, prepared
from benchmarks.gpu.peak import matmul_rate
from benchmarks.gpu.start import start

RESULTS = METRICS / "gpu"
COMPARED = RESULTS / "training.json"
PACKAGES = ("torch", "transformers", "peft", "trl")


def run(only: Sequence[str] = (), minutes: float | None = None, rows: int | None = None) -> None:
    """only: names of runs. rows: of the training comparison, 0 for none."""
    ends = time.monotonic() + 60 * (minutes or math.inf)
    if rows is None:
        rows = 2_000 if torch.cuda.is_available() else 32
    found = prepared(only)
    if not found:
        sys.exit(f"{RUNS} has no such run: `python -m benchmarks.gpu prepare` makes them")
    peak = matmul_rate()
    print(f"{device_name()}: {peak / 1e12:.3g} TFLOP/s", flush=True)
    late, failed = [], []
    for part, folder in plan(found, rows):
        if part == "evaluate" and not ended("finetune", folder):
            continue
        if not ended(part, folder):
            left, needed = ends - time.monotonic(), seconds(part, folder, found) if minutes else 0
            if left <= 0 or needed > left:
                late.append(f"{part} of {folder.name} (about {math.ceil(needed / 60)} minutes)")
                continue
            if not work(part, folder, rows):
                failed.append(f"{part} of {folder.name}")
                continue
        publish(part, folder, peak)  # also what ended just before it was killed
    if late:
        print(f"not started, for want of time: {', '.join(late)}", file=sys.stderr)
    if failed:
        sys.exit(f"failed, run again to go on: {', '.join(failed)}")


def plan(folders: Sequence[Path], rows: int) -> Iterator[tuple[str, Path]]:
    """The parts whose metrics are not there yet, in order."""
    for number, folder in enumerate(folders):
        target = RESULTS / folder.name
        if not (target / "evaluate.json").is_file() or not _same(target, folder):
            yield "finetune", folder
            yield "evaluate", folder
        if rows and not number and not COMPARED.is_file():
            yield "training", folder


def _same(target: Path, folder: Path) -> bool:
    return (target / "params.yaml").read_bytes() == (folder / "params.yaml").read_bytes()


def ended(part: str, folder: Path) -> bool:
    return (folder / f"metrics/{part}.json").is_file() if part != "training" else COMPARED.is_file()


def work(part: str, folder: Path, rows: int) -> bool:
    """Do one part; whether it ended well."""
    if part == "training":
        return start("benchmarks.training", folder, str(rows), "--epochs", "1", "--write", str(COMPARED.resolve()))
    for name in ("operations", "specs"):  # for the rates that need them
        if Path("data", name).exists() and not (folder / "data" / name).exists():
            (folder / "data" / name).symlink_to(Path("data", name).resolve())
    return start(f"stages.{part}", folder)


def publish(part: str, folder: Path, peak: float) -> None:
    target = COMPARED if part == "training" else RESULTS / folder.name
    if part != "training":
        with fresh_folder(target) as made:
            shutil.copytree(folder / "metrics", made, dirs_exist_ok=True)
            shutil.copy(folder / "params.yaml", made)
            write_json(made / "machine.json", machine(read_metrics("finetune", folder / "metrics"), peak))
    print(f"{part}: {target}", flush=True)


def machine(tuned: dict[str, Any], peak: float) -> dict[str, Any]:
    """Where and how a run was made. tuned: metrics/finetune.json. peak: FLOPs a second of a matrix product."""
    flops = tuned.get("model_flops_per_second")
    return {
        "command": " ".join([Path(sys.executable).name, "-m", "benchmarks.gpu", *sys.argv[1:]]),
        "device": device_name(),
        "device_memory_gb": round(torch.cuda.mem_get_info()[1] / 1e9, 1) if torch.cuda.is_available() else None,
        "versions": {name: version(name) for name in PACKAGES},
        "tokens_per_second": tuned["tokens_per_second"],
        "matmul_flops_per_second": round(peak),
        "utilisation": round(flops / peak, 4) if flops else None,
    }


def seconds(part: str, folder: Path, folders: Sequence[Path]) -> float:
    """What a part takes, going by those of its kind that ended in these folders; 0 before one has."""
    spent = [pair for one in folders if (pair := measured(part, one))]
    done = sum(size for size, _ in spent)
    return amount(part, folder, folders) * sum(took for _, took in spent) / done if done else 0.0


def measured(part: str, folder: Path) -> tuple[float, float] | None:
    """The amount of work and the seconds of a part that ended in its folder."""
    if part == "training" or not ended(part, folder):
        return None
    found = read_metrics(part, folder / "metrics")
    if part == "evaluate":
        return found["generated"], found["seconds"]
    trained = found["tokens"] * found["epochs"] / found["tokens_per_second"]  # more than its seconds if it was resumed
    return characters(folder), max(found["seconds"], trained)


def amount(part: str, folder: Path, folders: Sequence[Path]) -> float:
    """Characters to train on, epochs counted; or outputs to generate, the base's only where no other run has them."""
    if part == "finetune":
        return characters(folder)
    asked = prompts(folder)
    return len(asked) + len(asked.difference(*(prompts(one) for one in folders if ended("evaluate", one))))


def characters(folder: Path) -> float:
    table = read_table(folder / "data/train", ["prompt", "completion"])
    length = sum(pc.sum(pc.utf8_length(table[name])).as_py() for name in table.column_names)
    return length * load(folder / "params.yaml").finetune.epochs


def prompts(folder: Path) -> set[str]:
    return set(read_table(folder / "data/prompts/tests.parquet", ["prompt"])["prompt"].to_pylist())
