"""How varied a set of instructions is, in figures that other papers give too."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist, cpdist

from apipack.instructions.phrases import VERBS

SAMPLE = 2_000
NEAR = 90
_WORD = re.compile(r"[a-z0-9']+")


def figures(texts: Sequence[str]) -> dict[str, Any]:
    """distinct-1 and -2 (Li et al., 2016: distinct n-grams by all, over the first SAMPLE texts, for it falls with
    more), words, share that opens with each of the commonest two words, share with a verb, verbs in use, exact
    and near duplicates (rapidfuzz ratio of NEAR or more to another of those first SAMPLE)."""
    if not texts:
        return {}
    sample = [_WORD.findall(text.lower()) for text in texts[:SAMPLE]]
    words = [len(text.split()) for text in texts]
    openings = Counter(" ".join(tokens[:2]) for tokens in sample)
    verbs = Counter(word for tokens in sample for word in set(tokens) & VERBS)
    return {
        "distinct_1": _distinct(sample, 1),
        "distinct_2": _distinct(sample, 2),
        "words": {"mean": round(statistics.fmean(words), 1), "p5": _at(words, 5), "p95": _at(words, 95)},
        "share_with_verb": round(sum(bool(set(tokens) & VERBS) for tokens in sample) / len(sample), 3),
        "verbs": len(verbs),
        "share_of_commonest_opening": round(openings.most_common(1)[0][1] / len(sample), 3),
        "exact_duplicates": round(1 - len(set(texts)) / len(texts), 4),
        "near_duplicates": _near(list(texts[:SAMPLE])),
    }


def similarity(ones: Sequence[str], others: Sequence[str]) -> dict[str, float]:
    """Percentiles of the rapidfuzz ratio (0 to 1) of texts at the same place, and the share at .9 or above."""
    if not ones:
        return {}
    alike = cpdist(ones, others, scorer=fuzz.ratio) / 100
    shares = {f"p{q}": round(float(np.percentile(alike, q)), 3) for q in (5, 25, 50, 75, 95, 100)}
    return {**shares, "share_from_0.9": round(float((alike >= 0.9).mean()), 4)}


def _distinct(texts: Sequence[Sequence[str]], n: int) -> float:
    grams = [tuple(tokens[i : i + n]) for tokens in texts for i in range(len(tokens) - n + 1)]
    return round(len(set(grams)) / len(grams), 4) if grams else 0.0


def _at(values: Sequence[int], percentile: int) -> int:
    return int(np.percentile(values, percentile, method="lower"))


def _near(texts: list[str]) -> float:
    """Share of texts with another at NEAR or above."""
    scores = cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8, workers=-1)
    np.fill_diagonal(scores, 0)
    return round(float((scores >= NEAR).any(axis=1).mean()), 4)
