"""LoRA's layers fused: outputs and gradients are those of peft's own forward pass."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model

from apipack.models.loading import load_lm
from apipack.training.frozen_head import take_head
from apipack.training.fused_lora import fuse
from tests.tiny import save_tiny

TARGETS = ["q_proj", "v_proj", "down_proj"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


def adapted(tiny: Path, dtype: torch.dtype, **changes: float | bool) -> torch.nn.Module:
    torch.manual_seed(1)
    config = LoraConfig(r=4, lora_alpha=12, target_modules=TARGETS, init_lora_weights=False, **changes)  # type: ignore[arg-type]
    return get_peft_model(load_lm(str(tiny), dtype=dtype)[0], config)


def gradients(model: torch.nn.Module) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    logits = model(torch.arange(1, 13).reshape(2, 6)).logits
    logits.float().square().mean().backward()
    return logits, {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}


def test_outputs_and_gradients_are_peft_s(tiny: Path) -> None:
    expected, of_peft = gradients(adapted(tiny, torch.float32))
    fused = adapted(tiny, torch.float32)
    assert fuse(fused) == 2 * len(TARGETS)
    logits, of_fused = gradients(fused)
    torch.testing.assert_close(logits, expected)
    torch.testing.assert_close(of_fused, of_peft)
    assert len(of_peft) == 4 * len(TARGETS)


def test_in_bfloat16_they_are_as_near_to_float32_as_peft_s(tiny: Path) -> None:
    _, exact = gradients(adapted(tiny, torch.float32))
    _, of_peft = gradients(adapted(tiny, torch.bfloat16))
    fused = adapted(tiny, torch.bfloat16)
    fuse(fused)
    _, of_fused = gradients(fused)

    def error(gradients: dict[str, torch.Tensor]) -> float:
        return sum(float((gradients[name] - exact[name]).norm() / exact[name].norm()) for name in exact)

    assert {gradient.dtype for gradient in of_fused.values()} == {torch.float32}
    assert error(of_fused) <= 1.2 * error(of_peft)


@pytest.mark.parametrize("change", [{"lora_dropout": 0.1}, {"use_dora": True}, {"lora_bias": True}])
def test_other_kinds_of_lora_keep_peft_s(tiny: Path, change: dict[str, float | bool]) -> None:
    assert fuse(adapted(tiny, torch.float32, **change)) == 0


def test_an_adapter_that_is_switched_off_is_not_added(tiny: Path) -> None:
    model = adapted(tiny, torch.float32)
    fuse(model)
    ids = torch.arange(1, 7)[None]
    with model.disable_adapter():  # type: ignore[operator]
        without = model(ids).logits
    torch.testing.assert_close(without, load_lm(str(tiny), dtype=torch.float32)[0](ids).logits)


def test_the_loss_under_a_head_that_was_taken_is_that_of_all_logits(tiny: Path) -> None:
    model = adapted(tiny, torch.float32)
    base = model.get_base_model()  # type: ignore[operator]
    ids, target = torch.arange(1, 201).reshape(2, 100), torch.arange(200)
    logits = model(ids).logits.flatten(0, 1)
    expected = torch.nn.functional.cross_entropy(logits, target, reduction="sum")
    expected.backward()
    of_logits = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    model.zero_grad()
    head = take_head(base, [1, 2, 3])
    assert head is not None
    loss = head.loss(model(ids).logits.flatten(0, 1), target)
    loss.backward()
    torch.testing.assert_close(loss, expected)
    for name, weight in model.named_parameters():
        if name in of_logits:
            torch.testing.assert_close(weight.grad, of_logits[name])


def test_a_head_that_trains_or_whose_logits_are_changed_stays(tiny: Path) -> None:
    model, _ = load_lm(str(tiny), dtype=torch.float32)
    assert take_head(model, [1, 2]) is None
    model.requires_grad_(False)
    forward = model.forward

    def capped(*args: object, **given: object) -> object:
        output = forward(*args, **given)
        output.logits = 0.5 * output.logits
        return output

    ids = torch.tensor([[1, 2]])
    before = model(ids).logits
    model.forward = capped
    # halving commutes with the head: the head may be halved as well
    model.lm_head.register_forward_hook(lambda _, __, logits: logits.tanh())
    assert take_head(model, [1, 2]) is None
    torch.testing.assert_close(model(ids).logits, 0.5 * before.tanh())
