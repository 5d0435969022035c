"""Attention on a CPU gives what torch's own gives, for prompts that are read and for steps of many rows."""

from pathlib import Path
from typing import Any

import pytest
import torch

from apipack.inference import attention
from apipack.inference.attention import use_attention
from apipack.inference.decoding import complete
from apipack.models import causal_attention
from apipack.models.loading import load_lm
from tests.tiny import save_tiny

SCALE = 0.3


def of_torch(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, **given: Any) -> torch.Tensor:
    output = torch.nn.functional.scaled_dot_product_attention(query, key, value, scale=SCALE, enable_gqa=True, **given)
    return output.transpose(1, 2)


@pytest.mark.parametrize("tokens", [1, 3, 4, 5, 11])
def test_prompts_are_read_in_pieces(tokens: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causal_attention, "PIECE", 4)
    monkeypatch.setattr(attention, "LEAST", 1)
    torch.manual_seed(0)
    query, key, value = (torch.randn(2, tokens, heads, 8).transpose(1, 2) for heads in (6, 2, 2))
    output, _ = attention._Attention()(torch.nn.Identity(), query, key, value, None, SCALE)
    torch.testing.assert_close(output, of_torch(query, key, value, is_causal=True))


@pytest.mark.parametrize("rows", [9, 16, 21])
def test_steps_are_taken_in_blocks(rows: int) -> None:
    torch.manual_seed(0)
    attend = attention._Attention()
    roomy = [torch.randn(rows, 2, 40, 8) for _ in range(2)]
    for used in (30, 31):
        starts = torch.randint(0, used, (rows,)).sort().values
        mask = (torch.arange(used) >= starts[:, None])[:, None, None]
        query, key, value = torch.randn(rows, 6, 1, 8), *(states[:, :, :used] for states in roomy)
        for _ in range(2):  # two layers
            output, _ = attend(torch.nn.Identity(), query, key, value, mask, SCALE)
            torch.testing.assert_close(output, of_torch(query, key, value, attn_mask=mask))


def test_a_model_writes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "ROWS", 2)
    monkeypatch.setattr(causal_attention, "PIECE", 4)
    monkeypatch.setattr(attention, "LEAST", 6)
    model, _ = load_lm(str(save_tiny(tmp_path)), dtype=torch.float32)
    prompts = [list(range(1, 2 + length)) for length in (17, 12, 9, 9, 5, 2)]

    def greedy() -> list[list[int]]:
        return complete(model.eval(), prompts, 12, lambda logits, _: logits.argmax(-1), lambda made: made[-1] % 7 == 0)

    plain = greedy()
    assert use_attention(model) == (model.device.type == "cpu")
    assert greedy() == plain
    ids = torch.arange(1, 21).reshape(2, 10)
    mask = torch.ones_like(ids).index_fill(1, torch.arange(3), 0)
    padded = model(input_ids=ids, attention_mask=mask).logits[:, 3:]
    model.set_attn_implementation("sdpa")
    torch.testing.assert_close(padded, model(input_ids=ids, attention_mask=mask).logits[:, 3:], rtol=1e-4, atol=1e-5)


def test_layers_that_look_at_less_keep_their_own(tmp_path: Path) -> None:
    model, _ = load_lm(str(save_tiny(tmp_path)), dtype=torch.float32)
    model.config.layer_types, model.config.sliding_window = ["sliding_attention"] * 2, 4
    assert not use_attention(model)
    assert model.config._attn_implementation == "sdpa"
