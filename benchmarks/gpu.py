"""SmolLM2-135M tuned fully on 20k and 100k instances, Python and ten languages, and evaluated: what a GPU is for.

    python -m benchmarks.gpu prepare    # where the data stages ran: a folder a run in data/gpu
    python -m benchmarks.gpu run        # on the GPU, which needs no DVC, MLflow, Scrapy or Daft: metrics/gpu/NAME

`prepare` needs `apipack preset gpu-135m && dvc repro retrieve`; a folder has the run's params.yaml, training rows and
test prompts. `run` tunes and evaluates each in turn, the un-tuned base and the copy baseline beside it, and writes
finetune.json, evaluate.json, plots/loss.csv, params.yaml and machine.json (hardware, versions, the exact command, and
the model FLOPs utilisation: against the rate of a plain matrix product, measured here). A run whose metrics are there
is passed over; a killed one goes on. `apipack log metrics/gpu/NAME` puts one into MLflow, afterwards and elsewhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from ruamel.yaml import YAML

from apipack.io import METRICS, fresh_folder, read_json, write_json
from apipack.models import bf16_pays, device, device_name
from apipack.records import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
RUNS = Path("data/gpu")
MIXES = {"python": {"python": 1}, "ten": {"other": 1}}
SHARED = ("dataset", "splits", "leakage", "prompts")
PACKAGES = ("torch", "transformers", "peft", "trl")


def prepare(sizes: list[int], mixes: list[str]) -> None:
    """A folder for each mix and size: what `stages.finetune` and `stages.evaluate` read."""
    for mix in mixes:
        for size in sizes:
            folder = RUNS / f"{mix}-{size}"
            (folder / "data").mkdir(parents=True, exist_ok=True)
            yaml = YAML()
            params = yaml.load(Path("params.yaml").read_text(encoding="utf-8"))
            params["size"], params["mix"] = size, MIXES[mix]
            params["evaluate"]["languages"] = [mix] if mix in LANGUAGES else list(params["render"]["languages"])
            with (folder / "params.yaml").open("w", encoding="utf-8") as file:
                yaml.dump(params, file)
            links = [folder / "data" / name for name in SHARED]
            for link in links:
                link.unlink(missing_ok=True)
                link.symlink_to(Path("data", link.name).resolve())
            stage("sample", folder, "--size", str(size))
            prompts = links.pop().resolve()
            for link in (*links, folder / "data/prompts"):
                link.unlink()
            shutil.copytree(prompts, folder / "data/prompts", dirs_exist_ok=True)
            print(folder, flush=True)


def run(only: list[str]) -> None:
    found = sorted(path.parent for path in RUNS.glob("*/params.yaml") if not only or path.parent.name in only)
    if not found:
        sys.exit(f"{RUNS} has no such run: `python -m benchmarks.gpu prepare` makes them")
    peak = matmul_rate(8192 if torch.cuda.is_available() else 512)
    for folder in found:
        target = METRICS / "gpu" / folder.name
        if (target / "machine.json").is_file():
            continue
        for name in ("operations", "specs"):  # for the rates that need them
            if Path("data", name).exists() and not (folder / "data" / name).exists():
                (folder / "data" / name).symlink_to(Path("data", name).resolve())
        for name in ("finetune", "evaluate"):
            if not (folder / "metrics" / f"{name}.json").is_file():
                stage(name, folder)
        with fresh_folder(target) as made:
            shutil.copytree(folder / "metrics", made, dirs_exist_ok=True)
            shutil.copy(folder / "params.yaml", made)
            write_json(made / "machine.json", machine(read_json(folder / "metrics/finetune.json"), peak))
        print(target, flush=True)


def stage(name: str, folder: Path, *arguments: str) -> None:
    """Run a stage of this repository in another folder."""
    paths = filter(None, (str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH")))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        [sys.executable, "-m", f"stages.{name}", *arguments], cwd=folder, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{folder}: {name} failed; run again to go on")


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


def matmul_rate(size: int, rounds: int = 20) -> float:
    """FLOPs a second of square matrix products in the precision that training uses here."""
    half = bf16_pays()
    left = torch.randn(size, size, dtype=torch.bfloat16 if half else torch.float32, device=device())
    for _ in range(3):
        left @ left
    _settle()
    started = time.perf_counter()
    for _ in range(rounds):
        left @ left
    _settle()
    return 2 * size**3 * rounds / (time.perf_counter() - started)


def _settle() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("prepare")
    making.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    making.add_argument("--mixes", choices=MIXES, nargs="+", default=list(MIXES))
    commands.add_parser("run").add_argument("names", nargs="*", help="of folders in data/gpu; all by default")
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.sizes, arguments.mixes)
    else:
        run(arguments.names)


if __name__ == "__main__":
    main()
