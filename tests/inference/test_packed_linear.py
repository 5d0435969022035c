"""Packed linear layers say what the plain ones say."""

from pathlib import Path

import torch
from torch import nn

from apipack.inference.generation import generate
from apipack.inference.packed_linear import PackedLinear, pack
from apipack.models.loading import load_lm
from tests.tiny import save_tiny


def test_products_are_the_same_whatever_the_rows() -> None:
    torch.manual_seed(0)
    for bias in (False, True):
        linear = nn.Linear(48, 80, bias=bias)
        packed = pack(nn.Sequential(linear))
        assert isinstance(packed[0], PackedLinear)
        for shape in ((1, 48), (72, 48), (2, 7, 48), (1000, 48)):
            rows = torch.randn(shape)
            with torch.inference_mode():
                torch.testing.assert_close(packed(rows), linear(rows), rtol=1e-5, atol=1e-5)


def test_a_packed_model_writes_the_same(tmp_path: Path) -> None:
    model, tokenizer = load_lm(str(save_tiny(tmp_path)), dtype=torch.float32)
    prompts = ["One", "Two and", "Three or four or five"]
    plain = generate(model, tokenizer, prompts, 12, batch=3)
    pack(model)
    kinds = {type(layer) for name, layer in model.named_modules() if name.endswith(("_proj", "lm_head"))}
    assert kinds == {PackedLinear}
    assert generate(model, tokenizer, prompts, 12, batch=3) == plain


def test_other_layers_and_types_stay_as_they_are() -> None:
    half = nn.Sequential(nn.Linear(4, 4).to(torch.bfloat16), nn.LayerNorm(4))
    assert [type(layer) for layer in pack(half)] == [nn.Linear, nn.LayerNorm]
