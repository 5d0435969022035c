"""Asking for a call: examples are retrieved, and what the model writes is checked against the specification."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from apipack.cli import ask as asking
from apipack.cli.ask import AskError, Source, ask, of_dataset, of_specification
from apipack.cli.main import app
from apipack.dataset.schemas import UNIQUE
from apipack.hubs.schemas import SPECS
from apipack.instructions.wordings import by_grammar
from apipack.io import rows_table, write_table
from apipack.languages.rendering import render_rows
from apipack.operations.parsing import parse_spec
from apipack.operations.schemas import OPERATIONS
from apipack.params import Params
from apipack.records import Output
from tests.parameters import PARAMS, write_params
from tests.specs import ID, STRING, json_body, openapi, parameter, record
from tests.tiny import save_tiny

MODE = parameter("mode", "query", STRING | {"enum": ["a", "b"]})
OWNER = record({"homeTown": STRING}, "homeTown")
MEMBERS = {"name": STRING, "owner": OWNER, "tags": {"type": "array", "items": STRING}, "tame": {"type": "boolean"}}
NEW = record(MEMBERS | {"note": STRING}, *MEMBERS)
SPEC = openapi(
    {
        "/pets/{id}": {
            "get": {"summary": "Show a pet", "parameters": [ID], "responses": {}},
            "delete": {"summary": "Remove a pet", "parameters": [ID], "responses": {}},
        },
        "/pets": {"post": {"summary": "Create a pet", "requestBody": json_body(NEW), "responses": {}}},
        "/pets/newest": {"get": {"summary": "Show the newest pet", "responses": {}}},
        "/invoices": {"get": {"summary": "List the invoices of a customer", "parameters": [MODE], "responses": {}}},
    },
    "https://pets.example/v1",
)
STARS = {"/planets": {"get": {"summary": "List the planets of a star", "responses": {}}}}
OTHER = openapi(STARS, "https://planets.example", title="Planets")


@pytest.fixture(scope="module")
def p() -> Params:
    return PARAMS


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "pets.json"
    path.write_text(json.dumps(SPEC))
    return path


@pytest.fixture
def source(file: Path, p: Params) -> Source:
    return of_specification(file, "curl", p)


def curl(path: str, method: str = "GET") -> str:
    return f"curl --request {method} \\\n  --url '{path}'"


def asked(source: Source, p: Params, wrote: str, instruction: str = "Show me the pet with id 7") -> Any:
    return ask(instruction, source, "curl", p, lambda *_: Output(wrote, False), "retrieved_3shot")


def test_only_what_is_near_by_its_words_is_embedded(source: Source, p: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded: list[str] = []

    def embed(texts: list[str], model: str, batch: int) -> np.ndarray:
        embedded.extend(texts)
        return np.eye(len(texts), dtype=np.float32)

    monkeypatch.setattr(asking, "NEAREST", 2)
    monkeypatch.setattr(asking, "embed", embed)
    answer = ask("Remove a pet", source, "curl", p, lambda prompt, grammar: Output("", False))
    assert len(embedded) == 2 * (1 + 2) and "invoices" not in " ".join(embedded)
    assert len(answer.documented) == 2 and any("DELETE" in one for one in answer.documented)


def test_a_valid_call_names_its_operation_and_shows_the_nearest_examples(source: Source, p: Params) -> None:
    seen: list[str] = []

    def write(prompt: str, grammar: str | None) -> Output:
        seen.append(prompt)
        return Output(f"{curl('https://pets.example/v1/pets/7')}\n**instruction**: and on", True)

    found = ask("Delete the pet 7", source, "curl", p, write, "retrieved_3shot")
    assert (
        found.verdict.valid
        and found.operation == "GET /pets/{id}"
        and found.call == curl("https://pets.example/v1/pets/7")
    )
    assert found.request is not None and found.request.url == "https://pets.example/v1/pets/7"
    assert found.cut and found.to_row()["cut"] and "\ncut off: the model wrote no end" in found.to_text()
    assert len(found.examples) == 3 and "DELETE" in found.examples[-1]["call"]  # the best one is the last
    assert all(example["instruction"] in seen[0] and example["call"] in seen[0] for example in found.examples)
    assert seen[0].startswith("**api_description**: Pets") and seen[0].endswith("Delete the pet 7\n**output**:\n")


@pytest.mark.parametrize(("setting", "examples"), [("spec_retrieved", 0), ("spec_retrieved_3shot", 3)])
def test_documentation_is_shown_and_its_grammar_given(source: Source, p: Params, setting: str, examples: int) -> None:
    seen: list[tuple[str, str | None]] = []

    def write(prompt: str, grammar: str | None) -> Output:
        seen.append((prompt, grammar))
        return Output(curl("https://pets.example/v1/pets/7", "DELETE"), False)

    answered = ask("Remove the pet with id 7", source, "curl", p, write, setting)
    ((prompt, grammar),) = seen
    assert answered.verdict.valid and answered.operation == "DELETE /pets/{id}"
    assert len(answered.examples) == examples and prompt.count("**output**") == 1 + examples
    shown = prompt.partition("**documentation**:\n")[2].partition("**lang**")[0]
    assert shown.count("https://pets.example/v1/") == 4  # the likeliest last
    assert shown.rstrip().endswith("DELETE https://pets.example/v1/pets/{id}\n- path id (integer, required)")
    assert grammar is not None and "--request DELETE" in grammar and "planets" not in grammar


def test_a_concrete_path_goes_before_a_template(source: Source, p: Params) -> None:
    assert asked(source, p, curl("https://pets.example/v1/pets/newest")).operation == "GET /pets/newest"


@pytest.mark.parametrize(
    ("wrote", "problem"),
    [
        (curl("https://pets.example/v1/pets/x"), "path id: type"),
        (curl("https://pets.example/v1/invoices"), "query mode: required"),
        (curl("https://pets.example/v2/pets/7"), "no operation GET https://pets.example/v2/pets/7"),
        (curl("https://pets.example/v1/pets/newest", "PUT"), "no operation PUT"),
        ("I cannot do that.", "the call cannot be read as curl"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(source: Source, p: Params, wrote: str, problem: str) -> None:
    found = asked(source, p, wrote)
    assert not found.verdict.valid and problem in found.verdict.broken_rules[0], found.verdict
    assert "valid: no: " in found.to_text() and found.to_row()["valid"] is False


def test_a_value_that_nobody_said_is_asked_for_by_name(source: Source, p: Params) -> None:
    invented = asked(source, p, curl("https://pets.example/v1/pets/9"))
    assert invented.verdict.valid and invented.unsaid == ("id",) and "\nunsaid: id\n" in invented.to_text()
    assert asked(source, p, curl("https://pets.example/v1/pets/7")).unsaid == ()
    several = curl("https://pets.example/v1/pets/7,8")
    assert asked(source, p, several, "Show the pets 7 and 8").unsaid == ()
    assert asked(source, p, several, "Show the pets 7 and 9").unsaid == ("id",)
    marked = curl("https://pets.example/v1/pets/;id=7,8")
    assert asked(source, p, marked, "Show the pets 7 and 8").unsaid == ()
    assert asked(source, p, marked, "Show the pet 7").unsaid == ("id",)
    stand_in = curl("https://pets.example/v1/pets/REPLACE_BEARER_TOKEN")
    assert asked(source, p, stand_in, "Show the pet").unsaid == ("id",)
    for wrote, why in (("ask: id", "the instruction does not say id"), ("no_call", "no operation does what is asked")):
        answered = asked(source, p, wrote, "Show me the pet")
        assert answered.to_text().startswith(f"{wrote}\n\nno call: {why}\nexample: ")
        assert (answered.to_row()["abstained"], answered.request, answered.verdict.valid) == (wrote, None, False)


def test_a_member_of_a_body_that_nobody_said_is_asked_for_too(source: Source, p: Params) -> None:
    body = {"name": "Rex", "owner": {"homeTown": "Oslo"}, "tags": ["old", "big"], "tame": True, "note": "none"}
    call = f"curl --url https://pets.example/v1/pets --json '{json.dumps(body)}'"
    assert asked(source, p, call, "Create the big pet Rex of Oslo").unsaid == ("tags.0",)
    assert asked(source, p, call, "Create a pet").unsaid == ("name", "owner.homeTown", "tags.0", "tags.1")


def test_a_grammar_allows_to_abstain_where_the_prompt_does(source: Source, p: Params) -> None:
    abstaining = p.model_copy(update={"retrieve": p.retrieve.model_copy(update={"abstain": True})})
    seen: list[str | None] = []

    def write(_: str, grammar: str | None) -> Output:
        seen.append(grammar)
        return Output("", False)

    for params in (p, abstaining):
        ask("Show the pet 7", source, "curl", params, write, "spec_retrieved")
    assert ["ask: id" in str(grammar) and "no_call" in str(grammar) for grammar in seen] == [False, True]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, p: Params) -> Path:
    """What the stages write of two APIs, one of them with curl calls alone."""
    folder = tmp_path_factory.mktemp("data")
    specs, rows, calls = [], [], []
    for api, document in (("pets.example", SPEC), ("planets.example", OTHER)):
        spec: dict[str, Any] = {
            "hub": "h",
            "provider": api,
            "api": api,
            "version": "1",
            "source_url": "",
            "media_type": "json",
            "licence": "",
        }
        body = json.dumps(document).encode()
        spec |= {"derived": False, "licence": "", "bytes": len(body), "sha256": api, "file": f"{api}.json"}
        (folder / "specs").mkdir(exist_ok=True)
        (folder / "specs" / f"{api}.json").write_bytes(body)
        specs.append(spec)
        made = parse_spec(spec, body, optional=False, max_bytes=10**6).rows
        rows += made
        languages = ["curl", "go"] if api == "pets.example" else ["curl"]
        calls.append(render_rows(((row["id"], row["request"]) for row in made), languages)[0])
    write_table(folder / "specs/index.parquet", rows_table(specs, SPECS))
    write_table(folder / "operations/part-0.parquet", rows_table(rows, OPERATIONS))
    schema = pa.schema([*UNIQUE, ("instruction", pa.string()), ("test_instruction", pa.string())])
    asked = by_grammar(rows, 0, 12)
    table = [{**row, **said, "cluster": row["id"]} for row, said in zip(rows, asked, strict=True)]
    write_table(folder / "dataset/operations/part-0.parquet", rows_table(table, schema))
    write_table(folder / "dataset/calls/part-0.parquet", pa.concat_tables(calls))
    return folder


def test_the_dataset_is_asked_about_one_api_or_all(data: Path, p: Params) -> None:
    one = asked(of_dataset(data, "curl", "pets.example"), p, curl("https://pets.example/v1/pets/7"))
    assert (
        one.verdict.valid
        and len(one.examples) == 3
        and all("pets.example" in example["call"] for example in one.examples)
    )
    every = of_dataset(data, "curl", None)
    found = asked(every, p, curl("https://planets.example/planets"), "Which planets has the star Vega?")
    assert found.verdict.valid and found.operation == "GET /planets" and "planets.example" in found.examples[-1]["call"]
    assert found.prompt.startswith("**api_description**: Planets")  # of the best example: none was named


def test_what_the_dataset_lacks_is_one_line(data: Path) -> None:
    with pytest.raises(AskError, match="the dataset has no API pet.example; like it: pets.example"):
        of_dataset(data, "curl", "pet.example")
    with pytest.raises(AskError, match="no go calls of planets.example"):
        of_dataset(data, "go", "planets.example")
    with pytest.raises(FileNotFoundError, match="run `dvc repro`"):
        of_dataset(data / "none", "curl", None)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def repository(tmp_path: Path, data: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with data, whose tuned model is a tiny one of random weights."""
    write_params(tmp_path, finetune={"model": str(tiny)}, evaluate={"new_tokens": 6})
    (tmp_path / "data").symlink_to(data)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/adapter").symlink_to(tiny)
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_keeps_to_the_documentation_that_it_retrieves(repository: Path, file: Path) -> None:
    question = ["ask", "Show the pet 7", "--spec", str(file), "--lang"]
    row = json.loads(CliRunner().invoke(app, [*question, "curl", "--json"]).stdout)
    assert (row["free"], row["examples"], len(row["documented"])) == (None, [], 4)
    assert row["documented"][-1].startswith("GET https://pets.example/v1/pets/{id}: ")
    assert row["call"].startswith("curl --")  # the first tokens of the grammar, by a model of random weights
    text = CliRunner().invoke(app, [*question, "go"]).stdout
    assert text.count("\ndocumented: ") == 4 and "\nwritten freely: there is no grammar (language)\n" in text


def test_the_command_prints_call_request_verdict_and_examples(repository: Path, file: Path) -> None:
    spec = ["--lang", "curl", "--spec", str(file), "--setting", "retrieved_3shot"]
    done = CliRunner().invoke(app, ["ask", "Show the pet 7", *spec, "--json"])
    row = json.loads(done.stdout)
    assert done.exit_code == 1 and row["valid"] is False and len(row["examples"]) == 3  # its weights are random
    assert row["request"] is None and row["problems"][0].startswith("the call cannot be read as curl")
    api = ["--lang", "curl", "--api", "pets.example", "--setting", "retrieved_3shot"]
    text = CliRunner().invoke(app, ["ask", "Show the pet 7", *api]).stdout
    assert "\nrequest: none\n" in text and "\nvalid: no: the call cannot be read as curl" in text
    assert text.count("\nexample: ") == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--lang", "curl", "--api", "pats.example"), "the dataset has no API pats.example; like it: pets.example"),
        (("--lang", "curl", "--spec", "none.yaml"), "none.yaml: "),
        (("--lang", "curl", "--spec", "params.yaml"), "params.yaml: "),
        (("--lang", "cobol"), "no such language: cobol"),
        (("--lang", "go", "--api", "planets.example"), "the dataset has no go calls of planets.example"),
        (("--lang", "curl", "--api", "a", "--spec", "b"), "--spec and --api exclude each other"),
        (("--lang", "curl", "--server", "nowhere"), "nowhere is no address of a server"),
    ],
)
def test_what_cannot_be_asked_is_one_line(repository: Path, arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(app, ["ask", "Show the pet 7", *arguments])
    assert (done.exit_code, done.stdout) == (2, "") and said in done.stderr and done.stderr.count("\n") == 1


def test_without_a_tuned_model_it_is_one_line(repository: Path, file: Path) -> None:
    (repository / "models/adapter").rename(repository / "models/other")
    for command in (["ask", "Show the pet 7", "--lang", "curl", "--spec", str(file)], ["serve"]):
        done = CliRunner().invoke(app, command)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert done.stderr == "models/adapter has no tuned model: run `dvc repro finetune` first\n"
