"""Calls of tools from a server of chats, and the verdicts on them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apipack.evaluation.accuracy import select
from apipack.evaluation.outputs import write
from apipack.evaluation.predictions import judge_all, predictions_of, rows_of
from apipack.inference.params import Served
from apipack.prompting.tool_prompts import SYSTEM
from apipack.prompting.toolbox import Toolbox
from tests.parameters import PARAMS
from tests.toolboxes import tool_tests

Json = dict[str, Any]


class Server:
    """A server in OpenAI's format that calls the first tool with `answers` in turn, or writes them where they are text.
    asked: the bodies of its requests."""

    def __init__(self, answers: list[Any]) -> None:
        self.asked: list[Json] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                answer = answers[len(outer.asked)]
                outer.asked.append(body)
                message: Json = {"role": "assistant", "content": answer}
                if not isinstance(answer, str):
                    function = {"name": body["tools"][0]["function"]["name"], "arguments": json.dumps(answer)}
                    message |= {"content": None}
                    message |= {"tool_calls": [{"id": "c1", "type": "function", "function": function}]}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                content = json.dumps(
                    {"id": "1", "object": "chat.completion", "created": 0, "model": "m"} | {"choices": [choice]}
                )
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"


TESTS = tool_tests()
RIGHT = json.loads(TESTS[0]["reference"])["arguments"]


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server([RIGHT, "I would call a tool."])
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_a_server_is_given_the_tools_and_its_calls_are_judged(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path))
    served = {"m": Served.model_validate({"model": "m", "base_url": server.url, "concurrency": 1, "attempts": 1})}
    asked = {"form": "tools", "backend": "openai", "served": served, "settings": ["spec", "spec_distractors"]}
    p = PARAMS.evaluate.model_copy(update=asked)
    assert select([test | {"level": 1} for test in TESTS], p, 0)[0]["language"] == "tools"
    outputs, figures = write(TESTS, "embedded", tmp_path, p)
    assert figures["generated"] == 2 and [body["tools"] for body in server.asked] == [
        Toolbox.from_json(test["toolbox"]).openai for test in TESTS
    ]
    assert [message["content"] for message in server.asked[0]["messages"]] == [SYSTEM, TESTS[0]["question"]]
    predictions = predictions_of(TESTS, outputs)
    rows = rows_of(predictions, judge_all(predictions, None, p, 1))
    of_server = [row for row in rows if row["model"] == "m"]
    assert [row["request_match"] for row in of_server] == [row["call_match"] for row in of_server] == [True, False]
    assert [row["exact_match"] for row in of_server] == [True, False] and of_server[0]["call"] == TESTS[0]["reference"]
    assert {row["verdict"] for row in rows} == {"static"} and not any(row["unreadable"] for row in rows)
    assert of_server[0]["right_arguments"] == of_server[0]["reference_arguments"] > 0 == of_server[1]["right_arguments"]
