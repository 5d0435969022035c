"""Attention in bfloat16 on a CPU: outputs and gradients are those of torch's own."""

from pathlib import Path

import pytest
import torch

from apipack.models import causal_attention
from apipack.models.loading import load_lm
from apipack.training import cpu_attention
from apipack.training.cpu_attention import attend, use_cpu_attention
from tests.tiny import save_tiny


@pytest.mark.parametrize("longest", [16, 4])
def test_outputs_and_gradients_are_torch_s(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_attention, "LONGEST", longest)
    monkeypatch.setattr(causal_attention, "PIECE", 3)
    torch.manual_seed(0)
    query, key, value = (torch.randn(2, heads, 7, 8, dtype=torch.float64, requires_grad=True) for heads in (6, 2, 2))
    states = (query, key, value)
    output, _ = attend(torch.nn.Identity(), query, key, value, None, scaling=0.3)
    expected = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, is_causal=True, scale=0.3, enable_gqa=True
    )
    torch.testing.assert_close(output, expected.transpose(1, 2))
    weights = torch.randn_like(output)
    of_ours = torch.autograd.grad((output * weights).sum(), states)
    of_torch = torch.autograd.grad((expected.transpose(1, 2) * weights).sum(), states)
    torch.testing.assert_close(of_ours, of_torch)


def test_a_model_takes_it_in_bfloat16_alone(tmp_path: Path) -> None:
    name = str(save_tiny(tmp_path))
    whole, _ = load_lm(name, dtype=torch.float32)
    assert not use_cpu_attention(whole)
    model, _ = load_lm(name, dtype=torch.bfloat16)
    ids = torch.arange(1, 13).reshape(2, 6)
    before = model(ids).logits
    assert use_cpu_attention(model) == (model.device.type == "cpu")
    torch.testing.assert_close(model(ids).logits, before, atol=0.02, rtol=0.05)
    model.config.layer_types, model.config.sliding_window = ["sliding_attention"] * 2, 4
    model.set_attn_implementation("sdpa")
    assert not use_cpu_attention(model)
