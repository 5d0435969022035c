"""Generation: batches give what one at a time gives, in order, and stop where they should."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from apipack.inference.generation import generate
from apipack.models.loading import load_lm
from apipack.records import Output
from tests.tiny import save_tiny

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


def test_an_output_that_the_limit_cut_is_told_from_one_that_ended(
    embedded: tuple[PreTrainedModel, PreTrainedTokenizerBase],
) -> None:
    for new_tokens, stop, cut in ((3, (), True), (12, (" 7",), False), (12, (), True)):
        made: dict[str, Output] = {}
        (text,) = generate(*embedded, ["1, 2, 3, 4,"], new_tokens, 1, stop, made.update)
        assert made == {"1, 2, 3, 4,": Output(text, cut)}


def test_no_prompts_no_outputs(embedded: tuple[PreTrainedModel, PreTrainedTokenizerBase]) -> None:
    assert generate(*embedded, [], 5, batch=2) == []


STOP = ("a", "n")


def test_rows_that_have_ended_leave_the_batch(tmp_path: Path) -> None:
    model: Any
    model, tokenizer = load_lm(str(save_tiny(tmp_path)), dtype=torch.float32)
    prompts = [f"{number} {PROMPTS[number % 4]}" for number in range(12)]
    alone = [generate(model, tokenizer, [prompt], 20, batch=1, stop=STOP)[0] for prompt in prompts]
    settings = GenerationConfig(max_new_tokens=20, do_sample=False, pad_token_id=tokenizer.pad_token_id)
    whole = [model.generate(**tokenizer(one, return_tensors="pt"), generation_config=settings)[0] for one in prompts]
    texts = [tokenizer.decode(ids[len(tokenizer(one)["input_ids"]) :]) for one, ids in zip(prompts, whole, strict=True)]
    assert alone == [re.split("[an]", str(text))[0] for text in texts]
    rows: list[int] = []
    model.register_forward_pre_hook(lambda _, __, given: rows.append(len(given["input_ids"])), with_kwargs=True)
    assert generate(model, tokenizer, prompts, 20, batch=12, stop=STOP) == alone
    assert rows[0] == 12 and rows[-1] <= 9 and rows == sorted(rows, reverse=True)
