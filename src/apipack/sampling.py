"""Draw the training instances: `size` of them, shared among languages by `mix`.

Draws are nested: a larger size keeps every instance of a smaller one. Endpoints that level 1 tests come
first, so that level 1 is seen at every size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from apipack.errors import UserError


class SampleError(UserError):
    """The pool cannot give what `size` and `mix` ask for."""


def shares(size: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`size` split by weight, largest remainders first; languages without weight get none."""
    total = sum(weights.values())
    exact = {name: size * weight / total for name, weight in weights.items() if weight > 0}
    counts = {name: int(value) for name, value in exact.items()}
    for name in sorted(exact, key=lambda name: (counts[name] - exact[name], name))[: size - sum(counts.values())]:
        counts[name] += 1
    return counts


def draw(
    pool: Mapping[str, Sequence[str]], first: Iterable[str], size: int, weights: Mapping[str, float], seed: int
) -> list[tuple[str, str]]:
    """(operation id, language) pairs. pool: language → ids that have a call in it. Raises `SampleError`."""
    tested = set(first)
    drawn = []
    for language, count in shares(size, weights).items():
        ids = sorted(pool.get(language, ()), key=lambda key: (key not in tested, _rank(seed, key)))
        if count > len(ids):
            raise SampleError(
                f"size {size} asks for {count} {language} instances, the pool has {len(ids)}: "
                "lower size, change mix, or collect more APIs (crawl.limit: null is the whole hub)"
            )
        drawn += [(key, language) for key in ids[:count]]
    return drawn


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
