"""Frozen layers run once: the loss and the trained weights are those of running them again and again."""

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel

from apipack.models.loading import load_lm
from apipack.training import finetune
from apipack.training.collation import Collator, encode
from apipack.training.finetune import settings, tune
from apipack.training.frozen_layers import Passed, run_frozen
from tests.tiny import PAIRS, completion_trainer, finetune_params, save_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"), layers=3)


def test_the_loss_is_the_same(tiny: Path, tmp_path: Path) -> None:
    model, tokenizer = load_lm(str(tiny), dtype=torch.float32)
    rows = [encode(tokenizer, *pair) | {"row": number} for number, pair in enumerate(PAIRS)]
    trainer = completion_trainer(model, tokenizer, tmp_path)
    expected = trainer.compute_loss(model, Collator(tokenizer.pad_token_id)(rows))
    hidden = run_frozen(model, [row["input_ids"] for row in rows], 2)
    assert [len(states) for states in hidden] == [row["length"] for row in rows]
    batch = Collator(tokenizer.pad_token_id, hidden)(rows)
    torch.testing.assert_close(trainer.compute_loss(model, batch), expected)


def test_a_whole_run_is_the_same(tiny: Path, tmp_path: Path) -> None:
    rows = [(f"{k} {PAIRS[0][0]}", f"{PAIRS[0][1]}/{k}") for k in range(9)]
    p = finetune_params(tiny, method="lora", epochs=4.0, layers=1)
    once = tune(rows, tmp_path / "once", p, seed=0)
    again = tune(rows, tmp_path / "again", p, seed=0, most_bytes=0)
    assert (once["frozen_layers_run_once"], again["frozen_layers_run_once"]) == (2, 0)
    assert [loss for _, loss in once["loss_history"]] == pytest.approx(
        [loss for _, loss in again["loss_history"]], abs=1e-3
    )
    texts = [(tmp_path / name / "adapter_config.json").read_text() for name in ("once", "again")]
    assert texts[0] == texts[1]


def test_liger_is_left_out_where_a_layer_is(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    patched: list[int] = []

    def with_liger(*given: object, **more: object) -> object:
        made = settings(*given, **more)  # type: ignore[arg-type]
        made.use_liger_kernel = True
        return made

    def liger(model: PeftModel, _: object) -> None:
        base: Any = model.get_base_model()
        patched.append(len([layer.mlp for layer in base.model.layers]))  # as Liger goes through them

    monkeypatch.setattr(finetune, "settings", with_liger)
    monkeypatch.setattr("transformers.trainer.apply_liger_kernel", liger)
    tune(PAIRS, tmp_path, finetune_params(tiny, method="lora", epochs=2.0, layers=1), seed=0)
    assert patched == []
    tune(PAIRS, tmp_path, finetune_params(tiny, method="lora", epochs=2.0), seed=0)
    assert patched == [3]


def test_a_model_that_rescales_its_embeddings_is_left_as_it_was(tiny: Path) -> None:
    model, tokenizer = load_lm(str(tiny), dtype=torch.float32)

    def doubled(_: object, args: tuple[object, ...], given: dict[str, torch.Tensor]) -> tuple[object, object]:
        embeds = given.get("inputs_embeds")
        return args, given if embeds is None else given | {"inputs_embeds": embeds * 2}

    model.get_decoder().register_forward_pre_hook(doubled, with_kwargs=True)
    ids = tokenizer(PAIRS[1][0])["input_ids"]
    before = model(torch.tensor([ids])).logits
    assert run_frozen(model, [ids], 2) == []
    torch.testing.assert_close(model(torch.tensor([ids])).logits, before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("share", "kept"), [(0.02, True), (0.2, False)])
def test_single_logits_may_be_rounded_otherwise(tiny: Path, dtype: torch.dtype, share: float, kept: bool) -> None:
    """A processor's kernels depend on the shape of a batch: with AMX single logits differ by 4 % of the largest one."""
    model, tokenizer = load_lm(str(tiny), dtype=dtype)
    ids = tokenizer(PAIRS[1][0])["input_ids"]

    def rounded(_: object, given: tuple[torch.Tensor, ...], logits: torch.Tensor) -> torch.Tensor:
        if isinstance(model.get_decoder().layers[0], Passed):
            logits = logits.clone()
            logits[0, 0, 0] += share * logits.norm() * (1 if dtype is torch.bfloat16 else 2**-10)
        return logits

    model.get_output_embeddings().register_forward_hook(rounded)
    assert bool(run_frozen(model, [ids], 2)) is kept
