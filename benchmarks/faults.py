"""The pipeline under kill -9 and on a full disk.  python -m benchmarks.faults [--kills 10] [--folder F --minutes 8]

On tiny parameters, in temporary clones of this repository: one undisturbed run, one that is killed with its whole
process group at random moments and started again as `make repro` does, and one on a small tmpfs (which needs root)
that is full when each stage starts. Both must end with the bytes of the first. What a stage says on a full disk is
printed. With a folder the clones and the figures are kept there, so that the proof can be run in parts: each goes on
where the last one ended. Figures: a JSON object on standard output.
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
from itertools import pairwise
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
    "verify": {"operations": 1},
    "finetune": {"max_steps": 2, "batch": 2, "max_tokens": 600},
    "evaluate": {
        "languages": ["curl", "python"],
        "tests": 1,
        "new_tokens": 8,
        "execute": False,
        "levels": [1, 3],
        "base": False,
        "settings": ["0shot"],
    },
}
DISK = 700 * 1024 * 1024
LEFT = 16 * 1024
"""Bytes that a full disk has left: enough for a lock file, too few for a table."""


class Clone:
    """A copy of this repository on tiny parameters, in a folder that may hold it already."""

    def __init__(self, root: Path) -> None:
        self.root = root
        paths = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(root / "src"),
        }
        self.environment = os.environ | paths
        if not (root / ".git").is_dir():
            self._fill()

    def _fill(self) -> None:
        root = self.root
        names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
        for name in names.splitlines():
            if (ROOT / name).is_file() and not name.startswith("metrics/") and name != "dvc.lock":
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)
        if (ROOT / "data/snapshot").is_dir():  # spares the download; the stage checks its hash
            shutil.copytree(ROOT / "data/snapshot", root / "data/snapshot")
        parameters = yaml.safe_load((ROOT / "tests/data/params.yaml").read_text(encoding="utf-8"))
        for key, value in TINY.items():
            merges = isinstance(value, dict) and isinstance(parameters[key], dict)
            parameters[key] = {**parameters[key], **value} if merges else value
        (root / "params.yaml").write_text(yaml.safe_dump(parameters, sort_keys=False), encoding="utf-8")
        for line in ("init -q", "add -A", "-c user.name=f -c user.email=f@example.com commit -qm faults"):
            subprocess.run(["git", *line.split()], cwd=root, check=True)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.run(command, cwd=self.root, env=self.environment, check=False, **options)

    def repro(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What `make repro` does."""
        self.run(sys.executable, "-m", "apipack.cli.lockfile")
        return self.run("dvc", "repro", *arguments)

    def killed_after(self, seconds: float) -> str:
        """kill -9 of the process group; the stage it hit, or why it hit none."""
        self.run(sys.executable, "-m", "apipack.cli.lockfile")
        log = self.root / ".dvc/tmp/faults.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            process = subprocess.Popen(
                ("dvc", "repro"), cwd=self.root, env=self.environment, stdout=output, start_new_session=True
            )
            try:
                process.wait(seconds)
                return "after the last"
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


def filled(disk: Path) -> Path:
    """A file that leaves LEFT bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - LEFT))
    return filler


class Proof:
    """The three runs in a folder, step by step, with the figures so far in `figures.json`."""

    def __init__(self, folder: Path, minutes: float) -> None:
        self.folder = folder
        self.ends = time.monotonic() + 60 * minutes
        self.disk = folder / "disk"
        self.file = folder / "figures.json"
        self.figures: dict[str, Any] = json.loads(self.file.read_text()) if self.file.is_file() else {}

    def note(self, **figures: Any) -> None:
        self.figures |= figures
        self.file.write_text(json.dumps(self.figures, indent=2))
        print(json.dumps(figures), file=sys.stderr, flush=True)
        if time.monotonic() > self.ends:
            sys.exit(f"faults: the minutes are over; the next run with --folder {self.folder} goes on")

    def undisturbed(self) -> None:
        if "seconds" in self.figures:
            return
        clone = Clone(self.folder / "whole")
        started = time.monotonic()
        done = clone.repro()
        if done.returncode:
            sys.exit(f"faults: the undisturbed run failed: {done.stdout[-500:]}")
        self.note(seconds=round(time.monotonic() - started), digests=clone.digests())

    def killed(self, kills: int, rng: random.Random) -> None:
        clone = Clone(self.folder / "killed")
        moments = [0.0, *sorted(rng.uniform(0, self.figures["seconds"]) for _ in range(kills))]
        waits = [later - earlier for earlier, later in pairwise(moments)]  # together one run, so none ends unharmed
        for wait in waits[len(self.figures.get("kills in", ())) :]:
            hit = clone.killed_after(max(1, wait))
            self.note(**{"kills in": [*self.figures.get("kills in", ()), hit]})
        if "after the kills" not in self.figures:
            self.note(**{"after the kills": self._end(clone)})

    def full(self) -> None:
        """On a tmpfs that is full when each stage starts."""
        if "after the full disk" in self.figures:
            return
        self.disk.mkdir(exist_ok=True)
        if not self.disk.is_mount():
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(self.disk)], check=True)
        clone = Clone(self.disk / "clone")
        for stage in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]:
            said = self.figures.get("full disk", {})
            if stage not in said:
                self.note(**{"full disk": said | {stage: self._without_room(clone, stage)}})
        self.note(**{"after the full disk": self._end(clone)})

    def _without_room(self, clone: Clone, stage: str) -> dict[str, Any]:
        """What the stage said on a full disk, and whether it went on afterwards."""
        filler = filled(self.disk)
        try:
            done = clone.run("dvc", "repro", "--single-item", stage)
        finally:
            filler.unlink()
        lines = [line for line in done.stdout.splitlines() if "No space left" in line or "disk" in line.lower()]
        return {
            "exit": done.returncode,
            "traceback": "Traceback" in done.stdout,
            "line": lines[0][:200] if lines else done.stdout[-500:],
            "goes on": clone.repro("--single-item", stage).returncode == 0,
        }

    def _end(self, clone: Clone) -> dict[str, bool]:
        return {"ends": clone.repro().returncode == 0, "same bytes": clone.digests() == self.figures["digests"]}

    def clean(self) -> None:
        if self.disk.is_mount():
            subprocess.run(["umount", "--lazy", str(self.disk)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="is kept; without it, a temporary one")
    parser.add_argument("--minutes", type=float, default=600, help="begin no further step after them")
    given = parser.parse_args()
    if given.folder is None:
        with tempfile.TemporaryDirectory(prefix="apipack-faults-") as name:
            proof = Proof(Path(name), given.minutes)
            try:
                run(proof, given.kills, given.seed)
            finally:
                proof.clean()
    else:
        given.folder.mkdir(parents=True, exist_ok=True)
        proof = Proof(given.folder.resolve(), given.minutes)
        run(proof, given.kills, given.seed)
        proof.clean()


def run(proof: Proof, kills: int, seed: int) -> None:
    proof.undisturbed()
    proof.killed(kills, random.Random(seed))
    if os.geteuid() == 0:
        proof.full()
    else:
        print("faults: a full disk needs root, who alone mounts a tmpfs", file=sys.stderr)
    figures = proof.figures | {"digests": len(proof.figures["digests"])}
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
