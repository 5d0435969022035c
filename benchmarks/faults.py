"""The pipeline under kill -9 and on a full disk.  python -m benchmarks.faults [--kills 10] [--target sample]

On tiny parameters, in temporary clones of this repository: one undisturbed run, one that is killed with its whole
process group at random moments and started again as `make repro` does, and one on a small tmpfs (which needs root)
that is full when each stage starts. Both must end with the bytes of the first. What a stage says on a full disk is
printed. Figures: a JSON object on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
TINY: dict[str, Any] = {
    "size": 12,
    "workers": 1,
    "crawl": {"limit": 14},
    "split": {"tests": 3},
    "render": {"languages": ["curl", "python"]},
    "mix": {"curl": 1, "python": 1},
    "verify": {"operations": 2},
    "finetune": {"max_steps": 2, "batch": 2, "max_tokens": 600},
    "evaluate": {"languages": ["curl", "python"], "tests": 1, "new_tokens": 8, "execute": False, "levels": [1, 3]},
}
DISK = 700 * 1024 * 1024
LEFT = 16 * 1024
"""Bytes that a full disk has left: enough for a lock file, too few for a table."""


class Clone:
    def __init__(self, root: Path) -> None:
        self.root = root
        names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
        for name in names.splitlines():
            if (ROOT / name).is_file() and not name.startswith("metrics/") and name != "dvc.lock":
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        if (ROOT / "data/snapshot").is_dir():  # spares the download; the stage checks its hash
            shutil.copytree(ROOT / "data/snapshot", root / "data/snapshot")
        parameters = yaml.safe_load((ROOT / "tests/data/params.yaml").read_text(encoding="utf-8"))
        for key, value in TINY.items():
            parameters[key] = {**parameters[key], **value} if isinstance(value, dict) else value
        (root / "params.yaml").write_text(yaml.safe_dump(parameters, sort_keys=False), encoding="utf-8")
        for line in ("init -q", "add -A", "-c user.name=f -c user.email=f@example.com commit -qm faults"):
            subprocess.run(["git", *line.split()], cwd=root, check=True)
        self.environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.run(command, cwd=self.root, env=self.environment, check=False, **options)

    def repro(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What `make repro` does."""
        self.run(sys.executable, "-m", "apipack.cli.lockfile")
        return self.run("dvc", "repro", *arguments)

    def killed_after(self, seconds: float, target: str) -> str | None:
        """kill -9 of the process group; the stage it hit, None where all had ended before."""
        self.run(sys.executable, "-m", "apipack.cli.lockfile")
        log = self.root / ".dvc/tmp/faults.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            process = subprocess.Popen(
                ("dvc", "repro", target), cwd=self.root, env=self.environment, stdout=output, start_new_session=True
            )
            try:
                process.wait(seconds)
                return None
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        names = begun(log.read_text())
        return names[-1] if names else "before the first"

    def digests(self) -> dict[str, str]:
        """Of all that the stages wrote."""
        files = [*self.root.glob("data/**/*.parquet"), *self.root.glob("models/**/*.safetensors")]
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(files)
            if path.is_file()
        }


def begun(output: str) -> list[str]:
    """The stages that DVC started, in order."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def filled(disk: Path) -> Path:
    """A file that leaves LEFT bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - LEFT))
    return filler


def full_disk(clone: Clone, disk: Path, stages: list[str]) -> dict[str, dict[str, Any]]:
    """Stage → what it said on a full disk, and whether it went on afterwards."""
    said: dict[str, dict[str, Any]] = {}
    for stage in stages:
        filler = filled(disk)
        done = clone.run("dvc", "repro", "--single-item", stage)
        filler.unlink()
        lines = [line for line in done.stdout.splitlines() if "No space left" in line or "disk" in line.lower()]
        said[stage] = {
            "exit": done.returncode,
            "traceback": "Traceback" in done.stdout,
            "line": lines[0][:200] if lines else "",
            "goes on": clone.repro("--single-item", stage).returncode == 0,
        }
        print(f"{stage}: {said[stage]}", file=sys.stderr, flush=True)
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--target", default="report", help="the last stage")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="apipack-faults-") as name:
        folder = Path(name)
        whole = Clone(folder / "whole")
        started = time.monotonic()
        first = whole.repro(given.target)
        seconds = time.monotonic() - started
        if first.returncode:
            sys.exit(f"faults: the undisturbed run failed: {first.stdout[-500:]}")
        expected = whole.digests()
        figures: dict[str, Any] = {"seconds": round(seconds), "files": len(expected)}

        killed = Clone(folder / "killed")
        hit = [killed.killed_after(rng.uniform(1, seconds / 4), given.target) for _ in range(given.kills)]
        ended = killed.repro(given.target).returncode
        figures["kills"] = {"in": hit, "ends": ended == 0, "same bytes": killed.digests() == expected}
        if os.geteuid() == 0:
            with small_disk(folder / "disk") as disk:
                full = Clone(disk / "clone")
                figures["full disk"] = full_disk(full, disk, begun(first.stdout))
                ended = full.repro(given.target).returncode
                figures["after the full disk"] = {"ends": ended == 0, "same bytes": full.digests() == expected}
        else:
            print("faults: a full disk needs root, who alone mounts a tmpfs", file=sys.stderr)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
