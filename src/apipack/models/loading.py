"""Language models on this machine: in what precision, on what device, with what attention."""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import math
import os
import platform
import re
import time
import warnings
from contextlib import suppress
from functools import cache
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

from apipack.models.places import ModelError, resolve

transformers_logging.disable_progress_bar()
for package in ("transformers", "trl", "peft", "accelerate"):  # their deprecations are theirs to follow
    warnings.filterwarnings("ignore", category=FutureWarning, module=rf"{package}\b")
logging.getLogger("transformers.trainer_utils").setLevel(logging.ERROR)  # after a kill: a share of steps is no number

LEAST_GAIN = 1.5
"""Times, from which on products in bfloat16 outweigh the casts around them."""


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
    """Whether to train in bfloat16. choice: yes, no, or auto: where matrix products are clearly faster in it. A CPU is
    asked by a probe, since its flags do not tell: avx512_bf16 alone makes them 2.7 to 4.8 times as fast on an AMD EPYC.
    """
    if choice != "auto":
        return choice == "yes"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device().type == "cpu" and _bf16_gain() > LEAST_GAIN


def best_dtype() -> torch.dtype:
    """In which a model generates here. On CPUs bfloat16 gives other outputs or saves no time (docs/finetuning.md)."""
    native = torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if native else torch.float32


@cache
def _bf16_gain(rows: int = 256, hidden: int = 576, inner: int = 1536, seconds: float = 0.05) -> float:
    """How many times as fast as in float32 the largest product of a small model's layer is in bfloat16: the best of
    `seconds` each, of one thread's own time, so that other work on the machine does not decide."""
    best = {}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for dtype in (torch.float32, torch.bfloat16):
            states, weights = torch.ones(rows, hidden, dtype=dtype), torch.ones(inner, hidden, dtype=dtype)
            torch.nn.functional.linear(states, weights)  # loads and compiles it, longer than the clock runs
            best[dtype], end = math.inf, time.thread_time() + seconds
            while time.thread_time() < end:
                started = time.thread_time()
                torch.nn.functional.linear(states, weights)
                best[dtype] = min(best[dtype], time.thread_time() - started)
    finally:
        torch.set_num_threads(threads)
    return best[torch.float32] / best[torch.bfloat16]


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
    if adapter is not None and lora and not (adapter / "adapter_model.safetensors").is_file():
        raise ModelError(f"{adapter} has no adapter_model.safetensors, and no other format is read")
    source = resolve(name) if adapter is None or lora else adapter
    dtype = dtype or best_dtype()
    if (on or device()).type == "cpu":
        _keep_freed_memory()
    options: dict[str, Any] = {"dtype": dtype, **_attention(dtype)}
    if four_bit:
        options["quantization_config"] = _four_bit(dtype)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        if empty:
            model = _empty(source, options)
        else:  # other formats than safetensors can run code when they are read
            model = AutoModelForCausalLM.from_pretrained(source, use_safetensors=True, **options)
        if lora:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
        if not four_bit:
            model = cast(PreTrainedModel, cast(torch.nn.Module, model).to(on or device()))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        with_adapter = f" (adapter {adapter})" if adapter else ""
        raise ModelError(f"cannot load the model {name}{with_adapter}: {reason:.300}") from error
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not out_of_memory(error):
            raise
        raise ModelError(f"out of memory while the model {name} was loaded: name a smaller one") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def _keep_freed_memory() -> None:
    """Let glibc keep what tensors free for the next ones. Given back and taken anew, page by page, it costs generation
    up to a tenth of its time."""
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
    with suppress(AttributeError, OSError, TypeError):  # other C libraries
        library = ctypes.CDLL(None)
        library.mallopt(mmap_threshold, 1 << 25)
        library.mallopt(trim_threshold, (1 << 31) - 1)


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
