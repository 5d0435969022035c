"""Generation: batches give what one at a time gives, in order, and stop where they should."""

import pytest
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from apipack.generation import generate
from apipack.models import load_lm

PROMPTS = [
    "The capital of France is",
    "**lang**: curl\n**instruction**: list all pets of the store https://pets.test/v1/pets\n**api_call**:",
    "1, 2, 3, 4,",
    "Water is made of hydrogen and",
    "The capital of France is",
]


@pytest.fixture(scope="module")
def embedded() -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    return load_lm("embedded", dtype=torch.float32)  # in bf16 rounding differs with the batch, and near ties flip


def test_batches_equal_one_at_a_time(embedded: tuple[PreTrainedModel, PreTrainedTokenizerBase]) -> None:
    together = generate(*embedded, PROMPTS, 12, batch=3)
    assert together == [generate(*embedded, [prompt], 12, batch=1)[0] for prompt in PROMPTS]
    assert "Paris" in together[0] and together[0] == together[4]


def test_ends_before_a_stop_string(embedded: tuple[PreTrainedModel, PreTrainedTokenizerBase]) -> None:
    (text,) = generate(*embedded, ["1, 2, 3, 4,"], 12, batch=1, stop=(" 7", "9"))
    assert text == " 5, 6,"


def test_no_prompts_no_outputs(embedded: tuple[PreTrainedModel, PreTrainedTokenizerBase]) -> None:
    assert generate(*embedded, [], 5, batch=2) == []
