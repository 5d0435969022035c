"""What each source gives: documents, operations, unique operations, calls, and under which licences.

    python -m benchmarks.sources [--data data]

Needs the stages crawl, parse and dedupe, and for calls also instruct and render. A source is a hub, or a package of
the hub `packages`; packages whose names begin alike are one line. Prints two tables in Markdown and writes nothing.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import pandas as pd

from apipack.evaluation.reporting import markdown
from apipack.hubs.sources import groups, source
from apipack.io import parts, read_table

LICENCES = 8
COLUMNS = ["documents", "operations", "unique", "elsewhere", "calls"]


def table(data: Path) -> tuple[pd.DataFrame, pd.Series]:
    """A row a source, and unique operations by licence. `elsewhere`: its operations that another source has, in the
    same or a newer version, and that were dropped for that. data: the stages' folder."""
    specs = read_table(data / "specs/index.parquet", ["hub", "source_url"]).to_pandas()
    operations = read_table(data / "operations", ["id", "hub", "source_url"]).to_pandas()
    unique = read_table(data / "unique", ["id", "licence_spdx", "licence"]).to_pandas()
    duplicates = read_table(data / "unique/duplicates.parquet", ["id", "duplicate_of"]).to_pandas()
    for frame in (specs, operations):
        frame["source"] = [source(*pair) for pair in zip(frame["hub"], frame["source_url"], strict=True)]
    lines = groups(set(specs["source"]))
    line_of = operations.set_index("id")["source"].map(lines)
    other = duplicates[line_of.loc[duplicates["id"]].to_numpy() != line_of.loc[duplicates["duplicate_of"]].to_numpy()]
    counts = {
        "documents": specs["source"].map(lines).value_counts(),
        "operations": line_of.value_counts(),
        "unique": line_of.loc[unique["id"]].value_counts(),
        "elsewhere": line_of.loc[other["id"]].value_counts(),
        "calls": _calls(data, line_of),
    }
    frame = pd.DataFrame(counts, columns=COLUMNS).fillna(0).astype(int).sort_values("operations", ascending=False)
    licences = unique["licence_spdx"].where(unique["licence_spdx"] != "", unique["licence"].map(_told))
    return frame, licences.value_counts()


def _told(licence: str) -> str:
    return "named, but no SPDX identifier" if licence else "not told"


def _calls(data: Path, line_of: pd.Series) -> pd.Series:
    if not (data / "calls").exists():
        return pd.Series(dtype=int)
    counts: Counter[str] = Counter()
    for part in parts(data / "calls"):
        counts.update(line_of.loc[read_table(part, ["id"])["id"].to_pylist()])
    return pd.Series(counts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the stages' folder")
    frame, licences = table(parser.parse_args().data)
    frame.loc["together"] = frame.sum()
    print(markdown(frame.map("{:,}".format).rename_axis("source").reset_index()))
    rest = licences.iloc[LICENCES:]
    shown = licences.iloc[:LICENCES]
    if len(rest):
        shown = pd.concat([shown, pd.Series({f"{len(rest)} others": rest.sum()})])
    print(f"\n{markdown(shown.map('{:,}'.format).rename_axis('licence').reset_index(name='unique operations'))}")


if __name__ == "__main__":
    main()
