"""How time and memory grow: the data stages on the whole hub, and on the hub replayed under ten provider names.

    python -m benchmarks.tenfold [--copies 10] [--folder FOLDER]

Each copy's servers get a host name of their own, so that no operation is a duplicate of another copy's. Peak
memory is the sum of the proportional set sizes (PSS) of all processes of a stage, read twice a second; `cpu` are the
processor seconds of all of them, which other work on the machine does not lengthen as it does the wall clock.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from tqdm import tqdm

from apipack.hubs.schemas import SPECS
from apipack.io import read_metrics, read_table, rows_table, write_table
from apipack.tasks.costs import memory

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("parse", "dedupe", "instruct", "render", "filter", "split", "leakage", "release")
SERVER = re.compile(rb'("(?:url|host)"\s*:\s*"(?:https?://)?)(?=[A-Za-z0-9])')


def replay(specs: Path, folder: Path, copies: int) -> None:
    """A repository's working folder whose data/specs hold the hub `copies` times."""
    out = folder / "data" / "specs"
    out.mkdir(parents=True)
    shutil.copy(ROOT / "optout.txt", folder)
    yaml = YAML()
    params = yaml.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["filter"] |= {"max_request": 200_000, "max_call": 200_000}
    with (folder / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)
    rows = []
    for spec in tqdm(read_table(specs / "index.parquet").to_pylist(), "replay", disable=None):
        body = (specs / spec["file"]).read_bytes()
        for copy in range(copies):
            name = f"{copy}-{spec['file']}"
            host = b"\\1r%d." % copy
            (out / name).write_bytes(SERVER.sub(host, body))
            changed = {key: f"r{copy}.{spec[key]}" for key in ("provider", "api")}
            rows.append({**spec, **changed, "file": name, "sha256": name})
    write_table(out / "index.parquet", rows_table(rows, SPECS))


def measured(stage: str, folder: Path) -> dict[str, Any]:
    """Run one stage in the folder; wall and processor seconds, peak megabytes of all its processes, rows out."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    started, before = time.perf_counter(), _cpu()
    process = subprocess.Popen([sys.executable, "-m", f"stages.{stage}"], cwd=folder, env=environment)
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        time.sleep(0.5)
    if process.returncode:
        sys.exit(f"{stage} failed")
    rows = _rows(read_metrics(stage, folder / "metrics"))
    return {"seconds": time.perf_counter() - started, "cpu": _cpu() - before, "peak": peak / 2**20, "rows": rows}


def _rows(metrics: dict[str, Any]) -> int:
    """Rows that a stage wrote: `split` counts them by split, `leakage` its tests by level."""
    if "operations" in metrics:
        return sum(metrics["operations"].values())
    if "nearest_training_operation" in metrics:
        return sum(level["n"] for level in metrics["nearest_training_operation"].values())
    return int(metrics["rows_out"])


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specs", type=Path, default=Path("data/specs"), help="of a crawl without a limit")
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "tenfold")
    arguments = parser.parse_args()
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for copies in (1, arguments.copies):
        folder = arguments.folder / str(copies)
        shutil.rmtree(folder, ignore_errors=True)
        replay(arguments.specs, folder, copies)
        found[copies] = {stage: measured(stage, folder) for stage in STAGES}
        shutil.rmtree(folder)
    columns = f"{'rows':>13}{'seconds':>10}{'cpu':>9}{'peak MB':>10}"
    print(f"{'stage':10}{columns}{columns}{'time':>8}{'cpu':>8}{'memory':>8}")
    for stage in STAGES:
        one, many = (found[copies][stage] for copies in (1, arguments.copies))
        print(f"{stage:10}{_cells(one)}{_cells(many)}", end="")
        print("".join(f"{many[name] / one[name]:>8.2f}" for name in ("seconds", "cpu", "peak")))
    sums = {name: [sum(found[n][stage][name] for stage in STAGES) for n in found] for name in ("seconds", "cpu")}
    peaks = [max(found[copies][stage]["peak"] for stage in STAGES) for copies in found]
    seconds, cpu = (many / one for one, many in sums.values())
    memory_ratio = peaks[1] / peaks[0]
    print(f"all: {seconds:.1f} times the seconds, {cpu:.1f} the processor seconds, {memory_ratio:.2f} the peak memory")


def _cells(one: dict[str, Any]) -> str:
    return f"{one['rows']:>13,}{one['seconds']:>10.1f}{one['cpu']:>9.1f}{one['peak']:>10,.0f}"


if __name__ == "__main__":
    main()
