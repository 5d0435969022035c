"""LoRA's linear layers as one step of the backward pass each, in the precision of the weights that they stand on.

peft casts the rows to the adapter's float32, autocast casts them back, and the scaled sum makes two more copies. In
bfloat16 on a CPU these copies take longer than the products. Here the adapter's small matrices are cast, and its
product is added in place.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import nn


class _Adapted(torch.autograd.Function):
    """x W' + bias + scale (x A') B', where A (r, in) and B (out, r) alone have gradients, beside x."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        a: torch.Tensor,
        b: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        down, up = a.to(x.dtype), (b * scale).to(x.dtype)
        inner = rows @ down.T
        ctx.save_for_backward(rows, weight, down, up, inner)
        ctx.scale, ctx.dtype = scale, a.dtype
        product = nn.functional.linear(rows, weight, bias).addmm_(inner, up.T)
        return product.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        rows, weight, down, up, inner = ctx.saved_tensors
        (gradient,) = gradients
        of_rows = gradient.reshape(-1, gradient.shape[-1])
        of_inner = of_rows @ up
        of_x = None
        if ctx.needs_input_grad[0]:
            of_x = (of_rows @ weight).addmm_(of_inner, down).view(*gradient.shape[:-1], -1)
        of_a = (of_inner.T @ rows).to(ctx.dtype)
        of_b = (of_rows.T @ inner).to(ctx.dtype) * ctx.scale
        return of_x, None, None, of_a, of_b, None


def fuse(model: nn.Module) -> int:
    """Replace peft's forward pass of plain LoRA layers; returns of how many.

    Quantised weights, dropout and LoRA's variants keep peft's. Parameters, checkpoints and the saved adapter stay as
    they are.
    """
    layers = [module for module in model.modules() if type(module) is Linear and _plain(module)]
    for layer in layers:
        layer.forward = partial(_forward, layer, layer.forward)  # type: ignore[method-assign]
    return len(layers)


def _plain(layer: Linear) -> bool:
    """Whether the layer computes x W' + scale (x A') B' and nothing else."""
    if len(layer.active_adapters) != 1 or layer.fan_in_fan_out or type(layer.get_base_layer()) is not nn.Linear:
        return False
    (name,) = layer.active_adapters
    return (
        isinstance(layer.lora_dropout[name], nn.Identity)
        and name not in layer.lora_variant
        and layer.lora_B[name].bias is None
    )


def _forward(layer: Linear, otherwise: Any, x: torch.Tensor, *args: Any, **given: Any) -> torch.Tensor:
    base: Any = layer.get_base_layer()
    if layer.disable_adapters or layer.merged or args or given or x.dtype != base.weight.dtype:
        return otherwise(x, *args, **given)
    (name,) = layer.active_adapters
    a, b = layer.lora_A[name].weight, layer.lora_B[name].weight
    return _Adapted.apply(x, base.weight, base.bias, a, b, layer.scaling[name])
