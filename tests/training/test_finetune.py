"""Fine-tuning: the loss is on completion and EOS only, it learns, and nothing is cut or lost in silence."""

from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import psutil
import pytest
import torch
from transformers import AutoTokenizer, LlamaForCausalLM

from apipack.inference.backends.base import Completion, Prompt, Sampling
from apipack.inference.backends.transformers import TransformersBackend
from apipack.models.loading import load_lm
from apipack.models.places import ModelError
from apipack.training.collation import IGNORED, ByLength, Collator, CompletionTrainer, encode, encode_rows
from apipack.training.finetune import FinetuneError, tune
from tests.tiny import PAIRS, completion_trainer, finetune_params, save_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


def test_only_completion_and_eos_carry_loss(tiny: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    row = encode(tokenizer, *PAIRS[0])
    trained = [label for label in row["labels"] if label != IGNORED]
    assert tokenizer.decode(trained) == PAIRS[0][1] + tokenizer.eos_token
    assert row["input_ids"][-1] == tokenizer.eos_token_id
    assert row["input_ids"][: -len(trained)] == tokenizer(PAIRS[0][0])["input_ids"]  # what inference will see


def test_padding_changes_nothing_although_pad_is_eos(tiny: Path, tmp_path: Path) -> None:
    model, tokenizer = load_lm(str(tiny), dtype=torch.float32)
    assert tokenizer.pad_token_id == tokenizer.eos_token_id
    rows = [encode(tokenizer, *pair) for pair in PAIRS]
    batch = Collator(tokenizer.pad_token_id)(rows)
    assert (batch["labels"] == tokenizer.eos_token_id).sum(dim=1).tolist() == [1, 1]
    trainer = completion_trainer(model, tokenizer, tmp_path)
    alone = [trainer.compute_loss(model, Collator(tokenizer.pad_token_id)([row])) * row["answer"] for row in rows]
    together = trainer.compute_loss(model, batch) * sum(row["answer"] for row in rows)
    torch.testing.assert_close(together, sum(alone))


def test_loss_and_gradient_equal_the_full_logits_loss_of_trl(tiny: Path, tmp_path: Path) -> None:
    model, tokenizer = load_lm(str(tiny), dtype=torch.float32)
    batch = Collator(tokenizer.pad_token_id)([encode(tokenizer, *pair) for pair in PAIRS])
    ours = completion_trainer(model, tokenizer, tmp_path).compute_loss(model, batch)
    ours.backward()
    gradient = model.model.embed_tokens.weight.grad.clone()
    model.zero_grad()
    logits = model(input_ids=batch["input_ids"]).logits[:, :-1]
    target = batch["labels"][:, 1:].flatten()
    full = torch.nn.functional.cross_entropy(logits.flatten(0, 1), target, ignore_index=IGNORED)
    full.backward()
    torch.testing.assert_close(ours, full)
    torch.testing.assert_close(gradient, model.model.embed_tokens.weight.grad)


@pytest.mark.parametrize(("method", "lr"), [pytest.param("full", 3e-4, marks=pytest.mark.slow), ("lora", 5e-3)])
def test_overfits_two_pairs_and_stops_after_them(tmp_path: Path, method: str, lr: float) -> None:
    p = finetune_params(Path("embedded"), method=method, lr=lr, epochs=16.0)
    metrics = tune(PAIRS, tmp_path, p, seed=0)
    assert metrics["loss_history"][-1][1] < 0.2 < metrics["loss_history"][0][1]
    assert metrics["rows"] == 2 and metrics["dropped"] == 0 and metrics["steps"] == p.epochs
    assert (tmp_path / ("adapter_model.safetensors" if method == "lora" else "model.safetensors")).is_file()
    tuned = TransformersBackend("embedded", Sampling(0.0, 1.0, 30), 2, adapter=tmp_path, raw=True, dtype=torch.float32)
    outcomes = dict(tuned.generate([Prompt("", prompt) for prompt, _ in PAIRS]))
    texts = {at: outcome.text for at, outcome in outcomes.items() if isinstance(outcome, Completion)}
    assert texts == dict(enumerate(completion for _, completion in PAIRS))


def test_same_seed_same_losses(tiny: Path, tmp_path: Path) -> None:
    rows = [(f"{k} {PAIRS[0][0]}", f"{PAIRS[0][1]}/{k}") for k in range(12)]
    first, again, other = (
        tune(rows, tmp_path / str(n), finetune_params(tiny, epochs=3.0, batch=1), seed)
        for n, seed in enumerate((1, 1, 2))
    )
    assert first["loss_history"] == again["loss_history"] != other["loss_history"]


def test_long_rows_are_dropped_whole_and_counted(tiny: Path, tmp_path: Path) -> None:
    rows = [*PAIRS, ("word " * 200, " x")]
    metrics = tune(rows, tmp_path, finetune_params(tiny, max_steps=1), seed=0)
    assert (metrics["rows"], metrics["dropped"]) == (2, 1)
    with pytest.raises(FinetuneError, match="raise finetune.max_tokens"):
        tune(rows, tmp_path, finetune_params(tiny, max_tokens=3), seed=0)


def test_rows_are_kept_in_arrow_in_their_order(tiny: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    rows = [PAIRS[0], ("word " * 200, " x"), *PAIRS, PAIRS[1]]
    found = encode_rows(tokenizer, rows, 128, chunk=2)
    assert [found[row]["input_ids"] for row in range(4)] == [
        encode(tokenizer, *rows[row])["input_ids"] for row in (0, 2, 3, 4)
    ]
    assert [one["row"] for one in found] == [0, 1, 2, 3]
    assert [one["answer"] for one in found] == [sum(label != IGNORED for label in one["labels"]) for one in found]
    assert len(encode_rows(tokenizer, rows, 3)) == 0


def test_an_epoch_s_order_is_of_seed_and_epoch_and_puts_like_lengths_together() -> None:
    lengths = [(7 * row) % 90 + 1 for row in range(800)]

    def order(seed: int, epoch: int) -> list[int]:
        return list(ByLength(lengths, 8, seed, lambda: epoch))

    torch.manual_seed(5)
    first = order(0, 2)
    assert first == order(0, 2) != order(0, 3) != order(4, 3) and sorted(first) == list(range(800))
    spreads = [max(part) - min(part) for part in zip(*[iter([lengths[row] for row in first])] * 8, strict=True)]
    assert sum(spreads) / len(spreads) < 10  # of 90


def test_a_release_that_does_not_ask_for_the_sampler_is_told_in_the_log(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert tune(PAIRS, tmp_path, finetune_params(tiny, max_steps=1), seed=0)["steps"] == 1
    assert "sampler" not in caplog.text
    monkeypatch.delattr(CompletionTrainer, "_get_train_sampler")
    assert tune(PAIRS, tmp_path, finetune_params(tiny, max_steps=1), seed=0)["steps"] == 1
    assert "draws the rows with a sampler of its own" in caplog.text


def test_a_loss_that_is_not_a_number_is_one_line(tiny: Path, tmp_path: Path) -> None:
    model, tokenizer = load_lm(str(tiny), dtype=torch.float32)
    model.lm_head.weight.data.fill_(float("nan"))
    model.save_pretrained(tmp_path / "broken")
    tokenizer.save_pretrained(tmp_path / "broken")
    with pytest.raises(FinetuneError, match=r"loss is nan at step \d+: lower finetune.lr"):
        tune(PAIRS * 20, tmp_path / "out", finetune_params(tmp_path / "broken"), seed=0)
    few = finetune_params(tmp_path / "broken", epochs=1000.0)  # long before the first point of its curve, at step 100
    with pytest.raises(FinetuneError, match="loss is nan at step 8:"):
        tune(PAIRS * 20, tmp_path / "out", few, seed=0)
    with pytest.raises(FinetuneError, match="loss is nan at step 1"):
        tune(PAIRS, tmp_path / "out", finetune_params(tmp_path / "broken", max_steps=1), seed=0)


def test_a_batch_that_cannot_fit_is_one_line_before_the_first_step(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000))
    with pytest.raises(FinetuneError, match=r"0.0 GB are free, for a batch of 2 x 128 tokens: lower finetune.batch"):
        tune(PAIRS, tmp_path, finetune_params(tiny), seed=0)


def test_running_out_of_memory_is_one_line(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LlamaForCausalLM, "forward", lambda *_, **__: torch.empty(10**15))  # torch's own error
    with pytest.raises(
        FinetuneError, match="out of memory at a batch of 2 x 128 tokens: lower finetune.batch"
    ) as error:
        tune(PAIRS, tmp_path, finetune_params(tiny), seed=0)
    assert "\n" not in str(error.value)
    # the second time in the layers that run once
    with pytest.raises(
        FinetuneError, match="out of memory at a batch of 2 x 128 tokens"
    ):  # in the layers that run once
        tune(PAIRS, tmp_path, finetune_params(tiny, method="lora", layers=1), seed=0)


@pytest.mark.skipif(find_spec("bitsandbytes") is None, reason="QLoRA needs bitsandbytes")
def test_qlora_learns_on_four_bit_weights(tiny: Path, tmp_path: Path) -> None:
    metrics = tune(PAIRS, tmp_path, finetune_params(tiny, method="qlora", epochs=40.0, lr=2e-2), seed=0)
    losses = [loss for _, loss in metrics["loss_history"]]
    assert losses[-1] < losses[0] - 0.3
    assert (tmp_path / "adapter_config.json").is_file()
    model, _ = load_lm(str(tiny), four_bit=True)
    assert type(model.model.layers[0].mlp.up_proj).__name__ == "Linear4bit"
    tuned = TransformersBackend(str(tiny), Sampling(0.0, 1.0, 2), 1, adapter=tmp_path, raw=True)
    ((_, outcome),) = tuned.generate([Prompt("", "x")])
    assert isinstance(outcome, Completion)  # the adapter merges into whole weights


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="QLoRA can run here")
def test_qlora_without_bitsandbytes_is_one_line(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="qlora needs bitsandbytes: pip install bitsandbytes, or take lora"):
        tune(PAIRS, tmp_path, finetune_params(tiny, method="qlora"), seed=0)


def test_model_flops_are_six_a_weight_and_token(tiny: Path, tmp_path: Path) -> None:
    metrics = tune(PAIRS, tmp_path, finetune_params(tiny, epochs=2.0), seed=0)
    model, _ = load_lm(str(tiny))
    embedding = cast(torch.nn.Embedding, model.get_input_embeddings()).weight.numel()  # the head too: they are tied
    body = sum(weight.numel() for weight in model.parameters()) - embedding
    expected = 6 * (body * metrics["tokens"] + embedding * metrics["completion_tokens"]) * 2 / metrics["seconds"]
    assert metrics["model_flops_per_second"] == pytest.approx(expected, rel=0.01)
    assert "model_flops_per_second" not in tune(PAIRS, tmp_path, finetune_params(tiny, method="lora", epochs=1.0), 0)


def test_bf16_can_be_asked_for_on_any_machine(tiny: Path, tmp_path: Path) -> None:
    metrics = tune(PAIRS, tmp_path, finetune_params(tiny, method="lora", max_steps=1, bf16="yes"), seed=0)
    assert metrics["steps"] == 1 and metrics["bf16"] is True
    assert tune(PAIRS, tmp_path, finetune_params(tiny, max_steps=1, bf16="no"), seed=0)["bf16"] is False
