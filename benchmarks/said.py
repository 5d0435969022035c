"""Do the released instructions say the values that their calls send?  (make bench-values; after `dvc repro`)

    python -m benchmarks.said [DATA]

Every released row is read again: the arguments of its request, as `evaluation.arguments` takes them from what is sent
and not from the column `values`, are looked for in its instruction. Prints one JSON line: rows; argument values;
the share of them that stands in the instruction, without and with parameters of one allowed value, which are a part of
the address; stand-ins among them; what is unsaid, by place; the rows of tests alone; and operations whose instruction
fits another one of their API as well.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from apipack.evaluation.arguments import Argument, address, arguments
from apipack.instructions.saying import stands
from apipack.instructions.variants import COLUMNS, still_ambiguous
from apipack.io import parts, read_table
from apipack.operations.forms import is_stand_in
from apipack.params import load
from apipack.records import Request

EMPTY = ("", "{}", "[]", "null", '""')
SEPARATORS = (",", "|", ";", " ")


def texts(argument: Argument) -> Iterator[list[Any]]:
    """The ways in which an argument's text may have been written: as one value, as JSON, or as a list."""
    try:
        value = json.loads(argument.value)
    except ValueError:
        value = argument.value
    yield list(_leaves(value))
    yield [argument.value]
    for separator in SEPARATORS:
        if separator in argument.value:
            yield [_number(item) for item in argument.value.split(separator) if item]


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    elif value is not None:
        yield value


def _number(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_said(instruction: str, argument: Argument) -> bool:
    """Whether the value stands in the instruction, in quotes or bare; a list, where all of its items do."""
    return any(values and all(_stands(instruction, value) for value in values) for values in texts(argument))


def _stands(instruction: str, value: Any) -> bool:
    return stands(instruction, value) > 0 or (not isinstance(value, str) and stands(instruction, str(value)) > 0)


@lru_cache(maxsize=400_000)
def counted(
    instruction: str, request: str, template: str, fixed: frozenset[tuple[str, str]]
) -> tuple[tuple[str, int], ...]:
    """Counts of one instance, by name; remembered, since ten languages share it."""
    counts: Counter[str] = Counter()
    for argument in arguments(Request.from_json(request), template):
        if argument.value in EMPTY:
            counts["empty"] += 1
            continue
        name = "address" if (argument.place, argument.name) in fixed else "values"
        counts[name] += 1
        counts["stand_ins"] += is_stand_in(argument.value.strip('"'))
        if is_said(instruction, argument):
            counts[f"said_{name}"] += 1
        elif name == "values":
            counts[f"unsaid_{argument.place}"] += 1
    return tuple(counts.items())


def released(data: Path) -> dict[str, Counter[str]]:
    """Split of the release → counts over the rows of all languages. data: the stages' folder."""
    told: dict[str, tuple[str, frozenset[tuple[str, str]]]] = {}
    for part in parts(data / "dataset" / "operations"):
        for row in read_table(part, ["id", "template", "arguments"]).to_pylist():
            told[row["id"]] = row["template"], frozenset(address(json.loads(row["arguments"])))
    totals: dict[str, Counter[str]] = {}
    for file in sorted((data / "release" / "data").glob("*/*.parquet"), key=lambda file: (file.name, file.parent.name)):
        counts = totals.setdefault(file.name.partition("-")[0], Counter())
        for batch in pq.ParquetFile(file).iter_batches(10_000, columns=["id", "instruction", "request"]):
            for row in batch.to_pylist():
                counts["rows"] += 1
                counts.update(dict(counted(row["instruction"], row["request"], *told[row["id"]])))
        print(f"{file.parent.name} {file.name}", file=sys.stderr)
    return totals


def figures(counts: Counter[str]) -> dict[str, Any]:
    said, values = counts["said_values"], counts["values"]
    whole = values + counts["address"]
    unsaid = {name.removeprefix("unsaid_"): n for name, n in sorted(counts.items()) if name.startswith("unsaid_")}
    return {
        "rows": counts["rows"],
        "values": values,
        "said": round(said / max(1, values), 5),
        "with_address": round((said + counts["said_address"]) / max(1, whole), 5),
        "address": counts["address"],
        "empty": counts["empty"],
        "stand_ins": round(counts["stand_ins"] / max(1, values), 5),
        "unsaid": unsaid,
    }


def main(data: Path) -> None:
    start = time.perf_counter()
    totals = released(data)
    whole = sum(totals.values(), Counter[str]())
    tests = sum((counts for name, counts in totals.items() if name.startswith("test_")), Counter[str]())
    seconds = time.perf_counter() - start
    operations = read_table(data / "dataset" / "operations", [*COLUMNS, "hint"]).to_pylist()
    unclear = still_ambiguous([row for row in operations if row["hint"] is not None], load().instruct.description_words)
    answer = {**figures(whole), "tests": figures(tests), "ambiguous": len(unclear)}
    print(json.dumps(answer | {"rows_a_second": round(whole["rows"] / seconds)}))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
