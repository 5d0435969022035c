"""Training rows on disk, read as they are trained on: a million of them are no Python lists."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow.compute as pc
from datasets import Dataset
from datasets.utils.logging import disable_progress_bar
from transformers import PreTrainedTokenizerBase

from apipack.io import parts
from apipack.training.collation import Pair, encode

COLUMNS = ["prompt", "completion", "tokens"]


class Rows(Sequence[Pair]):
    """(prompt, completion) rows of the parts in a folder (schema TRAIN), mapped from disk. digest: of the files."""

    def __init__(self, folder: Path, cache: Path) -> None:
        """cache: a folder of the caller's for as long as the rows are used: datasets writes them there uncompressed."""
        files = parts(folder)
        if not sys.stderr.isatty():
            disable_progress_bar()
        self.data = Dataset.from_parquet([str(file) for file in files], cache_dir=str(cache), columns=COLUMNS)
        digest = hashlib.sha256()
        for file in files:
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
        self.digest = digest.hexdigest()

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: int) -> Pair: ...
    @overload
    def __getitem__(self, index: slice) -> list[Pair]: ...
    def __getitem__(self, index: int | slice) -> Pair | list[Pair]:
        rows = self.data[index]
        if isinstance(index, int):
            return rows["prompt"], rows["completion"]
        return list(zip(rows["prompt"], rows["completion"], strict=True))

    def __iter__(self) -> Iterator[Pair]:
        return (self[index] for index in range(len(self)))

    def lazily(self, tokenizer: PreTrainedTokenizerBase, max_tokens: int) -> tuple[Dataset, np.ndarray]:
        """The rows of at most `max_tokens` tokens, which are tokenised when a batch asks for them (the keys of
        `collation.encode`), and the bytes of each, which tell long ones from short ones."""
        table = self.data.data
        lengths = pc.add(pc.binary_length(table["prompt"]), pc.binary_length(table["completion"])).to_numpy()
        kept = np.flatnonzero(table["tokens"].to_numpy() <= max_tokens)
        data = self.data if len(kept) == len(self.data) else self.data.select(kept)
        data.set_transform(partial(_encoded, tokenizer))
        return data, lengths[kept]


@contextmanager
def mapped(folder: Path) -> Iterator[Rows]:
    """The rows of a folder for as long as the block lasts; what they are mapped from lies beside the folder, for each
    process, and what a killed run left there goes first."""
    cache = folder.parent / f".{folder.name}.mapped.{os.environ.get('RANK', '0')}"
    shutil.rmtree(cache, ignore_errors=True)
    try:
        yield Rows(folder, cache)
    finally:
        shutil.rmtree(cache, ignore_errors=True)


def _encoded(tokenizer: PreTrainedTokenizerBase, rows: dict[str, list[str]]) -> dict[str, list[Any]]:
    examples = [encode(tokenizer, *pair) for pair in zip(rows["prompt"], rows["completion"], strict=True)]
    return {key: list(map(itemgetter(key), examples)) for key in ("input_ids", "labels", "length", "answer")}
