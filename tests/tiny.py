"""A language model small enough to train in a test, and the parameters to train it with."""

from pathlib import Path

import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from apipack.models.places import resolve
from apipack.training.collation import Collator, CompletionTrainer, encode_rows
from apipack.training.finetune import settings
from apipack.training.params import Finetune, Lora

PAIRS = [("**api_call**:", " curl --url https://a.test/pets"), ("a longer prompt **api_call**:", " curl -X POST")]


def save_tiny(folder: Path, layers: int = 2) -> Path:
    """A randomly initialised Llama of few weights, with the embedded tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(resolve("embedded"))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def finetune_params(model: Path | str, layers: int | None = None, **changes: object) -> Finetune:
    """Parameters that make a tiny model learn, with changes."""
    lora = Lora(r=8, alpha=16, dropout=0.0, layers=layers)
    base: dict[str, object] = {
        "model": str(model), "method": "full", "lora": lora, "lr": 5e-3, "epochs": 30.0, "max_steps": None, "batch": 2,
        "accumulate": 1, "max_tokens": 128, "warmup": 0.1, "gradient_checkpointing": False, "compile": False,
        "save_every": None, "bf16": "no", "seed": None,
    }  # fmt: skip
    return Finetune.model_validate(base | changes)


def completion_trainer(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> CompletionTrainer:
    """The trainer that `tune` makes, on PAIRS."""
    p = finetune_params("given")
    return CompletionTrainer(
        model=model,
        args=settings(folder, p, seed=0, half=False, save=False),
        train_dataset=encode_rows(tokenizer, PAIRS, p.max_tokens),
        processing_class=tokenizer,
        data_collator=Collator(tokenizer.pad_token_id),
    )
