"""Fine-tune a causal LM on (prompt, completion) rows: TRL's SFTTrainer with a peft adapter, or all weights.

The loss is on the completion and its EOS only, each completion token weighing the same. Prompt and
completion are tokenised apart, so the model trains on the very prompt tokens it is given at inference.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psutil
import torch
from accelerate.utils import parse_flag_from_env
from peft import LoraConfig
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback
from trl import SFTConfig

from apipack.io import fresh_folder
from apipack.models.loading import bf16_pays, device, device_name, load_lm, out_of_memory
from apipack.training.checkpoints import folder_of, latest, remove_others
from apipack.training.collation import Collator, CompletionTrainer, Pair
from apipack.training.cpu_attention import use_cpu_attention
from apipack.training.data import Data, prepare
from apipack.training.frozen_head import take_head
from apipack.training.frozen_layers import MOST_BYTES, run_frozen
from apipack.training.fused_lora import fuse
from apipack.training.rows import Rows
from apipack.training.saving import save
from apipack.training.spending import Spending
from apipack.training.steps import rows_come_back, steps_between_losses, steps_of
from apipack.training.watching import FinetuneError, Tell, Watch, check_loss, losses

if TYPE_CHECKING:  # pydantic is not needed to train
    from apipack.training.params import Finetune, Lora

log = logging.getLogger(__name__)

LAYER_BYTES = 40
"""What a layer keeps for its backward pass, at least, a token and hidden unit. Counted in SmolLM2's layers: 40 with
bfloat16 weights and fused LoRA, 71 in float32 alone."""
LOGIT_BYTES = 18
"""The same of a logit where the head trains: in bfloat16 the logits and those of completions, in float32 a copy, its
logarithms and their gradient, and that in bfloat16."""


FIRST = os.environ.get("RANK", "0") == "0"
"""Whether this is the first of several processes, the only one that publishes."""


def publish(
    rows: Sequence[Pair], target: Path, p: Finetune, seed: int, checkpoints: Path, tell: Tell | None = None
) -> dict[str, Any]:
    """`tune` into a folder that takes the place of `target` when all went well; other processes than the first train,
    publish nothing and return nothing."""
    if not FIRST:
        with tempfile.TemporaryDirectory() as unused:
            tune(rows, Path(unused), p, seed, checkpoints)
        return {}
    with fresh_folder(target) as folder:
        return tune(rows, folder, p, seed, checkpoints, tell=tell)


def tune(
    rows: Sequence[Pair],
    folder: Path,
    p: Finetune,
    seed: int,
    checkpoints: Path | None = None,
    most_bytes: int = MOST_BYTES,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Train on rows (prompt, completion); save the adapter (lora, qlora) or model (full) with tokenizer into `folder`.

    Rows of more than p.max_tokens tokens are dropped and counted, never cut. The same seed gives the same run.

    checkpoints: a folder. A killed run of the same rows, parameters, seed and number of processes goes on from its
    last checkpoint there. The caller removes them once it has written all that it makes of the run; until then a
    finished run that is started again ends at once. most_bytes: how much of the frozen layers' output is kept in
    memory for all epochs; 0 runs these layers in every epoch. tell: is given the losses so far after each new one.

    Returns counts, losses, FLOPs (`flops_of`), whether it was in bfloat16, and what it took (`Spending.figures`), also
    before it was killed; for `full` also model FLOPs a second.
    Raises `FinetuneError`, `ModelError`.
    """
    plan = _plan(rows, folder, p, seed, checkpoints)
    model, tokenizer = load_lm(
        p.model, dtype=plan.dtype, four_bit=p.method == "qlora", on=plan.load_on, empty=plan.empty
    )
    data = prepare(tokenizer, rows, p.max_tokens)
    if not data.lengths:
        raise FinetuneError(f"no row has at most {p.max_tokens} tokens of {len(rows)} rows: raise finetune.max_tokens")
    check_batch(model, *data.longest(p.batch), p)
    flops = flops_of(model)  # before an adapter adds weights
    spending = Spending(plan.checkpoints)
    trained = _train(model, tokenizer, data, plan, p, most_bytes, tell, spending)
    figures = _figures(trained, data, spending.seconds, flops, p) | spending.figures()
    figures["bf16"] = bool(plan.args.bf16 or plan.dtype == torch.bfloat16)
    save(trained.trainer, tokenizer, folder, p, figures)
    return figures


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
class Trained:
    """resumed_from: the step of the checkpoint that the run went on from, or 0. frozen_run_once: the layers whose
    states were computed once and kept. loss: the mean over all steps, as the trainer gives it. collator: it counts."""

    trainer: CompletionTrainer
    collator: Collator
    resumed_from: int
    frozen_run_once: int
    loss: float


def _plan(rows: Sequence[Pair], folder: Path, p: Finetune, seed: int, checkpoints: Path | None) -> Plan:
    """To be made before the weights are loaded: `SFTConfig` joins the processes and gives each its device."""
    half = bf16_pays(p.bf16)
    # bf16 weights alone lose small updates: only the adapter (kept in fp32 by peft) may stand on them
    dtype = torch.bfloat16 if half and p.method != "full" else torch.float32
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    identity = [rows.digest] if isinstance(rows, Rows) else rows
    own_checkpoints = (
        folder_of(checkpoints, identity, p.model_dump(mode="json"), seed, processes) if checkpoints else None
    )
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


def flops_of(model: PreTrainedModel) -> tuple[int, int]:
    """Floating-point operations of training on a token, and of a completion's token more: 6 a weight (Kaplan et al.,
    2020). The head counts for completions alone; embeddings, padding and attention scores are not counted."""
    config = model.config.get_text_config()
    head = config.vocab_size * config.hidden_size
    body = model.num_parameters(exclude_embeddings=True) - (0 if model.config.tie_word_embeddings else head)
    return 6 * body, 6 * head


def _train(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    data: Data,
    plan: Plan,
    p: Finetune,
    most_bytes: int,
    tell: Tell | None,
    spending: Spending,
) -> Trained:
    """Train, from the last checkpoint where there is one."""
    rows, processes = len(data.lengths), plan.args.world_size
    again = data.tokens is not None and not plan.sharded and rows_come_back(rows, p, processes)
    frozen = _frozen_layers(model, p) if again else 0
    plan.args.logging_steps = steps_between_losses(steps_of(rows, p, processes))
    if p.method != "full" and use_cpu_attention(model):
        log.info("attention in bfloat16 is made of plain products")
    with _out_of_memory_in_one_line(p):
        hidden = run_frozen(model, data.rows["input_ids"], frozen, most_bytes=most_bytes) if frozen else []
        plan.args.use_liger_kernel &= not hidden  # Liger looks into every layer, also where one is taken out
        collator = Collator(tokenizer.pad_token_id, hidden)
        trainer = CompletionTrainer(
            model=model,
            args=plan.args,
            train_dataset=data.rows,
            processing_class=tokenizer,
            data_collator=collator,
            peft_config=None if p.method == "full" else lora_config(model, p.lora),
            callbacks=[spending],
        )
        trainer.add_callback(Watch(collator, processes == 1, tell, lambda: trainer.last_loss))
        trainer.lengths = data.lengths
        if p.method != "full" and not plan.sharded:
            trainer.head = take_head(model, data.rows[0]["input_ids"])
            log.info("%d of LoRA's layers are fused", fuse(model))
        trainer.remove_callback(PrinterCallback)
        if last := _last_checkpoint(plan.checkpoints):
            spending.go_on()
        result = trainer.train(resume_from_checkpoint=str(last) if last else None)
    check_loss(result.training_loss, trainer.state.global_step)
    resumed_from = int(last.name.rpartition("-")[2]) if last else 0
    return Trained(trainer, collator, resumed_from, frozen if hidden else 0, result.training_loss)


def _last_checkpoint(folder: Path | None) -> Path | None:
    """The checkpoint to go on from; checkpoints of other runs are removed."""
    if folder is None:
        return None
    last = latest(folder)
    remove_others(folder)
    if last:
        log.info("going on from %s", last.name)
    return last


def _figures(trained: Trained, data: Data, seconds: float, flops: tuple[int, int], p: Finetune) -> dict[str, Any]:
    """The metrics of a run but what it took. seconds: of this process. flops: of `flops_of`. tokens of an epoch are
    those of the rows, or follow from those that this process saw."""
    trainer, seen = trained.trainer, trained.collator
    steps, epochs = trainer.state.global_step, float(trainer.state.epoch or 0)
    here = epochs * (1 - trained.resumed_from / max(1, steps))  # epochs that this process did
    counted = data.tokens is not None and data.answers is not None
    tokens, answers = (sum(data.tokens or ()), sum(data.answers or ())) if counted else (seen.tokens, seen.answers)
    if not counted and here:
        tokens, answers = round(tokens / here), round(answers / here)
    speed = {}
    if p.method == "full":
        speed["model_flops_per_second"] = round((flops[0] * tokens + flops[1] * answers) * here / seconds)
    history = losses(trainer.state.log_history)
    weights = cast(torch.nn.Module, trainer.model).parameters()
    return {
        "rows": len(data.lengths),
        "dropped": data.dropped,
        "tokens": tokens,
        "completion_tokens": answers,
        "steps": steps,
        "resumed_from_step": trained.resumed_from,
        "epochs": round(epochs, 3),
        "flops": _flops(trained, tokens, answers, epochs, flops, p),
        "train_loss": round(sum(loss for _, loss in history) / len(history) if history else trained.loss, 4),
        "loss_history": history,
        "tokens_per_second": round(tokens * here / seconds, 1),
        **speed,
        "device": device_name(),
        "trainable_parameters": sum(weight.numel() for weight in weights if weight.requires_grad),
        "frozen_layers_run_once": trained.frozen_run_once,
    }


def _flops(trained: Trained, tokens: int, answers: int, epochs: float, flops: tuple[int, int], p: Finetune) -> int:
    """Floating-point operations of the whole training. With an adapter, a tuned layer's own weights take 4 a token (no
    gradient of their own) and a frozen layer's 2, once where its states are kept; the adapter's weights take 6."""
    if p.method == "full":
        return round((flops[0] * tokens + flops[1] * answers) * epochs)
    model = cast(PreTrainedModel, trained.trainer.model)
    layers = model.config.get_text_config().num_hidden_layers
    tuned = min(p.lora.layers or layers, layers) / layers
    body, head = flops[0] / 6, flops[1] / 6
    adapter = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    frozen_epochs = 1 if trained.frozen_run_once else epochs
    of_tokens = 2 * body * (1 - tuned) * frozen_epochs + (4 * body * tuned + 6 * adapter) * epochs
    return round(of_tokens * tokens + 4 * head * answers * epochs)


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
    needed = rows * config.hidden_size * units
    if p.method == "full":
        needed += logits * config.vocab_size * LOGIT_BYTES
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
    """How many layers lie below the first tuned one."""
    if p.method == "full" or p.lora.layers is None:
        return 0
    return max(0, model.config.get_text_config().num_hidden_layers - p.lora.layers)


def settings(folder: Path, p: Finetune, seed: int, half: bool, save: bool) -> SFTConfig:
    """The trainer's arguments; optional accelerators (Liger's kernels on a GPU) where they are installed."""
    quiet = not sys.stderr.isatty()
    on_cpu = device().type == "cpu"
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
        bf16=half and not (on_cpu and p.method != "full"),  # an adapter's layers cast themselves: `fused_lora`
        use_cpu=half and on_cpu,  # transformers refuses bf16 without it
        max_length=None,
        gradient_checkpointing=p.gradient_checkpointing,
        torch_compile=p.compile,
        use_liger_kernel=liger,
        liger_kernel_config={"fused_linear_cross_entropy": False, "cross_entropy": False} if liger else None,
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
