"""What a served model may do: think before it answers, answer nothing, stand at another address."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from apipack.errors import UserError
from apipack.inference.answering import THINKING, ask_served
from apipack.inference.params import Served
from tests.chat_server import ChatServer
from tests.parameters import PARAMS


class Thinker(ChatServer):
    """A chat server whose models think, and so refuse `max_tokens`; of nothing it says nothing."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        asked = self.question()
        self.asked.append(asked)
        if "max_tokens" in asked:
            self.answer(400, {"error": {"message": "Unsupported parameter: use max_completion_tokens instead."}})
            return
        question = asked["messages"][-1]["content"]
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f"to {question}"}}
        if question in ("nothing", "cut"):
            choice["message"] = {"role": "assistant", "content": None}
            choice["finish_reason"] = "length" if question == "cut" else "stop"
        usage = {"prompt_tokens": 3, "completion_tokens": 500, "total_tokens": 503}
        head = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        self.answer(200, {**head, "choices": [choice], "usage": usage})


@pytest.fixture
def address() -> Iterator[str]:
    Thinker.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Thinker) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def ask(address: str, prompts: list[str], store: Path, reasoning: bool = True) -> tuple[list[Any], dict[str, Any]]:
    served = Served(model="m", base_url=address, key_variable="NO_SUCH_KEY", attempts=1, reasoning=reasoning)
    return ask_served(served, prompts, PARAMS.evaluate, "**", store)


def test_a_model_that_thinks_has_tokens_for_it_and_no_temperature(address: str, tmp_path: Path) -> None:
    (output,), _ = ask(address, ["a"], tmp_path / "store")
    assert (output.text, output.cut) == ("to a", False)
    (asked,) = Thinker.asked
    assert asked["max_completion_tokens"] == PARAMS.evaluate.new_tokens + THINKING
    assert not {"max_tokens", "temperature", "top_p", "stop"} & asked.keys()


def test_a_server_that_wants_it_says_which_parameter_to_set(address: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"max_completion_tokens.*; `reasoning: true` asks it as it wants$"):
        ask(address, ["a"], tmp_path / "store", reasoning=False)


def test_an_answer_without_text_is_an_empty_output_and_the_others_stay(address: str, tmp_path: Path) -> None:
    outputs, took = ask(address, ["a", "nothing", "cut"], tmp_path / "store")
    assert [output.text for output in outputs] == ["to a", "", ""]
    assert took["refused"] == 1 and took["faults"] == {"malformed": 1}


def test_another_address_is_asked_again(address: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert [ask(address, ["a"], store)[1]["generated"] for _ in range(2)] == [1, 0]
    assert ask(address.replace("127.0.0.1", "localhost"), ["a"], store)[1]["generated"] == 1
