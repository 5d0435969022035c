"""Packed linear layers say what the plain ones say."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from apipack.inference.decoding import complete
from apipack.inference.packed_linear import PackedGate, PackedLinear, pack
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
    prompts = [tokenizer(text)["input_ids"] for text in ("One", "Two and", "Three or four or five")]

    def greedy() -> list[list[int]]:
        return complete(model.eval(), prompts, 12, lambda logits, _: logits.argmax(-1), lambda _: False)

    plain = greedy()
    pack(model)
    kinds = {type(layer) for name, layer in model.named_modules() if name.endswith(("_proj", "lm_head"))}
    assert kinds == {PackedLinear}
    gates = {type(layer) for name, layer in model.named_modules() if name.endswith("mlp")}
    assert gates == {PackedGate}
    assert greedy() == plain


class Gated(nn.Module):
    def __init__(self, activation: nn.Module, bias: bool = False) -> None:
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(48, 80, bias=bias), nn.Linear(48, 80, bias=bias)
        self.down_proj, self.act_fn = nn.Linear(80, 48, bias=bias), activation

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.down_proj(self.act_fn(self.gate_proj(rows)) * self.up_proj(rows))


@pytest.mark.parametrize(
    ("activation", "bias", "kind"),
    [(nn.SiLU(), False, PackedGate), (nn.SiLU(), True, PackedGate), (nn.GELU(), False, Gated)],
)
def test_gates_are_packed_where_they_say_the_same(activation: nn.Module, bias: bool, kind: type) -> None:
    torch.manual_seed(0)
    gated = Gated(activation, bias)
    rows = torch.randn(2, 7, 48)
    with torch.inference_mode():
        expected = gated(rows)
        packed = pack(nn.Sequential(gated))
        assert type(packed[0]) is kind
        assert type(packed[0].gate_proj) is PackedLinear
        torch.testing.assert_close(packed(rows), expected, rtol=1e-5, atol=1e-5)


def test_other_layers_and_types_stay_as_they_are() -> None:
    half = nn.Sequential(nn.Linear(4, 4).to(torch.bfloat16), nn.LayerNorm(4))
    assert [type(layer) for layer in pack(half)] == [nn.Linear, nn.LayerNorm]


def dropped(weight: torch.Tensor, rows: int) -> torch.Tensor:
    return torch.zeros_like(weight)


OPERATORS = torch.ops.mkldnn
OTHERS = {
    "has no attribute '_reorder_linear_weight'": SimpleNamespace(_linear_pointwise=OPERATORS._linear_pointwise),
    "has no attribute '_linear_pointwise'": SimpleNamespace(_reorder_linear_weight=OPERATORS._reorder_linear_weight),
    "takes 1 positional argument but 2 were given": SimpleNamespace(
        _reorder_linear_weight=lambda weight: weight, _linear_pointwise=OPERATORS._linear_pointwise
    ),
    "mkldnn::_linear_pointwise": SimpleNamespace(  # torch's own error: an argument more than the operator takes
        _reorder_linear_weight=OPERATORS._reorder_linear_weight,
        _linear_pointwise=lambda *given: OPERATORS._linear_pointwise(*given, None),
    ),
    "gives other products": SimpleNamespace(
        _reorder_linear_weight=dropped, _linear_pointwise=lambda rows, weight, *_: rows @ weight.T
    ),
}


@pytest.mark.parametrize("fault", OTHERS)
def test_other_operators_than_those_known_leave_the_layers_alone(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    model = nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 2))
    assert [type(layer) for layer in pack(model, OTHERS[fault])] == [nn.Linear, nn.Linear]
    (line,) = caplog.messages
    assert line.startswith("linear layers stay as they are") and fault in line and "\n" not in line
