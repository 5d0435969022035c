"""Do calls with values arrive as meant? Operations drawn at random, a variant of each, executed in ten languages.

    python -m benchmarks.arrival [OPERATIONS] [SEED] [DATA]     (make bench-values; after `dvc repro`)

Each operation of the filtered dataset has a variant that the dataset does not store, with values of its own. Its
request is rendered in every language, run in the sandbox, and the recorded request is held against the meant one.
Prints a table; calls that did not arrive as meant are written to data/arrival.jsonl, a line each.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import orjson

from apipack.instructions.variants import COLUMNS, Variant, variant
from apipack.io import parts, read_table, write_text
from apipack.languages.rendering import render_rows
from apipack.params import load
from apipack.records import LANGUAGES
from apipack.sandbox.verification import failures, verify

Row = dict[str, Any]
NUMBERS = range(1, 200)
"""Of the variants that training may draw beside the stored ones."""


def drawn(data: Path, count: int, seed: int) -> dict[str, Row]:
    """Operation id → id, provider, template, request and values of a random variant, for `count` operations at most.
    data: the stages' folder."""
    params = load()
    folder = data / "dataset" / "operations"
    ids = sorted(key for part in parts(folder) for key in read_table(part, ["id"])["id"].to_pylist())
    rng = random.Random(seed)
    rng.shuffle(ids)
    wanted = set(ids[: count + count // 10])  # some have no variant of that number
    rows = {
        row["id"]: row
        for part in parts(folder)
        for row in read_table(part, [*COLUMNS, "hint", "provider", "template"]).to_pylist()
        if row["id"] in wanted
    }
    variants: dict[str, Row] = {}
    for key in (key for key in ids if key in rows):
        row, number = rows[key], rng.choice(NUMBERS)
        other = variant(row, number, params.seed, params.instruct, row["hint"])
        if isinstance(other, Variant) and len(other.request) <= params.filter.max_request:
            kept = {name: row[name] for name in ("id", "provider", "template")}
            variants[key] = {**kept, "request": other.request, "values": other.values}
        if len(variants) == count:
            break
    return variants


def main(count: int, seed: int, data: Path) -> None:
    rows = drawn(data, count, seed)
    calls, drops = render_rows(((key, row["request"]) for key, row in rows.items()), LANGUAGES)
    verdicts, figures, _ = verify(rows, calls.to_pylist(), LANGUAGES, load().cores())
    values = sum(len(orjson.loads(row["values"])) for row in rows.values())
    print(f"{len(rows)} operations with {values} values, {len(verdicts)} calls: {figures['verdicts']}")
    print("| language | calls | as meant | 95 % interval | differences | cannot be sent |\n|" + " --- |" * 6)
    for language in LANGUAGES:
        unsent = sum(drop["language"] == language for drop in drops)
        if (cell := figures["languages"].get(language)) is None:
            print(f"| {language} | 0 | | | {'not installed' if language in figures['skipped'] else ''} | {unsent} |")
            continue
        wrong = ", ".join(f"{name} {number}" for name, number in cell.get("differences", {}).items())
        span = f"[{cell['equal_low']:.4f}, {cell['equal_high']:.4f}]"
        print(f"| {language} | {cell['n']} | {cell['equal']:.4f} | {span} | {wrong} | {unsent} |")
    write_text(Path("data/arrival.jsonl"), failures(verdicts))


if __name__ == "__main__":
    given = sys.argv[1:] + ["1000", "0", "data"][len(sys.argv) - 1 :]
    main(int(given[0]), int(given[1]), Path(given[2]))
