"""Linear layers whose weights lie as the processor multiplies them best, once and not anew at each product.

Generation on a CPU multiplies the same weights by few rows, thousands of times. oneDNN's packed layout makes that 1.1
to 2 times as fast as `torch.nn.Linear`; torch's own compiler packs weights with the same operators. They are private to
torch, so one layer is tried first.
"""

from __future__ import annotations

import logging
from typing import Any, TypeVar, cast

import torch
from torch import nn

log = logging.getLogger(__name__)

ROWS = 72
"""Rows that the layout is chosen for; others are multiplied as well."""

Model = TypeVar("Model", bound=nn.Module)


class PackedLinear(nn.Module):
    """(…, in) → (…, out), float32, on a CPU, without gradients."""

    def __init__(self, linear: nn.Linear, operators: Any = torch.ops.mkldnn) -> None:
        super().__init__()
        self.weight = operators._reorder_linear_weight(linear.weight.detach(), ROWS)
        self.bias, self._multiply = linear.bias, operators._linear_pointwise

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self._multiply(rows, self.weight, self.bias, "none", [], "")


def pack(model: Model, operators: Any = torch.ops.mkldnn) -> Model:
    """The model, its linear layers packed where that can be done; it cannot be trained or saved afterwards.

    operators: torch's of oneDNN. Where the first layer shows that they are not what they were, all layers stay as they
    are, and one line of the log says why.
    """
    places = [
        (parent, name)
        for parent in model.modules()
        for name, layer in parent.named_children()
        if type(layer) is nn.Linear and layer.weight.dtype == torch.float32 and layer.weight.device.type == "cpu"
    ]
    if not places or not torch.backends.mkldnn.is_available():
        return model
    if fault := _fault(_at(*places[0]), operators):
        log.warning("linear layers stay as they are, which is slower: torch %s %s", torch.__version__, fault)
        return model
    for parent, name in places:  # and no layers: each one's memory is free when it is packed
        setattr(parent, name, PackedLinear(_at(parent, name), operators))
    return model


def _at(parent: nn.Module, name: str) -> nn.Linear:
    return cast(nn.Linear, parent.get_submodule(name))


@torch.inference_mode()
def _fault(layer: nn.Linear, operators: Any) -> str | None:
    """What is wrong with the operators, by one product of a layer."""
    rows = torch.linspace(-1, 1, 2 * layer.in_features).reshape(2, -1)
    expected = layer(rows)
    try:
        got = PackedLinear(layer, operators)(rows)
    except (AttributeError, TypeError, RuntimeError) as error:
        return f"has other operators of oneDNN: {' '.join(str(error).split()):.200}"
    same = got.shape == expected.shape and torch.allclose(got, expected, rtol=1e-3, atol=1e-3)
    return None if same else "has an operator of oneDNN that gives other products"
