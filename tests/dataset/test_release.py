"""A small dataset in the stages' files, released, and loaded as anyone would load it."""

import gzip
import json
from pathlib import Path
from typing import Any

import mlcroissant
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from huggingface_hub import DatasetCard

from apipack.dataset.bfcl import bfcl_rows
from apipack.dataset.card import card, figures, origins
from apipack.dataset.further import further_part
from apipack.dataset.release import SPLITS as NAMES
from apipack.dataset.release import paper_instance, write_documents, write_languages
from apipack.dataset.schemas import DUPLICATES, RELEASE, SPLITS, UNIQUE
from apipack.dataset.tool_calls import FOLDER, write_tools
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.io import parts, read_table, rows_table, write_table, write_text
from apipack.languages.codec import read
from apipack.languages.schemas import CALLS
from apipack.operations.documentation import Documentation
from apipack.operations.tools import NoTool, request_of
from apipack.records import Request
from apipack.tasks.schemas import DROPS
from tests.parameters import PARAMS
from tests.small_apis import write_data

WHEEL = "pkg:pypi/acme-specs@1.0#a.json"
ORIGINS = {
    "a": ("apis_guru", "https://a.example", "Apache-2.0"),
    "b": ("packages", WHEEL, "MIT"),
    "c": ("packages", WHEEL, "MIT"),
    "d": ("packages", WHEEL, ""),
}
COLUMNS = pa.unify_schemas([UNIQUE, INSTRUCTIONS])


def row(identifier: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: f"{name} of {identifier}" for name in COLUMNS.names}
    values |= {name: request(f"{name}_{identifier}") for name in ("request", "test_request")}
    arguments = '[["q", "query", true, "string", false]]'
    hub, url, licence = ORIGINS[identifier]
    values |= {"hub": hub, "source_url": url, "licence_spdx": licence}
    return values | {"id": identifier, "tags": ["pets"], "arguments": arguments, "host_inferred": False}


def request(word: str) -> str:
    return Request("GET", f"https://pets.example/{word}").to_json()


@pytest.fixture
def released(tmp_path: Path) -> Path:
    data, out = tmp_path / "data", tmp_path / "release"
    for part, names in (("part-00000.parquet", "ab"), ("part-00001.parquet", "cd")):
        write_table(data / "dataset/operations" / part, rows_table([row(name) for name in names], COLUMNS))
        calls = [
            {"id": name, "language": language, "call": f"{language} {name}"}
            for name in names
            for language in ("curl", "go")
        ]
        write_table(data / "dataset/calls" / part, rows_table(calls, CALLS))
    member = [("a", "train"), ("a", "level1"), ("b", "level2"), ("c", "level3"), ("d", "bank")]
    write_table(
        data / "splits/splits.parquet", rows_table([dict(zip(SPLITS.names, m, strict=True)) for m in member], SPLITS)
    )
    counts = write_languages(["curl", "go"], str(data), str(out / "further"), str(out), True)
    splits = [name for name in NAMES.values() if name != "test_level4"]
    write_documents(out, counts, splits, {"Operations by licence": {"MIT": 4}}, origins(data), {})
    return out


def test_datasets_loads_each_language_and_split(released: Path, tmp_path: Path) -> None:
    loaded = load_dataset(str(released), "curl", cache_dir=str(tmp_path / "cache"))
    assert {name: split["id"] for name, split in loaded.items()} == {
        "train": ["a"],
        "test_level1": ["a"],
        "test_level2": ["b"],
        "test_level3": ["c"],
        "examples": ["d"],
    }
    assert loaded["train"].column_names == RELEASE.names
    assert loaded["train"][0]["call"] == "curl a" and loaded["train"][0]["instruction"] == "instruction of a"
    test = loaded["test_level1"][0]
    assert (test["instruction"], test["values"]) == ("test_instruction of a", "test_values of a")
    assert test["request"] == request("test_request_a") == read("curl", test["call"]).to_json()
    other = load_dataset(str(released), "go", split="test_level3", cache_dir=str(tmp_path / "cache"))
    assert other["call"] == ["go c"]


def test_datasets_caches_no_release_for_another(released: Path, tmp_path: Path) -> None:
    def ids() -> list[str]:
        return list(load_dataset(str(released), "go", split="train", cache_dir=str(tmp_path / "cache"))["id"])

    assert ids() == ["a"]
    (file,) = (released / "data/go").glob("train-*.parquet")
    pq.write_table(pa.concat_tables([pq.read_table(file)] * 2), file)
    splits = [name for name in NAMES.values() if name != "test_level4"]
    counts = {language: dict.fromkeys(splits, 1) for language in ("curl", "go")}
    write_documents(released, counts, splits, {}, [], {})
    assert ids() == ["a", "a"]


def test_the_card_counts_what_is_there(released: Path) -> None:
    text = (released / "README.md").read_text(encoding="utf-8")
    assert "a JSON list of [place, name, value, source]" in text and "`variant`: 0" in text
    assert "10 rows" in text and "| go | 1 | 1 | 1 | 1 | 1 |" in text and "| MIT | 4 |" in text
    assert "| source | operations | calls | licences (SPDX) |" in text
    assert "| pypi acme-specs | 3 | 6 | MIT 2, not told 1 |" in text and "| apis_guru | 1 | 2 | Apache-2.0 1 |" in text


def test_the_card_is_what_the_hub_asks_for(released: Path) -> None:
    front = DatasetCard.load(released / "README.md").data.to_dict()
    assert (front["license"], front["license_link"]) == ("other", "LICENSE.md") and (released / "LICENSE.md").is_file()
    assert front["size_categories"] == ["n<1K"] and front["language"] == ["en"]
    assert [config["config_name"] for config in front["configs"]] == ["curl", "go"]
    assert front["configs"][0]["default"] and "default" not in front["configs"][1]


@pytest.mark.heavy
def test_rows_can_be_streamed(released: Path) -> None:
    rows = load_dataset(str(released), "go", split="test_level3", streaming=True)
    assert [row["call"] for row in rows] == ["go c"]


def test_the_viewer_can_read_each_row_group(released: Path) -> None:
    """It takes 300 MB of a file at a time."""
    for path in released.rglob("*.parquet"):
        metadata = pq.ParquetFile(path).metadata
        assert all(metadata.row_group(n).total_byte_size < 300e6 for n in range(metadata.num_row_groups))


def test_croissant_describes_every_row_and_has_the_rai_fields(released: Path, caplog: pytest.LogCaptureFixture) -> None:
    dataset = mlcroissant.Dataset(jsonld=released / "croissant.json")  # which validates it
    assert not dataset.metadata.ctx.issues.errors
    assert dataset.metadata.data_biases and dataset.metadata.personal_sensitive_information
    rows = list(dataset.records("go"))
    splits = {row["go/split"].decode(): row["go/id"].decode() for row in rows}
    assert splits == {"train": "a", "test_level1": "a", "test_level2": "b", "test_level3": "c", "examples": "d"}
    assert {name.removeprefix("go/") for name in rows[0]} == {"split", *RELEASE.names}
    described = {files.id for files in dataset.metadata.distribution}
    assert described == {"files-curl", "files-go", "files-api_pack"} and "guo2024" not in dataset.metadata.cite_as
    assert {"Could not match" in text or "not standard" in text for text in caplog.messages} <= {False}


def test_the_datasheet_answers_each_part(released: Path) -> None:
    text = (released / "DATASHEET.md").read_text()
    headings = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    assert headings[:2] == ["Motivation", "Composition"] and headings[-2:] == ["Distribution", "Maintenance"]
    assert "**How many are there?** 10, in 2 languages." in text and "pypi acme-specs (3), apis_guru (1)" in text


def test_instances_have_the_papers_schema(released: Path) -> None:
    with gzip.open(released / "api_pack/curl-train.jsonl.gz", "rt", encoding="utf-8") as file:
        (instance,) = [json.loads(line) for line in file]
    assert instance == paper_instance(
        {**row("a"), "language": "curl", "call": "curl a", "test_instruction": "instruction of a"}  # of the same call
    )
    assert set(instance) == {
        *("api_name", "api_description", "api_call_data", "instruction", "instruction_test", "input", "output"),
        "unique_id",
    }
    assert set(instance["api_call_data"]) == {
        *("api_call", "lang", "functionality", "api_arguments", "description", "domain", "path")
    }
    assert instance["api_call_data"]["lang"] == "cURL" and instance["api_call_data"]["api_arguments"] == {"q": "string"}
    assert (
        instance["output"] == '**domain**:["pets"]\n**api_call**:curl a\n**api_provider**:provider of a\n**lang**:cURL'
    )


def test_the_same_rows_give_the_same_bytes(released: Path, tmp_path: Path) -> None:
    before = {path.relative_to(released): path.read_bytes() for path in released.rglob("*.gz")}
    write_languages(["curl"], str(tmp_path / "data"), str(tmp_path / "further"), str(tmp_path / "again"), True)
    assert all((tmp_path / "again" / path).read_bytes() == before[path] for path in before if "curl" in path.name)


def test_further_variants_have_values_and_calls_of_their_own(tmp_path: Path) -> None:
    p = PARAMS.instruct.model_copy(update={"values": "spoken"})
    data, out = write_data(tmp_path / "data", p), tmp_path / "release"
    choice = p.model_dump(include={"values", "optional", "max_values", "description_words"})
    further = str(out / "further")
    for part in parts(data / "dataset/operations"):
        files = [str(part), str(data / "dataset/calls" / part.name)]
        further_part(files, f"{further}/{part.name}", {"curl": 3}, 0, choice)
    counts = write_languages(["curl", "python"], str(data), further, str(out), True)
    write_documents(out, counts, list(NAMES.values()), {}, [], {})
    one = counts["python"]["train"]
    assert counts["curl"] == counts["python"] | {"train": 3 * one, "examples": 3 * counts["python"]["examples"]}
    loaded = load_dataset(str(out), "curl", split="train", cache_dir=str(tmp_path / "cache"))
    assert sorted(set(loaded["variant"])) == [0, 1, 2] and len(set(loaded["call"])) == len(loaded) == 3 * one
    for instance in loaded:
        assert read("curl", instance["call"]).to_json() == instance["request"]
        assert all(str(value) in instance["instruction"] for _, _, value, _ in json.loads(instance["values"]))
    with gzip.open(out / "api_pack/curl-train.jsonl.gz", "rt", encoding="utf-8") as file:
        assert len({json.loads(line)["unique_id"] for line in file}) == 3 * one


def test_the_card_counts_what_each_stage_left_out(tmp_path: Path) -> None:
    """Every stage that drops rows by reason, of all in the graph, and what is a duplicate."""
    stages = {"parse": "operations", "render": "calls", "instruct": "instructions", "filter": "dataset"}
    for stage, folder in stages.items():
        drop = {"id": "a", "language": None, "reason": f"of_{stage}", "detail": ""}
        write_table(tmp_path / folder / "drops.parquet", rows_table([drop], DROPS))
    write_table(tmp_path / "dataset/operations/part-0.parquet", rows_table([row("a")], COLUMNS))
    twin = {"id": "b", "duplicate_of": "a", "kind": "near", "similarity": 0.9}
    write_table(tmp_path / "unique/duplicates.parquet", rows_table([twin], DUPLICATES))
    counted = {f"{stage}: of_{stage}": 1 for stage in stages}
    assert figures(tmp_path)["Left out, by stage and reason"] == counted | {"dedupe: near duplicate": 1}


def test_a_source_that_is_held_out_has_a_split_of_its_own(released: Path, tmp_path: Path) -> None:
    member = [("a", "train"), ("a", "level1"), ("b", "level2"), ("c", "level3"), ("d", "level4")]
    rows = [dict(zip(SPLITS.names, pair, strict=True)) for pair in member]
    write_table(tmp_path / "data/splits/splits.parquet", rows_table(rows, SPLITS))
    counts = write_languages(["curl"], str(tmp_path / "data"), str(tmp_path / "further"), str(tmp_path / "held"), False)
    assert counts == {"curl": {"train": 1, "test_level1": 1, "test_level2": 1, "test_level3": 1, "test_level4": 1}}
    assert (tmp_path / "held/data/curl/test_level4-00000-of-00001.parquet").is_file()
    assert "`test_level4`: an unseen source" in card(counts, list(NAMES.values()), {})
    assert "test_level4" not in (released / "README.md").read_text(encoding="utf-8")


def test_tool_calls_are_loaded_as_they_were_written(tmp_path: Path) -> None:
    spoken = PARAMS.instruct.model_copy(update={"values": "spoken", "variants": 30})
    data, out = write_data(tmp_path / "data", spoken), tmp_path / "release"
    member = {entry["id"]: [entry["split"]] for entry in read_table(data / "splits/splits.parquet").to_pylist()}
    told = write_tools(data, out, member, {"train": "train", "level1": "test_level1", "bank": "examples"})
    assert told["without_tool_call"] == told["without_bfcl"] == {} and sum(told["rows"].values()) == 36
    text = card({"curl": {"train": 5}}, list(told["rows"]), {}, tools=told["rows"])
    assert "\n5 rows: " in text and "in 1 programming\nlanguages." in text and "Configuration `tools`" in text
    write_text(out / "README.md", card({FOLDER: told["rows"]}, list(told["rows"]), {}))
    rows = load_dataset(str(out), FOLDER, cache_dir=str(tmp_path / "cache"))
    operations = {entry["id"]: entry for entry in read_table(data / "dataset/operations").to_pylist()}
    for example in rows["examples"]:
        operation = operations[example["id"]]
        user, assistant = example["messages"]
        (call,) = assistant["tool_calls"]
        assert user == {"role": "user", "content": operation["instruction"]}
        assert [call["function"]["name"]] == [one["function"]["name"] for one in example["tools"]]
        made = request_of(Documentation.of(operation), call["function"]["arguments"])
        assert made == Request.from_json(operation["request"])


def test_bfcl_has_a_question_a_function_and_the_right_values() -> None:
    body = {"type": "object", "properties": {"n": {"type": "number"}}, "required": []}
    items = {"type": "array", "items": {"type": "object", "properties": {}, "required": []}}
    parameters = {"type": "object", "properties": {"body": body, "some": items}, "required": ["body"]}
    tool = {"type": "function", "function": {"name": "f", "description": "Do", "parameters": parameters}}
    question, answer = bfcl_rows("a", "Do it", tool, {"body": {"n": 1.5}, "some": [{"k": "v"}]})
    assert answer == {"id": "a", "ground_truth": [{"f": {"body": [{"n": [1.5]}], "some": [[{"k": ["v"]}]]}}]}
    assert question["question"] == [[{"role": "user", "content": "Do it"}]]
    properties = question["function"][0]["parameters"]["properties"]
    assert (properties["body"]["type"], properties["body"]["properties"]["n"]) == ("dict", {"type": "float"})
    with pytest.raises(NoTool, match="bfcl_array"):
        bfcl_rows("a", "Do it", tool, {"body": {}, "some": ["text"]})
