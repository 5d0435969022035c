"""Linear layers whose weights lie as the processor multiplies them best, once and not anew at each product.

Generation on a CPU multiplies the same weights by few rows, thousands of times. oneDNN's packed layout makes that 1.1
to 2 times as fast as `torch.nn.Linear`; torch's own compiler packs weights with the same operators. They are private to
torch, so one layer is tried first. Gated layers of perceptrons (Llama's) apply their activation where the product is,
which saves four passes over the widest states.
"""

from __future__ import annotations

import logging
from typing import Any, TypeVar

import torch
from torch import nn

log = logging.getLogger(__name__)

ROWS = 72
"""Rows that the layout is chosen for; others are multiplied as well."""

PROJECTIONS = ("gate_proj", "up_proj", "down_proj")

Model = TypeVar("Model", bound=nn.Module)


class PackedLinear(nn.Module):
    """(…, in) → (…, out), float32, on a CPU, without gradients."""

    def __init__(self, linear: nn.Linear, operators: Any = torch.ops.mkldnn) -> None:
        super().__init__()
        self.weight = operators._reorder_linear_weight(linear.weight.detach(), ROWS)
        self.bias, self._multiply = linear.bias, operators._linear_pointwise

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self._multiply(rows, self.weight, self.bias, "none", [], "")


class PackedGate(nn.Module):
    """(…, hidden) → (…, hidden): down(silu(gate(x)) * up(x))."""

    def __init__(self, layer: Any, operators: Any = torch.ops.mkldnn) -> None:
        super().__init__()
        for name in PROJECTIONS:
            setattr(self, name, PackedLinear(layer.get_submodule(name), operators))
        self._multiply, self._times = operators._linear_pointwise, operators._linear_pointwise.binary

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        gate: Any
        gate, up, down = (self.get_submodule(name) for name in PROJECTIONS)
        gated = self._multiply(rows, gate.weight, gate.bias, "swish", [], "")
        return down(self._times(rows, gated, up.weight, up.bias, "mul"))


def pack(model: Model, operators: Any = torch.ops.mkldnn) -> Model:
    """The model, its linear layers packed where that can be done; it cannot be trained or saved afterwards.

    operators: torch's of oneDNN. Where the first layer shows that they are not what they were, all layers stay as they
    are, and one line of the log says why.
    """
    if not torch.backends.mkldnn.is_available():
        return model
    kinds: tuple[tuple[Any, Any], ...] = ((_is_gate, PackedGate), (_is_linear, PackedLinear))
    for plain, packed in kinds:
        places = [
            (parent, name) for parent in model.modules() for name, layer in parent.named_children() if plain(layer)
        ]
        fault = _fault(places[0][0].get_submodule(places[0][1]), packed, operators) if places else None
        if fault and packed is PackedLinear:
            log.warning("linear layers stay as they are, which is slower: torch %s %s", torch.__version__, fault)
        for parent, name in [] if fault else places:  # no layers: each one's memory is free when it is packed
            setattr(parent, name, packed(parent.get_submodule(name), operators))
    return model


def _is_linear(layer: nn.Module) -> bool:
    return type(layer) is nn.Linear and layer.weight.dtype == torch.float32 and layer.weight.device.type == "cpu"


def _is_gate(layer: nn.Module) -> bool:
    """Whether a layer has a gated perceptron's parts; `_fault` looks at what it makes of them."""
    parts = dict(layer.named_children())
    activation = parts.pop("act_fn", None)
    return set(parts) == set(PROJECTIONS) and all(map(_is_linear, parts.values())) and activation is not None


@torch.inference_mode()
def _fault(layer: Any, packed: Any, operators: Any) -> str | None:
    """What is wrong with the operators, by what one layer makes of two rows."""
    width = layer.in_features if type(layer) is nn.Linear else layer.gate_proj.in_features
    rows = torch.linspace(-1, 1, 2 * width).reshape(2, -1)
    try:
        expected = layer(rows)
        got = packed(layer, operators)(rows)
    except (AttributeError, TypeError, RuntimeError) as error:
        return f"has other operators of oneDNN: {' '.join(str(error).split()):.200}"
    same = got.shape == expected.shape and torch.allclose(got, expected, rtol=1e-3, atol=1e-3)
    return None if same else "has an operator of oneDNN that gives other products"
