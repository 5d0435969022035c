"""The dataset as a folder that Hugging Face's `datasets` loads, with its card.  python -m stages.release"""

from collections import Counter
from pathlib import Path
from typing import Any

from apipack.dataset.release import card, write_language
from apipack.io import fresh_folder, parts, read_table, write_text
from apipack.params import Params
from apipack.tasks.engines import map_tasks
from stages import run

DATA = Path("data")
DROPS = {
    "parse": DATA / "operations" / "drops.parquet",
    "render": DATA / "calls" / "drops.parquet",
    "filter": DATA / "dataset" / "drops.parquet",
}


def release_language(language: str, data: str, out: str, paper_json: bool) -> dict[str, int]:
    """Write the files of one language."""
    return write_language(language, Path(data), Path(out), paper_json)


def figures() -> dict[str, dict[str, int]]:
    """Counts for the card: what is in the dataset, and what was left out for which reason."""
    hubs, licences, dropped = Counter[str](), Counter[str](), Counter[str]()
    for part in parts(DATA / "dataset" / "operations"):
        table = read_table(part, ["hub", "licence_spdx"])
        hubs.update(table["hub"].to_pylist())
        licences.update(name or "not told" for name in table["licence_spdx"].to_pylist())
    for stage, file in DROPS.items():
        dropped.update(f"{stage}: {reason}" for reason in read_table(file, ["reason"])["reason"].to_pylist())
    kinds = read_table(DATA / "unique" / "duplicates.parquet", ["kind"])["kind"].to_pylist()
    dropped.update(f"dedupe: {kind} duplicate" for kind in kinds)
    return {
        "Operations by hub": hubs,
        "Operations by licence (SPDX)": licences,
        "Left out, by stage and reason": dropped,
    }


def main(p: Params) -> dict[str, Any]:
    with fresh_folder(DATA / "release") as folder:
        tasks = [
            {
                "language": language,
                "data": str(DATA.absolute()),
                "out": str(folder.absolute()),
                "paper_json": p.release.paper_json,
            }
            for language in p.render.languages
        ]
        counts = dict(zip(p.render.languages, map_tasks(release_language, tasks, p, "release"), strict=True))
        write_text(folder / "README.md", card(counts, figures()))
    return {"rows_out": sum(sum(of.values()) for of in counts.values()), "languages": counts}


if __name__ == "__main__":
    run("release", main)
