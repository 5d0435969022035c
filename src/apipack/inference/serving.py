"""The tuned model behind somebody else's server: one folder that `transformers serve` and vLLM can load."""

from __future__ import annotations

import hashlib
import shutil
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import torch

from apipack.errors import UserError
from apipack.io import fresh_folder
from apipack.models.loading import load_lm
from apipack.models.places import ModelError, fingerprint, resolve

ENGINES = ("transformers", "vllm")


def merged(model: str, adapter: Path) -> Path:
    """A folder with the whole tuned model, made once, in `served` beside the adapter.

    Its name is a hash of model and adapter, so that a server's name for it never stands for other weights; those of
    other adapters are removed. adapter: what `finetune.tune` wrote; a whole model is linked, not copied. Raises
    `ModelError`.
    """
    check(adapter)
    key = hashlib.sha256(f"{fingerprint(resolve(model))}\n{fingerprint(adapter)}".encode()).hexdigest()[:16]
    target = adapter.resolve().parent / "served" / key
    if not target.is_dir():
        for other in target.parent.glob("*"):
            other.unlink() if other.is_symlink() else shutil.rmtree(other)
        if (adapter / "adapter_config.json").is_file():
            # on the CPU: a server, or vLLM in this process, finds the accelerator empty
            tuned, tokenizer = load_lm(model, adapter, on=torch.device("cpu"))
            with fresh_folder(target) as folder:
                tuned.save_pretrained(folder)
                tokenizer.save_pretrained(folder)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(adapter.resolve())
    return target


def check(adapter: Path) -> None:
    """Raise `ModelError` where there is no tuned model."""
    if not (adapter / "config.json").is_file() and not (adapter / "adapter_config.json").is_file():
        raise ModelError(f"{adapter} has no tuned model: run `dvc repro finetune` first")


def command(engine: str, folder: Path, host: str, port: int) -> list[str]:
    """What starts a server of the model in `folder`, under that folder's name. Raises `UserError`."""
    if engine not in ENGINES:
        raise UserError(f"no such engine: {engine}; there are {', '.join(ENGINES)}")
    needed, cure = (("vllm",), "vllm") if engine == "vllm" else (("fastapi", "uvicorn"), "'transformers[serving]'")
    if absent := [name for name in needed if find_spec(name) is None]:
        raise UserError(f"{engine} serve needs {' and '.join(absent)}: pip install {cure}")
    beside = Path(sys.executable).with_name(engine)
    program = str(beside) if beside.is_file() else shutil.which(engine)
    if program is None:
        raise UserError(f"the command {engine} is not on the PATH")
    return [program, "serve", str(folder), "--host", host, "--port", str(port)]


def free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
