"""The card of the released dataset, as Hugging Face reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apipack.io import parts, read_table

DROPS = {"parse": "operations", "render": "calls", "filter": "dataset"}
"""Stage → the folder with its drops.parquet."""

SOURCE = "`test_level4`: an unseen source, with `examples` of its own. "


def _config(language: str, counts: Mapping[str, int], names: Sequence[str]) -> str:
    """The files of the splits that the language has rows in."""
    files = (f"  - split: {name}\n    path: data/{language}/{name}-*.parquet\n" for name in names if counts.get(name))
    return f"- config_name: {language}\n  data_files:\n{''.join(files)}"


def card(
    counts: Mapping[str, Mapping[str, int]], names: Sequence[str], figures: Mapping[str, Mapping[str, int]]
) -> str:
    """README.md of the folder. counts: language → split → rows; names: of the splits; figures: heading → name →
    count."""
    configs = "".join(_config(language, of, names) for language, of in counts.items())
    total = sum(sum(of.values()) for of in counts.values())
    rows: dict[str, list[int]] = {}
    for language, of in counts.items():
        rows[language] = [of.get(name, 0) for name in names]
    text = f"""---
pretty_name: apipack
language: [en]
license: other
license_name: per-row
task_categories: [text-generation]
tags: [code, api, openapi]
configs:
{configs}---

# apipack: instructions and API calls

{total:,} rows: a natural-language instruction and the API call that answers it, in {len(counts)} programming
languages. Calls are generated from OpenAPI specifications, and each is read back to the request it was made from.

- `values`: what the instruction says, a JSON list of [place, name, value, source]. A place is path, query, header,
  cookie or body, and the name of a body's value is its dotted path. The source is example, default, enum or fixed where
  the specification gives the value, and format, pattern, name or type where it was made by that. A call's other values
  are secrets' stand-ins, ids that clients make up, and parameters with one allowed value.
- `variant`: 0 is the operation's first; others have values and a wording of their own, -1 those of `test_level1`.
- `train`: to tune on. `examples`: calls of unseen APIs, for few-shot prompts of level 3 only.
- `test_level1`: operations of `train` in another wording and with other values. `test_level2`: unseen operations of
  seen APIs. `test_level3`: unseen providers. {SOURCE if "test_level4" in names else ""}
  The same operations in every language.
- Specifications keep the licences that their publishers gave them: see `licence`, `licence_spdx` and `source_url`.
- Secrets and personal data in the specifications' examples were replaced by stand-ins before calls were generated.
- `api_pack/`, where it is there, holds the same rows in the JSON schema of API Pack (arXiv 2402.09615).

## Rows by language and split

{_markdown(["language", *names], [[language, *values] for language, values in rows.items()])}
"""
    for heading, values in figures.items():
        listed = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        text += f"\n## {heading}\n\n{_markdown(['', 'count'], [list(pair) for pair in listed])}\n"
    return text


def origins(data: Path) -> dict[str, dict[str, int]]:
    """Counts for the card: what is in the dataset, and what was left out for which reason. data: the stages' folder."""
    hubs, licences, dropped = Counter[str](), Counter[str](), Counter[str]()
    for part in parts(data / "dataset" / "operations"):
        table = read_table(part, ["hub", "licence_spdx"])
        hubs.update(table["hub"].to_pylist())
        licences.update(name or "not told" for name in table["licence_spdx"].to_pylist())
    for stage, folder in DROPS.items():
        reasons = read_table(data / folder / "drops.parquet", ["reason"])["reason"].to_pylist()
        dropped.update(f"{stage}: {reason}" for reason in reasons)
    kinds = read_table(data / "unique" / "duplicates.parquet", ["kind"])["kind"].to_pylist()
    dropped.update(f"dedupe: {kind} duplicate" for kind in kinds)
    return {
        "Operations by hub": hubs,
        "Operations by licence (SPDX)": licences,
        "Left out, by stage and reason": dropped,
    }


def _markdown(head: list[str], rows: list[list[Any]]) -> str:
    def line(cells: list[Any]) -> str:
        return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"

    return "\n".join([line(head), "|" + " --- |" * len(head), *map(line, rows)])
