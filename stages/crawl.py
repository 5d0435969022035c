"""Collect specifications from the hubs, live or from their loopback replica.  python -m stages.crawl"""

from pathlib import Path
from typing import Annotated, Any

from apipack.hubs.params import Crawl, Snapshot
from apipack.hubs.schemas import SPECS
from apipack.hubs.snapshot import tarball_path
from apipack.io import cache_folder, fresh_folder, rows_table, write_table
from apipack.section import Only, Section, Seed
from spiders.collecting import collect_all, unfinished
from stages import run


class Reads(Section):
    seed: Seed
    crawl: Crawl
    snapshot: Annotated[Snapshot, Only("package", "version")]


def main(p: Reads) -> dict[str, Any]:
    cache = cache_folder()
    tarball = tarball_path(Path("data/snapshot"), p.snapshot.package, p.snapshot.version)
    with unfinished(p.crawl, cache) as since, fresh_folder("data/specs") as folder:
        rows, hubs = collect_all(p.crawl, tarball, folder, cache, since, p.seed)
        write_table(folder / "index.parquet", rows_table(rows, SPECS))
    return {"items": len(rows), "bytes": sum(row["bytes"] for row in rows), "hubs": hubs}


if __name__ == "__main__":
    run("crawl", Reads, main)
