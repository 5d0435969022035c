"""The card of the released dataset, as Hugging Face reads it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from apipack.dataset.croissant import CITATION, PAPER_CITATION
from apipack.hubs.sources import groups, source
from apipack.io import parts, read_table

DROPS = {"parse": "operations", "render": "calls", "instruct": "instructions", "filter": "dataset"}
"""Stage → the folder with its drops.parquet."""

LICENCES = 4
"""So many licences of a source are named."""
SOURCE = "`test_level4`: an unseen source, with `examples` of its own. "


class Origin(NamedTuple):
    """A source, its operations and their calls in all languages, and operations by licence."""

    name: str
    operations: int
    calls: int
    licences: Mapping[str, int]


BUCKETS = {1e3: "n<1K", 1e4: "1K<n<10K", 1e5: "10K<n<100K", 1e6: "100K<n<1M", 1e7: "1M<n<10M", 1e8: "10M<n<100M"}
"""Below so many rows → the size category of the hub."""


TOOLS = """- Configuration `tools`: operations as tools, and their requests as tool calls, both in JSON.
- `bfcl/` holds the same tool calls in the format of the Berkeley Function-Calling Leaderboard.
"""


def _front(counts: Mapping[str, Mapping[str, int]], names: Sequence[str], versions: Mapping[str, str]) -> str:
    """What the hub reads of the card, as YAML. The first configuration is the one that the viewer shows."""
    total = sum(sum(of.values()) for of in counts.values())
    configs = [_config(language, of, names, versions) for language, of in counts.items()]
    configs[0]["default"] = True
    front = {
        "pretty_name": "apipack",
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "language": ["en"],
        "multilinguality": ["monolingual"],
        "license": "other",
        "license_name": "per-row",
        "license_link": "LICENSE.md",
        "size_categories": [next((name for most, name in BUCKETS.items() if total < most), "n>100M")],
        "source_datasets": ["original"],
        "task_categories": ["text-generation"],
        "tags": ["code", "api", "openapi", "croissant", *counts],
        "configs": configs,
    }
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True)


def _config(
    language: str, counts: Mapping[str, int], names: Sequence[str], versions: Mapping[str, str]
) -> dict[str, Any]:
    """The files of the splits that the language has rows in."""
    files = [{"split": name, "path": f"data/{language}/{name}-*.parquet"} for name in names if counts.get(name)]
    versioned = {"version": versions[language]} if language in versions else {}
    return {"config_name": language, **versioned, "data_files": files}


def card(
    counts: Mapping[str, Mapping[str, int]],
    names: Sequence[str],
    figures: Mapping[str, Mapping[str, int]],
    origins: Sequence[Origin] = (),
    tools: Mapping[str, int] | None = None,
    versions: Mapping[str, str] | None = None,
) -> str:
    """README.md of the folder. counts: language → split → rows; names: of the splits; figures: heading → name → count;
    tools: split → rows of the configuration with tool calls, which is no language; versions: configuration → version,
    by which `datasets` tells what it has cached from what is there."""
    total = sum(sum(of.values()) for of in counts.values())
    every = {**counts, "tools": tools} if tools else counts
    rows: dict[str, list[int]] = {}
    for language, of in every.items():
        rows[language] = [of.get(name, 0) for name in names]
    text = f"""---
{_front(every, names, versions or {})}---

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
- `DATASHEET.md` says how the dataset was made and what it is not for; `croissant.json` says it to machines.
- `api_pack/`, where it is there, holds the same rows in the JSON schema of API Pack (arXiv 2402.09615).
{TOOLS if tools else ""}
## Rows by language and split

{_markdown(["language", *names], [[language, *values] for language, values in rows.items()])}

## Load

```python
from datasets import load_dataset

load_dataset("FOLDER OR REPOSITORY", "{next(iter(counts))}", split="{names[0]}", streaming=True)
```

## Cite

This dataset, and the paper whose recipe it follows:

```bibtex
{CITATION}
{PAPER_CITATION}
```
"""
    if origins:
        rows_of = [[name, operations, calls, _most(licences)] for name, operations, calls, licences in origins]
        text += f"\n## Sources\n\n{_markdown(['source', 'operations', 'calls', 'licences (SPDX)'], rows_of)}\n"
    for heading, values in figures.items():
        listed = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        text += f"\n## {heading}\n\n{_markdown(['', 'count'], [list(pair) for pair in listed])}\n"
    return text


def origins(data: Path) -> list[Origin]:
    """What the dataset has of each source, the largest first. data: the stages' folder."""
    columns = ["id", "hub", "source_url", "licence_spdx"]
    operations = pa.concat_tables([read_table(part, columns) for part in parts(data / "dataset/operations")])
    ids, hubs, urls, licences = (operations[name].to_pylist() for name in columns)
    named = list(map(source, hubs, urls))
    lines = groups(named)
    source_of = dict(zip(ids, map(lines.__getitem__, named), strict=True))
    calls, told = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for part in parts(data / "dataset/calls"):
        for pair in pc.value_counts(read_table(part, ["id"])["id"]).to_pylist():
            calls[source_of[pair["values"]]] += pair["counts"]
    for identifier, licence in zip(ids, licences, strict=True):
        told[source_of[identifier]][licence or "not told"] += 1
    sizes = {name: counter.total() for name, counter in told.items()}
    return [
        Origin(name, sizes[name], calls[name], told[name])
        for name in sorted(sizes, key=lambda name: (-sizes[name], name))
    ]


def figures(data: Path) -> dict[str, dict[str, int]]:
    """Counts for the card: what is in the dataset, and what was left out for which reason. data: the stages' folder."""
    licences, dropped = Counter[str](), Counter[str]()
    for part in parts(data / "dataset" / "operations"):
        table = read_table(part, ["licence_spdx"])
        licences.update(name or "not told" for name in table["licence_spdx"].to_pylist())
    for stage, folder in DROPS.items():
        reasons = read_table(data / folder / "drops.parquet", ["reason"])["reason"].to_pylist()
        dropped.update(f"{stage}: {reason}" for reason in reasons)
    kinds = read_table(data / "unique" / "duplicates.parquet", ["kind"])["kind"].to_pylist()
    dropped.update(f"dedupe: {kind} duplicate" for kind in kinds)
    return {
        "Operations by licence (SPDX)": licences,
        "Left out, by stage and reason": dropped,
    }


def _most(licences: Mapping[str, int]) -> str:
    """The most frequent licences with their operations, and how many others there are."""
    first = sorted(licences.items(), key=lambda pair: (-pair[1], pair[0]))
    others = [f"{len(first) - LICENCES} others"] if len(first) > LICENCES else []
    return ", ".join([*(f"{name} {count:,}" for name, count in first[:LICENCES]), *others])


def _markdown(head: list[str], rows: list[list[Any]]) -> str:
    def line(cells: list[Any]) -> str:
        return "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"

    return "\n".join([line(head), "|" + " --- |" * len(head), *map(line, rows)])
