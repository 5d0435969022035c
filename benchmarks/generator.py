"""Calls a second, parse and render together, beside npm openapi-snippet (the paper's generator) on the same specs.

    python -m benchmarks.generator [--specs 250] [--rounds 3]

The peer is installed into a temporary folder and run by Node; it goes over the specifications twice, and its
second time counts, as ours is measured with its code warm. "one core": all threads of the process on one core, which
for Node means its compiler's and collector's too; "peer, free": Node with both cores. Rounds alternate, so that what
else the machine does hits both; ratios are of medians, to the peer on one core. A second of the processor (CPU s)
is what a core gives when nothing else runs: of Node's threads, or of both our processes, all together. "proven" also
reads every call back and compares its request, which the peer does not do. "with forms" also makes the forms of
requests, which only instances with values need; the others leave them out.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from apipack.hubs.snapshot import fetch, specs
from apipack.languages.codec import Unrepresentable, render
from apipack.languages.rendering import render_rows
from apipack.operations.database import PART
from apipack.operations.parsing import parse_specs
from apipack.params import load
from apipack.records import LANGUAGES, Request
from apipack.tasks.parts import packed

PEER = "openapi-snippet@0.14.0"
Figures = dict[str, Any]


def ours(parts: list[list[str]], proven: bool, forms: bool = False) -> Figures:
    """One process over the files, part by part as the stages do."""
    started, cpu = time.perf_counter(), time.process_time()
    gc.disable()  # as the parse stage does
    operations, failed, calls = 0, 0, 0
    for files in parts:
        documents = ((spec(file), Path(file).read_bytes) for file in files)
        parsed = parse_specs(documents, optional=False, max_bytes=10**8, forms=forms)
        operations += len(parsed.rows) + len(parsed.drops)
        failed += len(parsed.drops)
        if proven:
            calls += len(render_rows([(row["id"], row["request"]) for row in parsed.rows], LANGUAGES)[0])
        else:
            for row in parsed.rows:
                calls += rendered(Request.from_json(row["request"]))
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "operations": operations,
        "failed": failed,
        "calls": calls,
    }


def spec(file: str) -> dict[str, Any]:
    empty = dict.fromkeys(("hub", "version", "source_url", "sha256"), "")
    return {**empty, "file": file, "api": file, "provider": "api.test"}


def rendered(request: Request) -> int:
    count = 0
    for language in LANGUAGES:
        try:
            render(language, request)
            count += 1
        except Unrepresentable:
            pass
    return count


def both_cores(parts: list[list[str]], pool: ProcessPoolExecutor) -> Figures:
    """Two processes that share the parts, largest files first; processes are started before the clock."""
    started = time.perf_counter()
    done = list(pool.map(ours, [[part] for part in parts], [False] * len(parts)))
    total = {key: sum(part[key] for part in done) for key in ("cpu", "operations", "failed", "calls")}
    return {"seconds": time.perf_counter() - started, **total}


@contextmanager
def one_core() -> Iterator[None]:
    """This process and those it starts on one core."""
    free = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(free)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, free)


def peer(listing: Path, folder: Path) -> Figures:
    command = ["node", str(folder / "peer.js"), str(listing)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specs", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if not (shutil.which("node") and shutil.which("npm")):
        sys.exit("the peer needs node and npm on the PATH")
    p = load().snapshot
    tarball = fetch(p.package, p.version, p.sha512, Path("data/snapshot"))
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        subprocess.run(["npm", "install", "--silent", "--prefix", temporary, PEER], check=True)
        shutil.copy(Path(__file__).with_name("peer.js"), folder)
        ids = sorted(identifier for identifier, _ in specs(tarball))
        chosen = set(random.Random(arguments.seed).sample(ids, min(arguments.specs, len(ids))))
        files = []
        for number, (identifier, body) in enumerate(specs(tarball)):
            if identifier in chosen:
                files.append(str(folder / f"{number}.json"))
                Path(files[-1]).write_bytes(body)
        files.sort(key=lambda file: -Path(file).stat().st_size)
        listing = folder / "list.json"
        listing.write_text(json.dumps(files))
        parts = packed(files, lambda file: Path(file).stat().st_size, PART)
        alone = {
            "ours, one core": {"proven": False},
            "with forms, one core": {"proven": False, "forms": True},
            "proven, one core": {"proven": True},
        }
        names = ("peer, one core", "peer, free", *alone, "ours, two processes")
        rounds: dict[str, list[Figures]] = {name: [] for name in names}
        with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
            list(pool.map(ours, [parts[-1:]] * 8, [False] * 8))  # imports
            ours(parts[-1:], proven=True, forms=True)
            for number in range(arguments.rounds):
                with one_core():
                    rounds["peer, one core"].append(peer(listing, folder))
                    for name, more in alone.items():
                        rounds[name].append(ours(parts, **more))
                rounds["peer, free"].append(peer(listing, folder))
                rounds["ours, two processes"].append(both_cores(parts, pool))
                print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
    print(f"{len(files)} specifications, seed {arguments.seed}, median of {arguments.rounds} rounds")
    print(
        f"{'':22}{'calls/s':>10}{'ratio':>8}{'calls/CPU s':>14}{'ratio':>8}{'calls':>10}{'operations':>12}{'failed':>8}"
    )
    for name, found in rounds.items():
        print(f"{name:22}", end="")
        for clock, width in (("seconds", 10), ("cpu", 14)):
            rate, peers = (median(f["calls"] / f[clock] for f in rounds[side]) for side in (name, names[0]))
            print(f"{rate:>{width},.0f}{rate / peers:>8.2f}", end="")
        print(f"{found[-1]['calls']:>10,}{found[-1]['operations']:>12,}{found[-1]['failed']:>8,}")


if __name__ == "__main__":
    main()
