"""Draw the training instances: `size` of them, shared among languages by `mix`.

Draws are nested: a larger size keeps every instance of a smaller one. Endpoints that level 1 tests come
first, so that level 1 is seen at every size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from apipack.errors import UserError

HALF = Fraction(1, 2)


class SampleError(UserError):
    """The pool cannot give what `size` and `mix` ask for."""


def shares(size: int, weights: Mapping[str, float]) -> dict[str, int]:
    """`size` split by weight as Webster and Sainte-Laguë do, ties by name; languages without weight get none.

    One instance after another goes to the language with the least (instances + 1/2) / weight, so no share falls as
    the size grows; largest remainders would not do (the Alabama paradox). All but the last few go at once: those
    that have gone when the quotient reaches `level` are `size` at most.
    """
    exact = {name: Fraction(weight) for name, weight in weights.items() if weight > 0}
    level = max(Fraction(0), (size - Fraction(len(exact), 2)) / sum(exact.values()))
    counts = {name: int(weight * level + HALF) for name, weight in exact.items()}
    for _ in range(size - sum(counts.values())):
        counts[min(exact, key=lambda name: ((counts[name] + HALF) / exact[name], name))] += 1
    return counts


def draw(
    pool: Mapping[str, Sequence[str]],
    first: Iterable[str],
    size: int,
    weights: Mapping[str, float],
    seed: int,
    variants: int = 1,
) -> list[tuple[str, str]]:
    """(operation id, language) pairs, one as often as instances of it are drawn: the n-th stands for its n-th variant.
    pool: language → ids that have a call in it, of which there are `variants` each. Raises `SampleError` where a
    language has fewer than its share, as every larger size then does: none is capped."""
    tested = set(first)
    drawn = []
    for language, count in shares(size, weights).items():
        ids = sorted(pool.get(language, ()), key=lambda key: (key not in tested, _rank(seed, key)))
        if count > len(ids) * variants:
            raise SampleError(
                f"size {size} asks for {count} {language} instances, the pool has {len(ids) * variants}: lower size, "
                "change mix, raise instruct.variants, or collect more APIs (crawl.limit: null is the whole hub)"
            )
        drawn += [(ids[number % len(ids)], language) for number in range(count)]
    return drawn


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
