"""Write every request as a call in each language and read it back.  python -m stages.render"""

from typing import Any

from apipack.io import fresh_folder, parts, read_table, rows_table, write_table
from apipack.languages.rendering import render_rows
from apipack.params import Params
from apipack.records import DROPS
from apipack.tasks.engines import map_tasks
from stages import counted, run


def render_part(file: str, out: str, languages: list[str]) -> dict[str, Any]:
    """Write the calls of one part of the operations."""
    table = read_table(file, ["id", "request"])
    pairs = zip(table["id"].to_pylist(), table["request"].to_pylist(), strict=True)
    calls, drops = render_rows(pairs, languages)
    write_table(out, calls)
    return {"rows_in": len(table), "rows": len(calls), "drops": drops}


def main(p: Params) -> dict[str, Any]:
    rows_in, rows = 0, 0
    drops: list[dict[str, Any]] = []
    with fresh_folder("data/calls") as folder:
        tasks = [
            {
                "file": str(part.absolute()),
                "out": str(folder.absolute() / part.name),
                "languages": list(p.render.languages),
            }
            for part in parts("data/unique")
        ]
        for done in map_tasks(render_part, tasks, p, "render"):
            rows_in += done["rows_in"]
            rows += done["rows"]
            drops += done["drops"]
        write_table(folder / "drops.parquet", rows_table(drops, DROPS))
    return counted(rows_in * len(p.render.languages), rows, (f"{drop['language']}: {drop['reason']}" for drop in drops))


if __name__ == "__main__":
    run("render", main)
