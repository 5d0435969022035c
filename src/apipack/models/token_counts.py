"""How many tokens a text has, word by word: a tokenizer of bytes never joins two words, and texts share their words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+", re.ASCII)
"""GPT-2's words, as `tokenizers` takes a text apart before its byte-level BPE; here of ASCII alone."""
REMEMBERED = 200_000


def counter(tokenizer: Any) -> Callable[[str], int]:
    """How many tokens a `tokenizers.Tokenizer` makes of a text, special tokens among them.

    Words are counted once and remembered where the tokenizer takes texts apart as GPT-2 does; texts beyond ASCII, and
    those in which an added token stands, are tokenized whole.
    """

    def whole(text: str) -> int:
        return len(tokenizer.encode_batch_fast([text])[0].ids)

    if not _by_words(tokenizer):
        return whole
    around = whole("")
    added = re.compile("|".join(re.escape(token.content) for token in tokenizer.get_added_tokens_decoder().values()))
    known: dict[str, int] = {}

    def count(text: str) -> int:
        if not text.isascii() or (added.pattern and added.search(text)):
            return whole(text)
        words = _WORDS.findall(text)
        try:
            return around + sum(map(known.__getitem__, words))
        except KeyError:
            missing = [word for word in dict.fromkeys(words) if word not in known]
        if len(known) > REMEMBERED:
            known.clear()
            missing = list(dict.fromkeys(words))
        counted = tokenizer.encode_batch_fast(missing, add_special_tokens=False)
        known.update(zip(missing, map(len, counted), strict=True))
        return around + sum(map(known.__getitem__, words))

    return count


def _by_words(tokenizer: Any) -> bool:
    state = json.loads(tokenizer.to_str())
    expected = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    before = state["pre_tokenizer"] or {}
    return (
        state["model"]["type"] == "BPE"
        and state["normalizer"] is None
        and all(before.get(name) == value for name, value in expected.items())
    )
