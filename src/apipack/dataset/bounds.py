"""How alike texts can be at most: cheap upper bounds of the indel ratio, which is 2 LCS / (length + length).

A common subsequence of two texts, cut down to some of the letters, is one of the texts cut down to these. So where the
letters are shared out among classes, the LCS is at most the sum of the classes' own. With a class a letter these are
the smaller of the two counts. With four classes most texts are cut to about 64 letters, of which rapidfuzz compares
several at once. With two classes the LCS takes half the time of the whole texts', and hardly anything passes that is
not nearer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

COUNTED = 64  # letters that are counted; the rarest share the last place, which keeps the bound an upper one
BATCH = 1024  # texts whose letters are counted at once
QUARTERS, HALVES = 4, 2


class Letters:
    """The letters of a pool: their places, the most frequent first, and classes of about equal weight."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = np.zeros(0x110000, dtype=np.int64)
        for start in range(0, len(texts), BATCH):
            codes = _codes(texts[start : start + BATCH])
            counts[: int(codes.max(initial=0)) + 1] += np.bincount(codes, minlength=1)
        frequency = {chr(code): int(counts[code]) for code in np.flatnonzero(counts)}
        letters = sorted(frequency, key=lambda letter: (-frequency[letter], letter))
        before = np.cumsum([0, *(frequency[letter] for letter in letters)]) / max(1, counts.sum())
        self.place = {letter: min(rank, COUNTED - 1) for rank, letter in enumerate(letters)}
        self.table = np.zeros(0x110000, dtype=np.uint8)
        self.table[[ord(letter) for letter in letters]] = list(self.place.values())
        self._cut = {
            (classes, number): _cut(letters, before, classes, number)
            for classes in (HALVES, QUARTERS)
            for number in range(classes)
        }

    def of_class(self, text: str, classes: int, number: int) -> str:
        """The text cut down to a class of letters; those that are in no text of the pool stay in all of them."""
        return text.translate(self._cut[classes, number])


def _cut(letters: Sequence[str], before: np.ndarray, classes: int, number: int) -> dict[int, None]:
    """For `str.translate`, the letters of other classes. before: share of the text in more frequent letters."""
    shares = zip(letters, before, strict=False)
    return {ord(letter): None for letter, share in shares if int(share * classes) != number}


def _of_class(texts: Sequence[str], letters: Letters, classes: int, number: int) -> np.ndarray:
    return _array([letters.of_class(text, classes, number) for text in texts])


class Bounds:
    """Texts that many queries are compared with, and how alike they can be to a query at most."""

    def __init__(self, texts: Sequence[str], letters: Letters) -> None:
        self.texts = _array(texts)
        self.lengths = np.array([len(text) for text in texts], dtype=np.int64)
        self._letters = letters
        self._quarters = [_of_class(texts, letters, QUARTERS, number) for number in range(QUARTERS)]
        self._halves = [_of_class(texts, letters, HALVES, number) for number in range(HALVES)]
        self._counts = self._count(texts)

    def by_letters(self, query: str) -> np.ndarray:
        """What the ratio of the query to each text is at most."""
        common = np.zeros(len(self.lengths), dtype=self._counts.dtype)
        for rank, count in Counter(map(self._letters.place.get, query)).items():
            if rank is not None:
                row = self._counts[rank]
                common += np.minimum(row, row.dtype.type(min(count, np.iinfo(row.dtype).max)))
        return 2 * common.astype(np.int64) / (len(query) + self.lengths)

    def by_quarters(self, queries: Sequence[str], places: np.ndarray) -> np.ndarray:
        """What the ratios to the texts at `places` are at most, queries × places."""
        common = np.zeros((len(queries), len(places)), dtype=np.int32)
        for number, texts in enumerate(self._quarters):
            cut = [self._letters.of_class(query, QUARTERS, number) for query in queries]
            common += process.cdist(cut, texts[places].tolist(), scorer=LCSseq.similarity, dtype=np.int32, workers=1)
        return (
            2 * common.astype(np.int64) / (np.array([len(query) for query in queries])[:, None] + self.lengths[places])
        )

    def by_halves(self, query: str, places: np.ndarray) -> np.ndarray:
        """What the ratios to the texts at `places` are at most."""
        common = np.zeros(len(places), dtype=np.int64)
        for number, texts in enumerate(self._halves):
            cut = self._letters.of_class(query, HALVES, number)
            common += process.cdist([cut], texts[places].tolist(), scorer=LCSseq.similarity, dtype=np.int64, workers=1)[
                0
            ]
        return 2 * common / (len(query) + self.lengths[places])

    def _count(self, texts: Sequence[str]) -> np.ndarray:
        """COUNTED × texts: how often each text has each letter."""
        counts = np.empty((COUNTED, len(texts)), dtype=np.min_scalar_type(int(self.lengths.max())))
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            codes = _codes(batch)
            text = np.repeat(np.arange(len(batch)), self.lengths[start : start + BATCH])
            cells = np.bincount(
                self._letters.table[codes] * np.int64(len(batch)) + text, minlength=COUNTED * len(batch)
            )
            counts[:, start : start + BATCH] = cells.reshape(COUNTED, len(batch))
        return counts


def _codes(texts: Sequence[str]) -> np.ndarray:
    """Code points of the texts, one after another."""
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _array(texts: Sequence[str]) -> np.ndarray:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array
