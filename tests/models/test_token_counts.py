"""Counting tokens word by word gives what the tokenizer gives, as transformers loads it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from apipack.models import token_counts
from apipack.models.places import resolve, token_counter
from apipack.models.token_counts import counter

EMBEDDED = AutoTokenizer.from_pretrained(resolve("embedded")).backend_tokenizer
COUNT = token_counter("embedded")
TEXTS = (
    st.text()
    | st.text("ab'sdtmlrev 1_-.\"\\\n\t\r\x0b\x0c\x1c\x1f{}<|>", max_size=60)
    | st.from_regex(r"\A[ -~\s]{0,80}\Z")
)


def whole(text: str) -> int:
    return len(EMBEDDED.encode(text).ids)


@given(TEXTS)
def test_counts_are_the_tokenizers(text: str) -> None:
    assert COUNT(text) == whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "it's 'its'",
        "<|im_start|>user",
        "a<|endoftext|>b",
        "été  x",
        "x\u00a0y",
        "curl -X POST \\\n  --data '{\"a\":1}'",
    ],
)
def test_counts_of_chosen_texts(text: str) -> None:
    assert COUNT(text) == whole(text)


def test_it_goes_on_when_it_has_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_counts, "REMEMBERED", 3)
    count = counter(EMBEDDED)
    for text in ("one two three four five", "one six", "two seven one"):
        assert count(text) == whole(text)


def test_other_tokenizers_count_whole_texts() -> None:
    state = json.loads(EMBEDDED.to_str()) | {"pre_tokenizer": None}
    joining = type(EMBEDDED).from_str(json.dumps(state))
    texts = ["a curl -X POST", "of the in the", "1 2 3"]
    assert list(map(counter(joining), texts)) == [len(joining.encode(text).ids) for text in texts]
