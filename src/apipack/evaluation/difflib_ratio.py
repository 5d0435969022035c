"""Whether difflib's ratio of two texts is above a threshold: its verdict, decided without its work.

`difflib.SequenceMatcher(None, a, b)` is Ratcliff and Obershelp's gestalt pattern matching: the longest common block,
then the same left and right of it; ratio = 2 · matched / (len(a) + len(b)). Where b has 200 characters or more, those
that make up over 1 % of it are popular: they start no block and only extend one. What is known before the end decides:

- the blocks are a common subsequence, so the longest one (rapidfuzz, bit-parallel) bounds what can match;
- what has matched, and what the parts that are left could still add, bound it from both sides. In which order the
  parts are searched makes no difference to their blocks: the largest comes first.

A longest block is searched with `bytes.find` among the seeds: the texts with a gap for each popular character.

cydifflib after the same two tests (equal texts, then rapidfuzz's bound) would be ten lines, and two to three times
slower: `python -m benchmarks.scoring` measures both beside difflib, which users wait for when they score a whole hub.
"""

from __future__ import annotations

import functools
from heapq import heappop, heappush

import numpy as np
from cydifflib import SequenceMatcher
from rapidfuzz.distance import LCSseq, Postfix, Prefix

_POPULAR_FROM = 200  # length of b; CPython's Lib/difflib.py, SequenceMatcher.__chain_b
_GAP = ord(" ")
_NO_GAPS = np.arange(256, dtype=np.uint8)
_NO_GAPS[np.frombuffer(b"\t\n\v\f\r ", np.uint8)] += np.uint8(128)  # what bytes.split would take for gaps
_PLAIN = _NO_GAPS.tobytes()

Part = tuple[int, int, int, int]
"""Of a from, to; of b from, to; ends excluded."""
Block = tuple[int, int, int]
"""Start in a, start in b, length."""


def ratio_above(a: str, b: str, threshold: float) -> bool:
    """`difflib.SequenceMatcher(None, a, b).ratio() > threshold`, for a threshold from 0 to 1."""
    if a == b:  # the longest block lies on the diagonal, and is extended over popular characters to all of the text
        return threshold < 1
    needed = _needed(len(a) + len(b), threshold)
    if _common_subsequence(a, b, needed) < needed:
        return False
    if not (a.isascii() and b.isascii()):
        return bool(SequenceMatcher(None, a, b).ratio() > threshold)
    table, seeds_b = _seeds(b)
    seeds_a = a.encode().translate(table)
    return _match(a, b, seeds_a, seeds_b, table is _PLAIN, needed)


def _match(a: str, b: str, seeds_a: bytes, seeds_b: bytes, plain: bool, needed: int) -> bool:
    """Whether `needed` characters match, counted until they are enough or cannot become so. plain: none is popular."""
    matched, room = 0, min(len(a), len(b))
    pending = [(-room, (0, len(a), 0, len(b)))]
    while pending and matched < needed <= matched + room:
        least, part = heappop(pending)
        room += least
        low_a, high_a, low_b, high_b = part
        part_a, part_b = seeds_a[low_a:high_a], seeds_b[low_b:high_b]
        if plain and matched + _common_end(part_a, part_b) >= needed:  # the longest block is no shorter
            return True
        start_a, start_b, size = _extended(a, b, part, _longest(part_a, part_b))
        if not size:
            continue
        matched += size
        if before := min(start_a - low_a, start_b - low_b):
            room += before
            heappush(pending, (-before, (low_a, start_a, low_b, start_b)))
        if after := min(high_a - start_a, high_b - start_b) - size:
            room += after
            heappush(pending, (-after, (start_a + size, high_a, start_b + size, high_b)))
    return matched >= needed


@functools.lru_cache(maxsize=4096)
def _needed(total: int, threshold: float) -> int:
    """The least number of matched characters whose ratio, in difflib's floating point, is above the threshold."""
    matched = max(0, int(threshold * total / 2) - 1)
    while not 2.0 * matched / total > threshold:
        matched += 1
    return matched


def _common_subsequence(a: str, b: str, least: int) -> int:
    """Length of the longest common subsequence; something less than `least` where it is shorter than that.

    The band that rapidfuzz 3.14 computes for a cut-off is a column too narrow for a result that equals the cut-off.
    """
    return int(LCSseq.similarity(a, b, score_cutoff=max(0, least - 1)))


@functools.lru_cache(maxsize=1024)
def _seeds(b: str) -> tuple[bytes, bytes]:
    """For `bytes.translate`, what makes seeds of a text to be compared with b; and the seeds of b."""
    text = b.encode()
    if len(b) < _POPULAR_FROM:
        return _PLAIN, text.translate(_PLAIN)
    counts = np.bincount(np.frombuffer(text, np.uint8), minlength=256)
    gaps = _NO_GAPS.copy()
    gaps[counts > len(b) // 100 + 1] = _GAP
    table = gaps.tobytes()
    return table, text.translate(table)


def _longest(a: bytes, b: bytes) -> Block:
    """The longest common block of seeds; of several the first in a, then in b. Else length 0 at the start."""
    words = a.split()
    block = max(words, key=len, default=b"")
    if (position := b.find(block)) >= 0:
        return a.find(block), position, len(block)
    size = _scan(words[0], b, _common_end(words[0], b)) if len(words) == 1 else _look_up(words, b)
    if not size:
        return 0, 0, 0
    blocks = (word[at : at + size] for word in words for at in range(len(word) - size + 1))
    block = next(block for block in blocks if block in b)
    return a.find(block), b.find(block), size


def _look_up(words: list[bytes], b: bytes) -> int:
    """Length of the longest block that one of a's words has in common with b."""
    size = 0
    for word in sorted(words, key=len, reverse=True):
        if len(word) <= size:
            break
        if word in b:
            return len(word)
        size = _scan(word, b, size)
    return size


def _scan(word: bytes, b: bytes, size: int) -> int:
    """The same for one word; `size` where it is not more than that."""
    at = 0
    while at + size < len(word):
        if word[at : at + size + 1] in b:
            size += 1
        else:
            at += 1
    return size


def _common_end(a: bytes, b: bytes) -> int:
    return int(max(Prefix.similarity(a, b), Postfix.similarity(a, b)))


def _extended(a: str, b: str, part: Part, block: Block) -> Block:
    """A block within a part, in places of the texts, with the equal characters before and after it."""
    low_a, high_a, low_b, high_b = part
    start_a, start_b, size = low_a + block[0], low_b + block[1], block[2]
    before = Postfix.similarity(a[low_a:start_a], b[low_b:start_b])
    after = Prefix.similarity(a[start_a + size : high_a], b[start_b + size : high_b])
    return start_a - before, start_b - before, before + size + after
