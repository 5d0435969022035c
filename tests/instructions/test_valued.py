"""A language model says the values: the prompt carries them, and what loses one or says it twice is rejected."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apipack.dataset.schemas import UNIQUE
from apipack.instructions.saying import says
from apipack.instructions.table import write_instructions
from apipack.instructions.valued import instance, judging_values, lost
from apipack.io import parts, read_table, rows_table, write_table
from apipack.operations.parsing import parse_spec
from tests.parameters import PARAMS
from tests.small_apis import document

OPERATION = {"id": "x", "api": "harbour", "api_name": "Harbour", "functionality": "Create a berth", "description": ""}
VALUES = '[["body","name","North 4","name"],["body","length",12,"name"]]'
ENGINE = PARAMS.model_copy(update={"workers": 1})
ROW = instance(OPERATION, "stiff", VALUES, "the berths of harbours")


@pytest.mark.parametrize(
    ("wording", "reason"),
    [
        ("With Harbour, create 'North 4', 12 long, among the berths of harbours.", None),
        ('With Harbour, create "North 4", 12 long, among the berths of harbours.', None),
        ("With Harbour, create 'North 4' among the berths of harbours.", "value_not_said"),
        ("With Harbour, create North 4, 12 long, among the berths of harbours.", "value_not_said"),
        ("With Harbour, create 'North 4', 12 long and 12 wide, among the berths of harbours.", "value_said_twice"),
        ("With Harbour, create 'North 4', 12 long.", "not_told_apart"),
    ],
)
def test_what_a_wording_must_say(wording: str, reason: str | None) -> None:
    assert lost(ROW, wording) == reason


def test_the_judge_is_asked_about_whole_wordings_alone() -> None:
    asked: list[str] = []

    def judge(pairs: Any) -> list[str | None]:
        asked.extend(wording for _, wording in pairs)
        return ["llm"] * len(pairs)

    whole = "Create 'North 4', 12 long: the berths of harbours"
    assert judging_values(judge)([(ROW, "Create it"), (ROW, whole)]) == ["value_not_said", "llm"]
    assert asked == [whole]


class Model(BaseHTTPRequestHandler):
    """A model behind OpenAI's HTTP interface that reads the values out of its prompt: by seed it says all of them,
    loses the last, or says the last twice. What it was asked stands in `prompts`."""

    prompts: list[str] = []

    def do_POST(self) -> None:  # noqa: N802
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt, seed = asked["messages"][-1]["content"], asked["seed"]
        self.prompts.append(prompt)
        message = {"role": "assistant", "content": self.wording(prompt, seed)}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def wording(self, prompt: str, seed: int) -> str:
        if "stiff request" in prompt:
            return f"Please: {prompt.splitlines()[2]}"
        last = prompt.rpartition("Functionality: ")[2]
        said = [f"the {label} {value}" for label, value in re.findall("^- (.+?): (.+)$", last, re.M)]
        said = [said, said[:-1], [*said, *said[-1:]]][seed % 3]
        return f"Could somebody {last.splitlines()[0].lower()} at Harbour with {' and '.join(said)}, number {seed}th?"

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    Model.prompts = []
    yield f"http://127.0.0.1:{http.server_address[1]}/v1"
    http.shutdown()
    http.server_close()


@pytest.mark.heavy
def test_a_model_writes_instructions_that_say_every_value(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "cache"))
    spec = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "harbour")
    rows = parse_spec(spec, json.dumps(document("harbour")).encode(), optional=False, max_bytes=10**6).rows
    unique = rows_table([{**row, "cluster": row["id"]} for row in rows], UNIQUE)
    write_table(tmp_path / "unique/part-00000-00000.parquet", unique)
    more = {"backend": "openai", "model": "m", "likelihood": "template", "candidates": 3, "values": "spoken"}
    p = PARAMS.instruct.model_copy(
        update={**more, "server": PARAMS.instruct.server.model_copy(update={"base_url": server})}
    )
    (tmp_path / "out").mkdir()
    figures = write_instructions(tmp_path / "unique", tmp_path / "out", p, 0, 1, ENGINE)

    counts = figures["counts"]
    assert counts["accepted"] >= 2 * len(rows) and figures["values"] == "spoken" and figures["drops"] == {}
    assert counts["rejected_value_not_said"] > 0 and counts["rejected_value_said_twice"] > 0
    written = [row for part in parts(tmp_path / "out") for row in read_table(part).to_pylist()]
    assert [row["id"] for row in written] == [row["id"] for row in rows]
    assert any("number" in row["instruction"] for row in written)
    for row in written:
        for kind in ("", "test_"):
            values = [value for *_, value, _ in json.loads(row[f"{kind}values"])]
            assert values and says(row[f"{kind}instruction"], values)
        assert row["values"] != row["test_values"] and row["request"] != row["test_request"]
    asked = [prompt for prompt in Model.prompts if prompt.startswith("Below")]
    assert all("says every value exactly once" in prompt and "Values:\n- " in prompt for prompt in asked)
    judged = read_table(tmp_path / "out/candidates.parquet").to_pylist()
    assert {row["reason"] for row in judged} == {None, "value_not_said", "value_said_twice"}
