"""What a run trains on: tokenised at once where it fits into memory, row by row while it trains where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from apipack.training.collation import Pair, encode_rows
from apipack.training.rows import Rows

AT_ONCE = 50_000  # rows: half a minute and 100 MB
LOOKED_AT = 8  # times a batch: of the rows with most bytes, among which those with most tokens are


@dataclass(frozen=True, slots=True)
class Data:
    """rows: keys of `collation.encode`. dropped: rows that were too long. lengths: what tells long rows from short
    ones, tokens or bytes. tokens, answers: of each row and its completion, None where they are not known before."""

    rows: Dataset
    dropped: int
    lengths: list[int]
    tokens: list[int] | None
    answers: list[int] | None

    def longest(self, batch: int) -> tuple[list[int], list[int]]:
        """(tokens, tokens of the completion) of the rows that make the largest batch, or of as good as those."""
        if self.tokens is not None and self.answers is not None:
            return self.tokens, self.answers
        places = np.argsort(self.lengths)[-LOOKED_AT * batch :]
        rows = [self.rows[int(at)] for at in places]
        return [row["length"] for row in rows], [row["answer"] for row in rows]


def prepare(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Pair], max_tokens: int, at_once: int = AT_ONCE) -> Data:
    """Rows of at most `max_tokens` tokens. at_once: how many rows are tokenised before the first step."""
    if isinstance(rows, Rows) and len(rows) > at_once:
        data, lengths = rows.lazily(tokenizer, max_tokens)
        return Data(data, len(rows) - len(data), lengths.tolist(), None, None)
    data = encode_rows(tokenizer, rows, max_tokens)
    tokens, answers = (data.data.column(name).to_pylist() for name in ("length", "answer"))
    return Data(data, len(rows) - len(data), tokens, tokens, answers)
