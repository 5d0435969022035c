"""The instructions of the whole API DB, in parts, and how varied they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from apipack.instructions import diversity, variants, wordings
from apipack.instructions.params import CHOICE, Instruct
from apipack.instructions.phrases import Row
from apipack.instructions.schemas import CANDIDATES, INSTRUCTIONS
from apipack.io import parts, read_table, rows_table, write_table
from apipack.tasks.engines import map_tasks
from apipack.tasks.params import Engine
from apipack.tasks.parts import provider_groups
from apipack.tasks.schemas import DROPS
from apipack.tasks.totals import Totals, counted, run_parts

COLUMNS = ["request", "natural_language", *variants.COLUMNS]


def write_instructions(
    unique: Path, out: Path, p: Instruct, seed: int, languages: int, engine: Engine
) -> dict[str, Any]:
    """Parts of schema INSTRUCTIONS and drops.parquet in the folder `out`, with a model also candidates.parquet, and
    their figures. languages: how many the dataset has."""
    totals, figures = Totals(), {}
    if p.backend == "template":
        totals = _by_grammar(unique, out, p, seed, engine)
        rejected = {name.removeprefix("rule_"): n for name, n in totals.counts.items() if name.startswith("rule_")}
        figures = {"backend": "template", "values": p.values, "rejected_by_rules": dict(sorted(rejected.items()))}
        if p.values == "spoken":
            figures |= {"said": _said(totals.counts)}
    else:
        totals, figures = _by_model(unique, out, p, seed, languages)
    write_table(out / "drops.parquet", rows_table(totals.drops, DROPS))
    columns = ["instruction", "test_instruction"]
    table = pa.concat_tables([read_table(part, columns) for part in parts(out)])
    train, test = table["instruction"].to_pylist(), table["test_instruction"].to_pylist()
    return {
        **counted(len(train) + len(totals.drops), len(train), (drop["reason"] for drop in totals.drops)),
        "distinct": len(set(train)),
        "similarity_of_wordings": diversity.similarity(train, test),
        "diversity": diversity.figures(train),
        "diversity_of_tests": diversity.figures(test),
        **figures,
    }


def _said(counts: Counter[str]) -> dict[str, Any]:
    """How many values the instructions say, by source, and what of their calls they do not say, by reason; the share
    that they say, and that with parameters of one allowed value among the values (`filling.Filled`)."""
    unsaid = {name.removeprefix("unsaid_"): n for name, n in sorted(counts.items()) if name.startswith("unsaid_")}
    said = counts["said"]
    sayable = max(1, said + unsaid.get("fixed", 0))
    return {
        "values": said,
        "share_of_values": round(said / sayable, 4),
        "share_with_address": round(said / (sayable + unsaid.get("address", 0)), 4),
        "stand_ins": counts["stand_ins"],
        "sources": {
            name.removeprefix("source_"): n for name, n in sorted(counts.items()) if name.startswith("source_")
        },
        "unsaid": unsaid,
    }


def _by_grammar(unique: Path, out: Path, p: Instruct, seed: int, engine: Engine) -> Totals:
    groups = list(provider_groups(unique).values())
    hints: dict[str, dict[str, str | None]] = {}
    if p.values == "spoken":
        apart = [{"files": files, "words": p.description_words} for files in _large(groups, engine)]
        for of_group in map_tasks(hint_group, apart, engine, "tell apart"):
            hints |= of_group
    choice = {"seed": seed, "choice": p.model_dump(include={"values", *CHOICE})}
    tasks: list[Row] = []
    for files in groups:
        whole = p.values == "spoken" and Path(files[0]).name not in hints
        for together in [files] if whole else [[file] for file in files]:
            names = [Path(file).name for file in together]
            told = {name: hints[name] for name in names if name in hints}
            written = [str(out.absolute() / name) for name in names]
            tasks.append({"files": together, "out": written, "hints": told, **choice})
    return run_parts(instruct_parts, tasks, engine, "instruct", [_bytes(task["files"]) for task in tasks])


def _large(groups: Sequence[Sequence[str]], engine: Engine) -> list[Sequence[str]]:
    """Groups that one process would be busy with for longer than its share, the largest first; their hints come before
    their instructions, which makes their tasks' words twice."""
    sizes = [_bytes(files) for files in groups]
    share = 0 if engine.engine == "ray" else sum(sizes) / engine.cores()
    large = [(size, files) for size, files in zip(sizes, groups, strict=True) if len(files) > 1 and size > share]
    return [files for _, files in sorted(large, key=lambda entry: -entry[0])]


def _bytes(files: Sequence[str]) -> int:
    return sum(Path(file).stat().st_size for file in files)


def hint_group(files: list[str], words: int) -> dict[str, dict[str, str | None]]:
    """File → id → hint of the operations of whole providers, those that need one (`distinguishing.hints`)."""
    return _hints(_tables(files, variants.COLUMNS), words)


def _tables(files: Sequence[str], columns: Sequence[str]) -> dict[str, list[Row]]:
    return {Path(file).name: read_table(file, list(columns)).to_pylist() for file in files}


def _hints(tables: Mapping[str, list[Row]], words: int) -> dict[str, dict[str, str | None]]:
    hint_of = variants.api_hints((row for rows in tables.values() for row in rows), words)
    hints = {}
    for name, rows in tables.items():
        hints[name] = {row["id"]: hint_of[row["id"]] for row in rows if hint_of[row["id"]] != ""}
    return hints


def instruct_parts(
    files: list[str], out: list[str], seed: int, choice: dict[str, Any], hints: dict[str, dict[str, str | None]]
) -> dict[str, Any]:
    """Write the grammar's wordings of some parts of the operations, each to its file of `out`; count what they say, and
    by rule those that a rule still rejects. hints: of `hint_group`; where there are none, the parts are of whole
    providers."""
    p = Instruct.model_construct(**choice)
    tables = _tables(files, variants.COLUMNS if p.values == "spoken" else COLUMNS)
    if p.values == "spoken" and not hints:
        hints = _hints(tables, p.description_words)
    totals = Totals()
    for name, file in zip(list(tables), out, strict=True):
        done = _instructed(tables.pop(name), p, seed, hints[name] if p.values == "spoken" else None)
        write_table(file, rows_table(done.rows, INSTRUCTIONS))
        totals.rows += len(done.rows)
        totals.drops += done.drops
        totals.counts.update(done.counts)
    return {"rows": totals.rows, "drops": totals.drops, "counts": dict(totals.counts)}


class _Part(NamedTuple):
    """rows: of schema INSTRUCTIONS; drops: of schema DROPS; counts: of what the rows say."""

    rows: list[Row]
    drops: list[Row]
    counts: Counter[str]


def _instructed(rows: Sequence[Row], p: Instruct, seed: int, hints: dict[str, str | None] | None) -> _Part:
    """Of one part of the operations. hints: of those that need one; None for instructions without values."""
    if hints is None:
        written = wordings.by_grammar(rows, seed, p.description_words)
        rejected = wordings.rejected(rows, written)
        return _Part(written, [], Counter({f"rule_{name}": n for name, n in rejected.items()}))
    instructed = [wordings.by_values(row, seed, p, hints.get(row["id"], "")) for row in rows]
    written = [instruction.row for instruction in instructed if instruction.row is not None]
    said = [done.train for done in instructed if done.row is not None and done.train is not None]
    return _Part(written, dropped(rows, instructed), variants.counts(said))


def _by_model(unique: Path, out: Path, p: Instruct, seed: int, languages: int) -> tuple[Totals, dict[str, Any]]:
    """The model's wordings; with values, of those operations alone for which the grammar has some."""
    totals = Totals()
    by_part = {part.name: read_table(part, COLUMNS).to_pylist() for part in parts(unique)}
    rows = [row for of_part in by_part.values() for row in of_part]
    told = {row["id"]: wordings.without_values({"id": row["id"]}, row["request"]) for row in rows}
    if p.values == "spoken":
        hint_of = variants.api_hints(rows, p.description_words)
        instructed = [wordings.by_values(row, seed, p, hint_of[row["id"]]) for row in rows]
        totals.drops += dropped(rows, instructed)
        told = {done.row["id"]: done.row for done in instructed if done.row is not None}
        rows = [{**row, **told[row["id"]]} for row in rows if row["id"] in told]
    recipe, figures = wordings.by_model(rows, p, seed, languages)
    for row in recipe.rows:
        told[row["id"]] = {**told[row["id"]], **row}
    for name, of_part in by_part.items():
        write_table(out / name, rows_table([told[row["id"]] for row in of_part if row["id"] in told], INSTRUCTIONS))
    write_table(out / "candidates.parquet", rows_table(recipe.candidates, CANDIDATES))
    return totals, {**figures, "values": p.values, "rejected_by_rules": wordings.rejected(rows, recipe.rows)}


def dropped(rows: Sequence[Row], instructed: Sequence[wordings.Instructed]) -> list[Row]:
    """Drops of schema DROPS: of the operations (schema OPERATIONS) without an instruction."""
    return [
        {"id": row["id"], "language": None, "reason": done.reason, "detail": ""}
        for row, done in zip(rows, instructed, strict=True)
        if done.row is None
    ]
