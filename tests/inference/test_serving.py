"""`apipack serve`: the tuned model behind `transformers serve` writes what it writes in this process."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from apipack.cli.main import app
from apipack.errors import UserError
from apipack.evaluation.params import Evaluate
from apipack.inference.answering import SYSTEM, answer, ask_served
from apipack.inference.params import Served
from apipack.inference.serving import command, merged
from apipack.io import read_metrics, rows_table, write_table
from apipack.models.loading import load_lm
from apipack.models.places import token_counter
from apipack.params import load
from apipack.prompting.schemas import TESTS
from apipack.records import Request
from apipack.training.finetune import tune
from stages import evaluate
from tests.parameters import PARAMS, ROOT, write_params
from tests.specs import openapi
from tests.tiny import PAIRS, finetune_params, save_tiny

CLI = [sys.executable, "-c", "from apipack.cli.main import app; app()"]
PROMPTS = [prompt for prompt, _ in PAIRS] + ["**instruction**: something else\n**output**:\n"]
STOP = "\n**instruction**"


@dataclass(frozen=True)
class Serving:
    """root: of a repository with a tuned adapter. url, name: what `apipack serve` printed there."""

    root: Path
    tiny: str
    url: str
    name: str

    def model(self, **changes: object) -> Served:
        return Served.model_validate({"model": self.name, "base_url": self.url, "chat": False} | changes)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    tiny = folder / "tiny"  # one that knows what PAIRS ask for, and an adapter on it
    tune(PAIRS, tiny, finetune_params(save_tiny(folder / "random"), epochs=60.0), 0)
    tune(PAIRS, folder / "models/adapter", finetune_params(tiny, method="lora", lr=1e-3, epochs=4.0), 0)
    write_params(folder, finetune={"model": str(tiny)}, evaluate={"new_tokens": 12})
    return folder


def environment(root: Path) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return os.environ | {"PYTHONPATH": paths, "APIPACK_CACHE": str(root / "cache")}


@pytest.fixture(scope="module")
def serving(root: Path) -> Iterator[Serving]:
    process = subprocess.Popen(
        [*CLI, "serve", "--port", "0"],
        cwd=root,
        env=environment(root),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        url, name = process.stdout.readline().strip(), process.stdout.readline().strip()
        for _ in range(600):
            assert process.poll() is None, "apipack serve ended"
            try:
                with urllib.request.urlopen(url.removesuffix("/v1") + "/health", timeout=5):
                    break
            except OSError:
                time.sleep(0.3)
        yield Serving(root, str(root / "tiny"), url, name)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def limits() -> Evaluate:
    return PARAMS.evaluate.model_copy(update={"new_tokens": 12, "batch": 4})


def test_the_served_model_writes_what_it_writes_here(serving: Serving, limits: Evaluate, tmp_path: Path) -> None:
    here, _ = answer(serving.tiny, serving.root / "models/adapter", PROMPTS, limits, STOP, tmp_path / "here.sqlite")
    assert [output.text for output in here[:2]] == [
        completion for _, completion in PAIRS
    ]  # it was tuned: not any model answers so
    one = serving.model(price_in=2.0, price_out=4.0)
    there, took = ask_served(one, [*PROMPTS, PROMPTS[0]], limits, STOP, tmp_path / "store.sqlite")
    assert [output.text for output in there] == [output.text for output in (*here, here[0])] and took[
        "generated"
    ] == len(PROMPTS)
    count = token_counter(serving.tiny)
    assert took["prompt_tokens"] == sum(map(count, PROMPTS)) and took["completion_tokens"] >= sum(
        count(output.text) for output in here
    )
    assert took["refused"] == 0 and took["faults"] == {}
    assert (
        took["cost"]
        == took["spent"]
        == pytest.approx((took["prompt_tokens"] * 2 + took["completion_tokens"] * 4) / 1e6)
    )


def test_outputs_are_kept_and_need_no_server_again(serving: Serving, limits: Evaluate, tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    some, _ = ask_served(serving.model(), PROMPTS[:1], limits, STOP, store)
    every, took = ask_served(serving.model(), PROMPTS, limits, STOP, store)
    assert every[:1] == some and took["generated"] == len(PROMPTS) - 1
    away = serving.model(timeout=1.0, price_out=1.0)
    again, later = ask_served(away, PROMPTS, limits, STOP, store)
    assert again == every and later["generated"] == 0 and later["spent"] == 0 < later["cost"]
    assert later["completion_tokens"] == took["completion_tokens"]
    elsewhere = serving.model(base_url=None, key_variable="NO_SUCH_KEY")  # where other weights may have that name
    with pytest.raises(UserError, match="NO_SUCH_KEY is not set"):
        ask_served(elsewhere, PROMPTS, limits, STOP, store)


def test_in_chat_turns_it_is_told_what_to_write(serving: Serving, limits: Evaluate, tmp_path: Path) -> None:
    _, raw = ask_served(serving.model(), PROMPTS, limits, STOP, tmp_path / "store.sqlite")
    texts, chat = ask_served(serving.model(chat=True), PROMPTS, limits, STOP, tmp_path / "store.sqlite")
    assert chat["generated"] == len(texts) == len(PROMPTS)  # the other mode's outputs are not taken for these
    assert chat["prompt_tokens"] > raw["prompt_tokens"] + len(PROMPTS) * len(SYSTEM.split())


def test_a_server_that_is_gone_is_one_line_and_loses_nothing(limits: Evaluate, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    absent = Served(model="m", base_url=f"http://127.0.0.1:{port}/v1", attempts=1)
    with pytest.raises(UserError, match="2 of 2 prompts have no output, the last for connection: .* run again"):
        ask_served(absent, PROMPTS[:2], limits, STOP, tmp_path / "store.sqlite")


def test_ask_gives_the_same_through_the_server(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    document = openapi({"/pets": {"get": {"summary": "List the pets", "responses": {}}}})
    (serving.root / "pets.json").write_text(json.dumps(document))
    monkeypatch.chdir(serving.root)
    monkeypatch.setenv("APIPACK_CACHE", str(serving.root / "cache"))
    arguments = ["ask", "List all pets", "--lang", "curl", "--spec", "pets.json", "--json"]
    rows = []
    for more in (["--no-constrained"], ["--server", serving.url]):
        done = CliRunner().invoke(app, [*arguments, *more])
        assert done.exit_code in (0, 1), done.stderr
        rows.append(json.loads(done.stdout))
    assert rows[0] == rows[1] and rows[0]["call"] and len(rows[0]["documented"]) == 1


def test_the_evaluation_has_rows_of_served_models(
    serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = load(serving.root / "params.yaml")
    rows = {"gpt-4": serving.model(price_out=1.5)}
    asked = {"backend": "openai", "served": rows, "settings": ["0shot"], "levels": [1]}
    request = Request("GET", "https://a.test/pets")
    test = {"id": "a", "api": "a", "level": 1, "language": "curl", "setting": "0shot", "last_example": None}
    test |= {"prompt": PAIRS[0][0], "reference": PAIRS[0][1].strip(), "request": request.to_json()}
    nothing: dict[str, Any] = {"documented": [], **dict.fromkeys(("grammar", "no_grammar", "abstain"))}
    tests = [{**test, "template": request.url, "arguments": "[]", "values": None, "examples": [], **nothing}]
    write_table(tmp_path / "data/prompts/tests.parquet", rows_table(tests, TESTS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "cache"))
    p = p.model_copy(update={"evaluate": p.evaluate.model_copy(update=asked)})
    reads = cast(evaluate.Reads, p)  # which has more
    monkeypatch.setattr("sys.argv", ["evaluate"])
    metrics = evaluate.main(reads)
    took = metrics["served"]["gpt-4"]
    assert took["model"] == serving.name and took["cost"] == round(took["completion_tokens"] * 1.5 / 1e6, 6) > 0
    assert metrics["generated"] == 1
    accuracy = read_metrics("accuracy")
    assert accuracy["accuracy"]["gpt-4.level1.0shot.call_match"] == 1
    monkeypatch.setattr("sys.argv", ["evaluate", "--rescore"])
    again = evaluate.main(reads)
    assert again["generated"] == 0 and read_metrics("accuracy") == accuracy
    predictions = pq.read_table(tmp_path / "data/predictions/predictions.parquet").to_pylist()
    assert {row["model"]: row["call_match"] for row in predictions} == {"copy": False, "gpt-4": True}


def test_merging_happens_once_and_leaves_no_other_model(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "models/adapter", tmp_path / "adapter")
    first = merged(str(root / "tiny"), tmp_path / "adapter")
    made = (first / "model.safetensors").stat().st_mtime_ns
    assert merged(str(root / "tiny"), tmp_path / "adapter") == first
    assert (first / "model.safetensors").stat().st_mtime_ns == made
    together, _ = load_lm(str(first))
    apart, _ = load_lm(str(root / "tiny"), tmp_path / "adapter")
    for (name, weight), other in zip(together.named_parameters(), apart.parameters(), strict=True):
        assert (weight == other).all(), name
    shutil.rmtree(tmp_path / "adapter")
    save_tiny(tmp_path / "adapter")  # a whole model, as `full` leaves it, is linked
    whole = merged(str(root / "tiny"), tmp_path / "adapter")
    assert whole.is_symlink() and (whole / "model.safetensors").is_file()
    assert [path.name for path in (tmp_path / "served").iterdir()] == [whole.name] != [first.name]


def test_what_cannot_serve_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such engine: llama; there are transformers, vllm"):
        command("llama", tmp_path, "127.0.0.1", 1)
    if shutil.which("vllm") is None:
        with pytest.raises(UserError, match="vllm serve needs vllm: pip install vllm"):
            command("vllm", tmp_path, "127.0.0.1", 1)
