"""Training rows: as many instances as asked for, each with values of its own, and the share with examples."""

import json
import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from apipack.dataset.params import Sample
from apipack.dataset.sampling import SampleError
from apipack.dataset.schemas import SPLITS
from apipack.instructions import variants
from apipack.io import read_table, rows_table, write_table
from apipack.prompting.context import Context
from apipack.prompting.instances import training_part
from apipack.prompting.prompts import Budget
from apipack.prompting.training import few_shot_plan, write_training
from apipack.retrieval.documented import ABSENT, KINDS, MISSING, OTHER_API, SPEC, SPEC_DISTRACTORS, SPEC_RETRIEVED
from apipack.retrieval.examples import RANDOM, RETRIEVED, ZERO
from apipack.sweeps.presets import read
from apipack.tasks import engines
from apipack.tasks.params import Engine
from tests.parameters import PARAMS
from tests.small_apis import write_data

CONTEXT = Context(PARAMS.retrieve, "embedded", Budget(400, len), 0)
SPOKEN = PARAMS.instruct.model_copy(update={"values": "spoken", "variants": 30})
SILENT = PARAMS.instruct.model_copy(update={"values": "none", "variants": 4})
ENGINE = Engine(engine="local", workers=1, ray=PARAMS.ray)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"), SPOKEN)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function on the same tasks, without workers that import torch."""
    run = lambda function, tasks, engine, what: [function(**json.loads(json.dumps(task))) for task in tasks]  # noqa: E731
    monkeypatch.setattr("apipack.prompting.training.map_tasks", run)
    monkeypatch.setattr("apipack.prompting.instances._counter", lambda model: len)
    assert engines.map_tasks is not run and training_part.__module__ == "apipack.prompting.instances"


MIX = {"curl": 1.0, "python": 0.5}


def drawn(
    data: Path, out: Path, size: int, p: Any = SPOKEN, mix: dict[str, float] = MIX, **sample: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    section = Sample.model_validate(
        {"form": "code", "few_shot": 0.5, "sources": [], "positional": [], "settings": [RANDOM, RETRIEVED]}
        | {"abstain": 0.0, "max_request": None, "strict": False}
        | sample
    )
    figures = write_training(data, out, size, mix, section, p, CONTEXT, 10_000, ENGINE)
    return read_table(out).to_pylist(), figures


def test_exactly_as_many_instances_as_asked_for_and_no_two_the_same(data: Path, tmp_path: Path) -> None:
    before: set[tuple[Any, ...]] = set()
    for size in (1, 10, 24, 100, 600):
        rows, figures = drawn(data, tmp_path / str(size), size)
        plain = [row for row in rows if row["setting"] == ZERO]
        texts = {(row["id"], row["language"], str(row["variant"]), row["prompt"], row["completion"]) for row in plain}
        assert len(plain) == len(texts) == size == figures["instances"] == sum(figures["drawn"].values())
        assert figures["distinct_instances"] == size and before < texts
        assert figures["rows_out"] == len(rows) == sum(figures["settings"].values())
        before = texts
    calls = {row["completion"] for row in plain}
    assert len(calls) == figures["distinct_calls"] > 500  # each has values of its own
    assert figures["drawn"] == {"curl": 400, "python": 200} and figures["operations"] == 24


@pytest.mark.parametrize("values", ["spoken", "none"])
def test_an_instance_is_the_same_rows_at_every_size_and_in_every_mix(
    values: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a variant cannot be had and the operation's own stands in its place."""
    p = SPOKEN if values == "spoken" else SILENT
    if values == "none":
        data = write_data(tmp_path / "data", p)
    made = variants.variant
    lacking = lambda *given: "unsayable" if given[1] in (1, 2, 3, 5, 8, 9) else made(*given)  # noqa: E731
    monkeypatch.setattr(variants, "variant", lacking)
    asked: dict[str, Any] = {"few_shot": 1.0, "abstain": 0.4, "settings": [RANDOM, RETRIEVED, *KINDS]}
    mixes: list[dict[str, float]] = [{"curl": 1}, MIX, {"curl": 1, "python": 3}]
    of_instance: dict[tuple[Any, ...], list[Any]] = {}
    seen = repeated = 0
    for size in (9, 24, 70):
        for mix in mixes:
            rows, figures = drawn(data, tmp_path / f"{size} {mix}", size, p, mix, **asked)
            repeated += figures["repeated"]
            for key, of_key in groupby(rows, lambda row: (row["id"], row["language"], row["variant"])):
                shown = list(of_key)
                seen += key in of_instance
                assert of_instance.setdefault(key, shown) == shown, (size, mix)
    assert seen > 50 and bool(repeated) == (values == "spoken")


def test_the_values_of_a_variant_stand_in_its_prompt_and_its_call(data: Path, tmp_path: Path) -> None:
    rows, _ = drawn(data, tmp_path, 100)
    for row in rows:
        if "/berths/" in row["completion"]:
            number = row["completion"].partition("/berths/")[2].split("'")[0].split('"')[0]
            assert number in row["prompt"].rpartition("**instruction**")[2]


def test_a_pool_that_is_too_small_is_one_line(data: Path, tmp_path: Path) -> None:
    with pytest.raises(SampleError, match=r"size 1441 is more than the 1440 instances of curl, python"):
        drawn(data, tmp_path, 1441)
    with pytest.raises(SampleError, match="sample.strict"):
        drawn(data, tmp_path, 1440, strict=True)
    assert drawn(data, tmp_path, 1440)[1]["drawn"] == {"curl": 720, "python": 720}


def test_short_requests_alone_are_drawn_where_asked_for(data: Path, tmp_path: Path) -> None:
    rows, figures = drawn(data, tmp_path, 60, max_request=90)
    assert 0 < figures["operations"] < 24 and figures["instances"] == 60
    assert {row["id"] for row in rows} < {row["id"] for row in drawn(data, tmp_path / "all", 60)[0]}


def test_sources_that_are_named_alone_are_drawn_from(data: Path, tmp_path: Path) -> None:
    rows, _ = drawn(data, tmp_path / "all", 60, sources=["files"])
    assert {row["id"] for row in rows} == {row["id"] for row in drawn(data, tmp_path, 60)[0]}
    with pytest.raises(SampleError, match="more than the 0 instances"):
        drawn(data, tmp_path, 60, sources=["packages"])


def test_a_language_split_apart_trains_first_on_what_the_others_are_tested_with(data: Path, tmp_path: Path) -> None:
    rows = read_table(data / "splits/splits.parquet").to_pylist()
    held = {row["id"] for row in rows if row["split"] == "bank"}
    apart = shutil.copytree(data, tmp_path / "data")
    tested = [row | {"split": "level3"} if row["id"] in held else row for row in rows]
    write_table(apart / "splits/splits.parquet", rows_table(tested, SPLITS))
    rows, _ = drawn(apart, tmp_path, 48, positional=["python"])
    trained = {language: {row["id"] for row in rows if row["language"] == language} for language in ("curl", "python")}
    assert held and held & trained["python"] and not held & trained["curl"]
    assert {row["setting"] for row in rows if row["id"] in held} == {ZERO}
    short = drawn(apart, tmp_path / "short", 24, positional=["python"], max_request=90)[0]
    lengths = {row["id"]: len(row["request"]) for row in read_table(data / "dataset/operations").to_pylist()}
    assert {lengths[key] > 90 for key in held} == {False, True}
    assert {lengths[row["id"]] > 90 for row in short if row["id"] in held} == {False}
    with pytest.raises(SampleError, match="more than the 0 instances"):
        drawn(apart, tmp_path, 24, positional=["python"], sources=["packages"])


def test_instances_without_values_differ_in_their_wording(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", SILENT)
    rows, figures = drawn(data, tmp_path / "out", 72, SILENT)
    assert figures["instances"] == figures["distinct_instances"] == 72
    assert figures["distinct_calls"] == len({(row["id"], row["language"]) for row in rows})
    assert len({row["prompt"] for row in rows if row["setting"] == ZERO}) == 72


def test_examples_are_of_the_instance_s_own_api_and_never_itself(data: Path, tmp_path: Path) -> None:
    rows, figures = drawn(data, tmp_path, 48, few_shot=1.0)
    assert set(figures["settings"]) == {ZERO, RANDOM, RETRIEVED} and figures["settings"][ZERO] == 48
    for row in rows:
        shown, _, task = row["prompt"].rpartition("**instruction**")
        host = row["completion"].partition("api.")[2].partition(".test")[0]
        assert (
            shown.count("**output**")
            == shown.count(f"api.{host}.test")
            == (0 if row["setting"] == ZERO else shown.count("**output**"))
        )
        assert row["completion"] not in shown and task.strip(": ")


def test_the_paper_s_half_without_and_half_with_examples() -> None:
    for preset in ("codellama-13b", "codellama-13b-fsdp"):
        assert read(preset)["sample"]["few_shot"] == 1.0


def test_the_plan_keeps_to_its_share_and_draws_both_kinds() -> None:
    drawn = {f"{n}": {"curl": 1} for n in range(2_000)}
    plan = few_shot_plan(drawn, 0.3, KINDS, 0, 0)
    assert 0.27 < len(plan) / len(drawn) < 0.33 and set(plan.values()) == set(KINDS)
    assert few_shot_plan(drawn, 0, KINDS, 0, 0) == {} and len(few_shot_plan(drawn, 1, KINDS, 0, 0)) == len(drawn)


def test_instances_with_documentation_show_that_of_their_operation(data: Path, tmp_path: Path) -> None:
    rows, figures = drawn(data, tmp_path, 60, few_shot=1.0, settings=[*KINDS, f"{SPEC}_3shot"])
    assert set(figures["settings"]) == {ZERO, *KINDS, f"{SPEC}_3shot"}
    for row in rows:
        documentation, _, task = row["prompt"].partition("**lang**")
        api = row["completion"].partition("api.")[2].partition(".test")[0]
        method = "POST" if "POST" in row["completion"] else "GET"
        shown = documentation.count(f"https://api.{api}.test/")
        assert shown == {ZERO: 0, SPEC_RETRIEVED: 4, SPEC_DISTRACTORS: 4}.get(row["setting"], 1)
        assert task.count("**output**") == 1 or row["setting"] == f"{SPEC}_3shot"
        if row["language"] == "curl" and row["setting"] in (SPEC, SPEC_DISTRACTORS):
            path = row["completion"].partition(".test/")[2].split("s", 1)[0]
            assert f"{method} https://api.{api}.test/{path}s" in documentation


def test_a_share_of_the_instances_has_no_right_call(data: Path, tmp_path: Path) -> None:
    rows, figures = drawn(data, tmp_path, 60, few_shot=1.0, abstain=0.5, settings=[SPEC])
    assert {ABSENT, MISSING, OTHER_API, SPEC, ZERO} == set(figures["settings"])
    of = {(row["id"], row["language"], row["variant"]): row for row in rows if row["setting"] == ZERO}
    for row in rows:
        documentation, _, task = row["prompt"].partition("**lang**")
        plain = of[row["id"], row["language"], row["variant"]]
        if row["setting"] in (ABSENT, OTHER_API):
            assert row["completion"] == "no_call" and plain["prompt"].endswith(task)
            assert documentation.count("https://api.") == (3 if row["setting"] == ABSENT else 1)
        elif row["setting"] == MISSING:
            lacks = row["completion"].removeprefix("ask: ")
            assert {"id": "/{id}", "name": '"name": string'}[lacks] in documentation and task not in plain["prompt"]
            assert lacks == "name" or "ID is" not in task
    lacking = [row for row in rows if row["setting"] == MISSING]
    assert figures.get("without_abstention", 0) == 60 - sum(row["setting"] != ZERO for row in rows) and lacking


def test_calls_of_tools_are_trained_on_beside_their_tools(data: Path, tmp_path: Path) -> None:
    asked: dict[str, Any] = {"few_shot": 1.0, "form": "tools", "settings": [SPEC, SPEC_DISTRACTORS]}
    rows, figures = drawn(data, tmp_path, 40, mix={"curl": 1.0}, **asked)
    assert set(figures["settings"]) == {SPEC, SPEC_DISTRACTORS} and figures["settings"][SPEC] == 40
    assert figures["distinct_instances"] == 40 and {row["language"] for row in rows} == {"tools"}
    for row in rows:
        tools = row["prompt"].partition("**documentation**:\n")[2].partition("\n**lang**")[0].splitlines()
        call = json.loads(row["completion"])
        assert len(tools) == (1 if row["setting"] == SPEC else 4) and set(call) == {"name", "arguments"}
        assert call["name"] in [json.loads(tool)["name"] for tool in tools]
