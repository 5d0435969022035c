"""Shares with their uncertainty."""

from __future__ import annotations

from scipy.stats import binomtest


def wilson(hits: int, n: int) -> tuple[float, float, float]:
    """Share of hits among n > 0 trials and its 95 % score interval (Wilson 1927), rounded to four digits."""
    interval = binomtest(hits, n).proportion_ci(method="wilson")
    return round(hits / n, 4), round(float(interval.low), 4), round(float(interval.high), 4)
