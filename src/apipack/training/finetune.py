"""Fine-tune a causal LM on (prompt, completion) rows: TRL's SFTTrainer with a peft adapter, or all weights.

The loss is on the completion and its EOS only, each completion token weighing the same. Prompt and
completion are tokenised apart, so the model trains on the very prompt tokens it is given at inference.
"""

from __future__ import annotations

import importlib.util
import logging
import math
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psutil
import torch
from accelerate.utils import parse_flag_from_env
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from peft import LoraConfig
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, TrainerCallback
from trl import SFTConfig

from apipack.errors import UserError
from apipack.io import fresh_folder
from apipack.models.loading import bf16_pays, device, device_name, load_lm, out_of_memory
from apipack.training.checkpoints import folder_of, latest, remove_others
from apipack.training.collation import Collator, CompletionTrainer, encode_rows
from apipack.training.frozen_layers import MOST_BYTES, run_frozen

if TYPE_CHECKING:  # pydantic is not needed to train
    from apipack.training.params import Finetune, Lora

log = logging.getLogger(__name__)

LAYER_BYTES = 48
"""What a layer keeps for its backward pass, at least, a token and hidden unit. Counted in SmolLM2's layers: 49 with
bfloat16 weights and LoRA, 57 with float32 weights under autocast, 77 in float32 alone."""
LOGIT_BYTES = 18
"""The same of a logit: in bfloat16 the logits and those of completions, in float32 a copy, its logarithms and their
gradient, and that in bfloat16."""


FIRST = os.environ.get("RANK", "0") == "0"
"""Whether this is the first of several processes, the only one that publishes."""


class FinetuneError(UserError):
    """Training cannot start or go on; the message is one line that says what to change."""


def publish(rows: list[tuple[str, str]], target: Path, p: Finetune, seed: int, checkpoints: Path) -> dict[str, Any]:
    """`tune` into a folder that takes the place of `target` when all went well; other processes than the first train,
    publish nothing and return nothing."""
    if not FIRST:
        with tempfile.TemporaryDirectory() as unused:
            tune(rows, Path(unused), p, seed, checkpoints)
        return {}
    with fresh_folder(target) as folder:
        return tune(rows, folder, p, seed, checkpoints)


def tune(
    rows: list[tuple[str, str]],
    folder: Path,
    p: Finetune,
    seed: int,
    checkpoints: Path | None = None,
    most_bytes: int = MOST_BYTES,
) -> dict[str, Any]:
    """Train on rows (prompt, completion); save the adapter (lora, qlora) or model (full) with tokenizer into `folder`.

    Rows of more than p.max_tokens tokens are dropped and counted, never cut. The same seed gives the same run.

    checkpoints: a folder. A killed run of the same rows, parameters, seed and number of processes goes on from its
    last checkpoint there. The caller removes them once it has written all that it makes of the run; until then a
    finished run that is started again ends at once. most_bytes: how much of the frozen layers' output is kept in
    memory for all epochs; 0 runs these layers in every epoch.

    Returns counts, losses, seconds and memory in MB; for `full` also model FLOPs a second (`epoch_flops`).
    Raises `FinetuneError`, `ModelError`.
    """
    plan = _plan(rows, folder, p, seed, checkpoints)
    model, tokenizer = load_lm(
        p.model, dtype=plan.dtype, four_bit=p.method == "qlora", on=plan.load_on, empty=plan.empty
    )
    data = _encoded(tokenizer, rows, p)
    counts = Counts(len(rows) - len(data), *(data.data.column(name).to_pylist() for name in ("length", "answer")))
    check_batch(model, counts.lengths, counts.answers, p)
    start = time.monotonic()
    flops = epoch_flops(model, sum(counts.lengths), sum(counts.answers))  # before an adapter adds weights
    trained = _train(model, tokenizer, data, plan, p, most_bytes)
    seconds = time.monotonic() - start
    trained.trainer.save_model(str(folder))
    tokenizer.save_pretrained(folder)
    return _figures(trained, counts, seconds, flops if p.method == "full" else None)


@dataclass(frozen=True, slots=True)
class Plan:
    """In what precision and where a run trains.

    dtype: of the weights. load_on: the device that they are loaded onto. empty: whether this process leaves them
    empty, for the first one to send. sharded: whether accelerate spreads them over the processes. checkpoints: this
    run's own folder of checkpoints, or None to write none.
    """

    args: SFTConfig
    dtype: torch.dtype
    load_on: torch.device
    empty: bool
    sharded: bool
    checkpoints: Path | None


@dataclass(frozen=True, slots=True)
class Counts:
    """dropped: rows that were too long. lengths: tokens of each row that is left; answers: those of its completion."""

    dropped: int
    lengths: list[int]
    answers: list[int]


@dataclass(frozen=True, slots=True)
class Trained:
    """resumed_from: the step of the checkpoint that the run went on from, or 0. frozen_run_once: the layers whose
    states were computed once and kept. loss: the mean over all steps, as the trainer gives it."""

    trainer: CompletionTrainer
    resumed_from: int
    frozen_run_once: int
    loss: float


def _plan(rows: list[tuple[str, str]], folder: Path, p: Finetune, seed: int, checkpoints: Path | None) -> Plan:
    """To be made before the weights are loaded: `SFTConfig` joins the processes and gives each its device."""
    half = bf16_pays(p.bf16)
    # bf16 weights alone lose small updates: only the adapter (kept in fp32 by peft) may stand on them
    dtype = torch.bfloat16 if half and p.method != "full" else torch.float32
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    own_checkpoints = folder_of(checkpoints, rows, p.model_dump(mode="json"), seed, processes) if checkpoints else None
    args = settings(own_checkpoints or folder, p, seed, half, save=own_checkpoints is not None)
    sharded = bool(processes > 1 and parse_flag_from_env("ACCELERATE_USE_FSDP"))
    sent = sharded and parse_flag_from_env("FSDP_CPU_RAM_EFFICIENT_LOADING") and args.process_index > 0
    return Plan(
        args=args,
        dtype=dtype,
        load_on=torch.device("cpu") if sharded else args.device,
        empty=bool(sent and p.method != "qlora"),
        sharded=sharded,
        checkpoints=own_checkpoints,
    )


def _encoded(tokenizer: PreTrainedTokenizerBase, rows: list[tuple[str, str]], p: Finetune) -> Dataset:
    data = encode_rows(tokenizer, rows, p.max_tokens)
    if not data:
        raise FinetuneError(f"no row has at most {p.max_tokens} tokens of {len(rows)} rows: raise finetune.max_tokens")
    return data


def epoch_flops(model: PreTrainedModel, tokens: int, completion_tokens: int) -> int:
    """Floating-point operations of one epoch: 6 a weight and token (Kaplan et al., 2020). The head counts for
    completion tokens alone; embeddings, padding and attention scores are not counted."""
    config = model.config.get_text_config()
    head = config.vocab_size * config.hidden_size
    body = model.num_parameters(exclude_embeddings=True) - (0 if model.config.tie_word_embeddings else head)
    return int(6 * (body * tokens + head * completion_tokens))


def _train(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    data: Dataset,
    plan: Plan,
    p: Finetune,
    most_bytes: int,
) -> Trained:
    """Train, from the last checkpoint where there is one."""
    frozen = 0 if plan.sharded else _frozen_layers(model, p)
    with _out_of_memory_in_one_line(p):
        hidden = run_frozen(model, data["input_ids"], frozen, most_bytes=most_bytes) if frozen else []
        plan.args.use_liger_kernel &= not hidden  # Liger looks into every layer, also where one is taken out
        trainer = CompletionTrainer(
            model=model,
            args=plan.args,
            train_dataset=data,
            processing_class=tokenizer,
            data_collator=Collator(tokenizer.pad_token_id, hidden),
            peft_config=None if p.method == "full" else lora_config(model, p.lora),
            callbacks=[_Watch()],
        )
        trainer.remove_callback(PrinterCallback)
        last = _last_checkpoint(plan.checkpoints)
        result = trainer.train(resume_from_checkpoint=str(last) if last else None)
    _check_loss(result.training_loss, trainer.state.global_step)  # a run shorter than a log interval has no line
    resumed_from = int(last.name.rpartition("-")[2]) if last else 0
    return Trained(trainer, resumed_from, frozen if hidden else 0, result.training_loss)


def _last_checkpoint(folder: Path | None) -> Path | None:
    """The checkpoint to go on from; checkpoints of other runs are removed."""
    if folder is None:
        return None
    last = latest(folder)
    remove_others(folder)
    if last:
        log.info("going on from %s", last.name)
    return last


def _figures(trained: Trained, counts: Counts, seconds: float, epoch_flops: int | None) -> dict[str, Any]:
    """The metrics of a run. epoch_flops: None where only an adapter is trained and the formula does not hold."""
    trainer = trained.trainer
    steps, epochs, tokens = trainer.state.global_step, float(trainer.state.epoch or 0), sum(counts.lengths)
    here = 1 - trained.resumed_from / max(1, steps)  # share of the steps that this process did
    speed = {} if epoch_flops is None else {"model_flops_per_second": round(epoch_flops * epochs * here / seconds)}
    losses = [[row["step"], round(row["loss"], 4)] for row in trainer.state.log_history if "loss" in row]
    weights = cast(torch.nn.Module, trainer.model).parameters()
    return {
        "rows": len(counts.lengths),
        "dropped": counts.dropped,
        "tokens": tokens,
        "completion_tokens": sum(counts.answers),
        "steps": steps,
        "resumed_from_step": trained.resumed_from,
        "epochs": round(epochs, 3),
        "train_loss": round(sum(loss for _, loss in losses) / len(losses) if losses else trained.loss, 4),
        "loss_history": losses,
        "seconds": round(seconds, 2),
        "tokens_per_second": round(tokens * epochs * here / seconds, 1),
        **speed,
        "device": device_name(),
        "trainable_parameters": sum(weight.numel() for weight in weights if weight.requires_grad),
        "frozen_layers_run_once": trained.frozen_run_once,
        "peak_memory_mb": _peak_memory_mb(),
    }


def check_batch(model: PreTrainedModel, lengths: list[int], answers: list[int], p: Finetune) -> None:
    """Raise `FinetuneError` for a micro-batch that cannot fit: a low estimate of what its longest rows need to go
    back through the tuned layers, against the memory that is free. Linux would kill the process without a word.

    lengths: tokens of each row; answers: those of its completion.
    """
    config = model.config.get_text_config()
    layers = p.lora.layers if p.method != "full" and p.lora.layers else config.num_hidden_layers
    inputs, whole = (layers, 1) if p.gradient_checkpointing else (0, layers)  # layers of which that much is kept
    units = inputs * model.dtype.itemsize + whole * LAYER_BYTES
    rows, logits = (sum(sorted(counts)[-p.batch :]) for counts in (lengths, answers))
    needed = rows * config.hidden_size * units + logits * config.vocab_size * LOGIT_BYTES
    free = torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else psutil.virtual_memory().available
    if needed > free:
        raise FinetuneError(f"{needed / 1e9:.1f} GB at least, where {free / 1e9:.1f} GB are free, for {_smaller(p)}")


@contextmanager
def _out_of_memory_in_one_line(p: Finetune) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not out_of_memory(error):
            raise
        raise FinetuneError(f"out of memory at {_smaller(p)}") from error


def _smaller(p: Finetune) -> str:
    return (
        f"a batch of {p.batch} x {p.max_tokens} tokens: lower finetune.batch or finetune.max_tokens, and raise"
        " finetune.accumulate"
    )


def lora_config(model: PreTrainedModel, p: Lora) -> LoraConfig:
    """Adapters on every linear map of the last `p.layers` layers, or of all."""
    total = model.config.num_hidden_layers
    linear = {name.rpartition(".")[2] for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    return LoraConfig(
        r=p.r,
        lora_alpha=p.alpha,
        lora_dropout=p.dropout,
        target_modules=sorted(linear - {"lm_head"}),
        layers_to_transform=None if p.layers is None else list(range(max(0, total - p.layers), total)),
        task_type="CAUSAL_LM",
    )


def _frozen_layers(model: PreTrainedModel, p: Finetune) -> int:
    """How many layers lie below the first tuned one, if rows come back often enough for that to pay."""
    if p.method == "full" or p.lora.layers is None or (p.max_steps is None and p.epochs <= 1):
        return 0
    return max(0, model.config.get_text_config().num_hidden_layers - p.lora.layers)


class _Watch(TrainerCallback):
    """A log line now and then; stops on a loss that is not a number."""

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        _check_loss(loss, state.global_step)
        log.info("step %d of %d: loss %.4f, lr %.2e", state.global_step, state.max_steps, loss, logs["learning_rate"])  # type: ignore[index]


def _check_loss(loss: float, step: int) -> None:
    if not math.isfinite(loss):
        raise FinetuneError(f"the loss is {loss} at step {step}: lower finetune.lr or raise finetune.warmup")


def settings(folder: Path, p: Finetune, seed: int, half: bool, save: bool) -> SFTConfig:
    """The trainer's arguments; optional accelerators (Liger's kernels on a GPU) where they are installed."""
    quiet = not sys.stderr.isatty()
    if quiet:
        disable_progress_bar()
    liger = torch.cuda.is_available() and importlib.util.find_spec("liger_kernel") is not None
    return SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=p.batch,
        gradient_accumulation_steps=p.accumulate,
        num_train_epochs=p.epochs,
        max_steps=p.max_steps or -1,
        learning_rate=p.lr,
        lr_scheduler_type="cosine",
        warmup_steps=p.warmup,  # below 1: a share of all steps
        optim="adamw_torch_fused",
        bf16=half,
        use_cpu=half and device().type == "cpu",  # transformers refuses bf16 without it
        max_length=None,
        gradient_checkpointing=p.gradient_checkpointing,
        torch_compile=p.compile,
        use_liger_kernel=liger,
        liger_kernel_config={"fused_linear_cross_entropy": False, "cross_entropy": False} if liger else None,
        logging_steps=8,
        logging_nan_inf_filter=False,
        save_strategy="steps" if save and p.save_every else "no",
        save_steps=p.save_every or 500,  # below 1: a share of all steps
        save_total_limit=1,
        report_to="none",
        disable_tqdm=quiet,
        dataloader_pin_memory=torch.cuda.is_available(),
        seed=seed,
        data_seed=seed,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
    )


def _peak_memory_mb() -> int:
    """Peak of the accelerator where there is one, else of this process."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated() // 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
