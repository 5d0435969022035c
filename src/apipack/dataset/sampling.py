"""Draw the training instances: `size` of them, shared among languages by `mix`.

An instance is an operation, a language and a variant. Draws are nested: a larger size keeps every instance of a smaller
one. The operations that level 1 tests come first, in `SEVERAL` variants, so that few instances teach their endpoints.
Then come the other operations of the APIs that levels 1 and 2 test, one of each API in turn, then the other APIs, one
whole API after another. When all have been drawn once, the second variants follow in the same order, and so on.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from apipack.errors import UserError

HALF = Fraction(1, 2)
SEVERAL = 3
Drawn = dict[str, dict[str, int]]
"""Operation id → language → how many of its variants are drawn, from the first on."""


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


def shares_within(size: int, weights: Mapping[str, float], room: Mapping[str, int]) -> dict[str, int]:
    """`shares` where no language gets more than its room: what it cannot give is shared among the others by weight.
    Raises `SampleError` where all of them together have less than `size`."""
    weights = {name: weight for name, weight in weights.items() if weight > 0}
    total = sum(room[name] for name in weights)
    if size > total:
        raise SampleError(
            f"size {size} is more than the {total} instances of {', '.join(weights)}: raise instruct.variants,"
            " give other languages a weight in mix, raise sample.max_request, or collect more APIs (crawl.limit: null)"
        )
    full: dict[str, int] = {}
    while True:
        counts = shares(size - sum(full.values()), {name: weights[name] for name in weights if name not in full})
        short = {name: room[name] for name, count in counts.items() if count > room[name]}
        full |= short
        if not short:
            return full | counts
        if len(full) == len(weights):
            return full


def in_order(apis: Mapping[str, str], first: Iterable[str], tested: Iterable[str], seed: int) -> list[str]:
    """Operation ids in the order in which they are drawn. apis: API of each operation that may be trained on. first:
    ids that level 1 tests. tested: APIs that the tests ask for."""
    firsts, tested_apis = set(first), set(tested)
    by_api: dict[str, list[str]] = defaultdict(list)
    for identifier in sorted(apis, key=lambda identifier: _rank(seed, identifier)):
        by_api[apis[identifier]].append(identifier)
    places: dict[str, tuple[Any, ...]] = {}
    for api, ids in by_api.items():
        rank = _rank(seed, api)
        places |= {identifier: (0, _rank(seed, identifier)) for identifier in ids if identifier in firsts}
        for turn, identifier in enumerate(identifier for identifier in ids if identifier not in firsts):
            places[identifier] = (1, turn, rank) if api in tested_apis else (2, rank, turn)
    return sorted(places, key=places.__getitem__)


def draw(
    pool: Mapping[str, Sequence[str]],
    first: Iterable[str],
    size: int,
    weights: Mapping[str, float],
    variants: int,
    strict: bool = False,
) -> tuple[Drawn, list[str]]:
    """What is drawn, and a line for each language that has fewer instances than its weight asks for.

    pool: language → ids that have a call in it, in the order in which they are drawn, with `variants` each. first: ids
    that level 1 tests. strict: raise `SampleError` instead of such a line.
    """
    room = {language: len(pool.get(language, ())) * variants for language in weights}
    wished = shares(size, weights)
    counts = shares_within(size, weights, room)
    lines = [
        f"{language} has {room[language]} instances and not the {wished[language]} of its weight in mix"
        for language, count in counts.items()
        if count < wished[language]
    ]
    if strict and lines:
        raise SampleError(f"{'; '.join(lines)}: change size or mix, or set sample.strict: false to share the rest out")
    firsts, drawn = set(first), defaultdict[str, dict[str, int]](dict)
    for language, count in counts.items():
        for identifier, number in _variants(pool.get(language, ()), firsts, count, variants).items():
            drawn[identifier][language] = number
    return dict(drawn), lines


def _variants(ids: Sequence[str], first: set[str], count: int, variants: int) -> dict[str, int]:
    """How many variants of each operation are among the first `count` instances of a language."""
    several = min(SEVERAL, variants)
    numbers: dict[str, int] = Counter()
    for group in ([key for key in ids if key in first], [key for key in ids if key not in first], ids):
        most = variants if group is ids else several
        taken = min(count, len(group) * (most - (several if group is ids else 0)))
        rounds, rest = divmod(taken, len(group)) if group else (0, 0)
        for at, identifier in enumerate(group):
            numbers[identifier] += rounds + (at < rest)
        count -= taken
    return {identifier: number for identifier, number in numbers.items() if number}


def _rank(seed: int, key: str) -> bytes:
    return hashlib.sha256(f"{seed}:{key}".encode()).digest()
