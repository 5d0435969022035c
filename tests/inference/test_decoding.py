"""Decoding many rows together gives what the model's own `generate` gives each row alone."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import (
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from apipack.inference.decoding import complete, room

SMALL: dict[str, Any] = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "initializer_range": 0.2,
}
MODELS: dict[str, Callable[[], Any]] = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SMALL, num_key_value_heads=2)),
    "qwen3": lambda: Qwen3ForCausalLM(Qwen3Config(**SMALL, num_key_value_heads=2, head_dim=16)),
    "gpt-neox": lambda: GPTNeoXForCausalLM(GPTNeoXConfig(**SMALL)),
    "sliding window": lambda: MistralForCausalLM(MistralConfig(**SMALL, num_key_value_heads=2, sliding_window=8)),
}
END = list(range(0, 97, 7))
ROWS = [[(7 * row + 3 * at) % 97 for at in range(length)] for row, length in enumerate((1, 30, 12, 12, 5, 29, 2))]


def greedy(logits: torch.Tensor, rows: list[int]) -> torch.Tensor:
    assert len(logits) == len(rows)
    return logits.argmax(-1)


def alone(model: Any, row: list[int], new_tokens: int) -> list[int]:
    ids = torch.tensor([row])
    made = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=new_tokens,
        do_sample=False,
        eos_token_id=END,
        pad_token_id=0,
    )
    return made[0, len(row) :].tolist()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("read", [1, 40, 10_000])
def test_rows_together_are_rows_alone(name: str, read: int) -> None:
    torch.manual_seed(1)
    model = MODELS[name]().eval()
    rows = [*ROWS, ROWS[2]]
    together = complete(model, rows, 24, greedy, lambda tokens: tokens[-1] in END, read)
    assert together == [alone(model, row, 24) for row in rows]
    assert len({len(made) for made in together}) > 1  # some end early


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("free", [1, 200_000])
def test_rows_that_find_no_room_come_later_and_are_the_same(name: str, free: int) -> None:
    torch.manual_seed(1)
    model = MODELS[name]().eval()
    numbers: list[list[int]] = []

    def choose(logits: torch.Tensor, rows: list[int]) -> torch.Tensor:
        numbers.append(rows)
        return greedy(logits, rows)

    whole = complete(model, ROWS, 6, greedy, lambda tokens: tokens[-1] in END)
    assert complete(model, ROWS, 6, choose, lambda tokens: tokens[-1] in END, free=lambda _: free) == whole
    together = max(map(len, numbers))
    assert together == 1 if free == 1 else 1 < together < len(ROWS)
    assert sorted({row for rows in numbers for row in rows}) == list(range(len(ROWS)))


def test_the_presets_models_fit_one_gpu() -> None:
    code_llama = LlamaConfig(
        vocab_size=32016, hidden_size=5120, intermediate_size=13824, num_hidden_layers=40, num_attention_heads=40
    )
    smol = LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3,
    )  # fmt: skip
    gb = 10**9

    def model(**known: Any) -> Any:
        """What `room` reads of a model that would not fit here."""
        return SimpleNamespace(**known)

    rows, read = room(model(config=code_llama, dtype=torch.bfloat16), 3584, 512, True, 52 * gb)
    token = 2 * 40 * 5120 * 2  # bytes of keys and values
    assert rows is not None and 4 <= rows <= 64 and 3584 <= read < 1 << 15
    assert rows * 4096 * token + read * token < 52 * gb
    rows, read = room(model(config=smol, dtype=torch.bfloat16), 1536, 512, True, 78 * gb)
    assert rows is not None and rows >= 256 and read == 1 << 15
    assert room(model(device=torch.device("cpu")), 9, 9, True, None) == (None, 1024)


def test_a_prompt_that_occurs_again_is_read_once_and_groups_hold_what_they_may() -> None:
    torch.manual_seed(1)
    model = MODELS["llama"]().eval()
    seen: list[tuple[int, int]] = []
    model.register_forward_pre_hook(lambda _, __, given: seen.append(tuple(given["input_ids"].shape)), with_kwargs=True)
    complete(model, [*ROWS, *ROWS, *ROWS], 2, greedy, lambda _: False, read_tokens=60)
    assert seen == [(2, 30), (5, 12), (21, 1)]


def test_rows_that_end_with_their_first_token_take_no_step() -> None:
    torch.manual_seed(1)
    model = MODELS["llama"]().eval()
    calls: list[int] = []
    model.register_forward_pre_hook(lambda *_: calls.append(1))
    assert [len(made) for made in complete(model, [[1], [2]], 9, greedy, lambda _: True)] == [1, 1]
    assert len(calls) == 1
