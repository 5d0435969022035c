"""What the hardware gives: the rate of a plain matrix product, against which utilisation is told."""

from __future__ import annotations

import time

import torch

from apipack.models.loading import bf16_pays, device


def matmul_rate(rounds: int = 20) -> float:
    """FLOPs a second of square matrix products in the precision that training uses here."""
    size = 8192 if torch.cuda.is_available() else 512
    left = torch.randn(size, size, dtype=torch.bfloat16 if bf16_pays() else torch.float32, device=device())
    for _ in range(3):
        left @ left
    settle()
    started = time.perf_counter()
    for _ in range(rounds):
        left @ left
    settle()
    return 2 * size**3 * rounds / (time.perf_counter() - started)


def settle() -> None:
    """Wait for the accelerator, and give back its memory that nothing uses: other processes need it."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
