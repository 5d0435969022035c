"""The stage itself: it stops the graph at a planted leak, and passes a sound split."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from apipack.dataset.schemas import SPLITS, UNIQUE
from apipack.dataset.splits import split
from apipack.instructions.schemas import INSTRUCTIONS
from apipack.io import read_json, read_table, rows_table, write_table
from apipack.languages.schemas import CALLS
from apipack.operations.plausible import for_tests
from tests.parameters import PARAMS, ROOT, write_params

P = PARAMS
KEPT = pa.unify_schemas([UNIQUE, INSTRUCTIONS])
ROW: dict[str, Any] = dict.fromkeys(KEPT.names, "") | {
    "tags": [],
    "host_inferred": False,
    "method": "GET",
    "arguments": "[]",
    "form": '{"refused": "no_form"}',
    "test_values": json.dumps([["query", "place", next(filter(for_tests, map(str, range(99)))), "name"]]),
}


def dataset(root: Path) -> list[dict[str, Any]]:
    write_params(root)
    rows: list[dict[str, Any]] = []
    for p in range(6):
        for o in range(16):
            path = f"/{'abcdefghij'[p] * 9}/{'klmnopqrstuvwxyz'[o] * 9}"
            named = {"id": f"{p}-{o:02}", "provider": f"p{p}", "api": f"p{p}", "cluster": f"{p}-{o:02}", "path": path}
            rows.append({**ROW, **named, "functionality": path[::-1], "template": f"https://p{p}.example{path}"})
    write_table(root / "data/dataset/operations/part-0.parquet", rows_table(rows, KEPT))
    calls = [{"id": row["id"], "language": name, "call": "x"} for row in rows for name in P.render.languages]
    write_table(root / "data/dataset/calls/part-0.parquet", rows_table(calls, CALLS))
    return rows


def stage(root: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "stages.leakage"]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


def test_a_sound_split_passes_and_a_planted_leak_fails_the_stage(tmp_path: Path) -> None:
    rows = dataset(tmp_path)
    splits = split(rows, P.split, 0, 3)
    write_table(tmp_path / "data/splits/splits.parquet", rows_table(splits, SPLITS))
    done = stage(tmp_path)
    assert done.returncode == 0, done.stderr
    figures = read_json(tmp_path / "metrics/leakage.json")
    assert figures["leaks"] == 0 and figures["shared_endpoints"] == {"level2": 0, "level3": 0}
    assert figures["nearest_training_operation"]["level3"]["p100"] < 0.9
    assert figures["positional_split_of_the_paper"]["trained_in_another_language"]["level3"] > 0
    neighbours = read_table(tmp_path / "data/leakage/neighbours.parquet").to_pylist()
    assert len(neighbours) == sum(entry["split"] in ("level1", "level2", "level3") for entry in splits)

    test = next(row for row in rows if {"id": row["id"], "split": "level3"} in splits)
    trained = next(row for row in rows if {"id": row["id"], "split": "train"} in splits)
    trained |= {"path": f"{test['path']}k", "functionality": test["functionality"]}  # another provider's near copy
    write_table(tmp_path / "data/dataset/operations/part-0.parquet", rows_table(rows, KEPT))
    done = stage(tmp_path)
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
    assert f"level3 {test['id']} is like the trained {trained['id']}" in done.stderr
    assert read_json(tmp_path / "metrics/leakage.json") == figures  # what was made stays


def test_an_instruction_that_fits_two_operations_of_an_api_stops_the_graph(tmp_path: Path) -> None:
    rows = dataset(tmp_path)
    rows[1]["functionality"] = rows[0]["functionality"]
    write_table(tmp_path / "data/dataset/operations/part-0.parquet", rows_table(rows, KEPT))
    write_table(tmp_path / "data/splits/splits.parquet", rows_table(split(rows, P.split, 0, 3), SPLITS))
    done = stage(tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("leakage: 2 instructions of p0 fit several operations, the first: 0-00\n")
