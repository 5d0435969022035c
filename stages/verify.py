"""Execute a stratified sample of reference calls: does the intended request arrive?  python -m stages.verify"""

import sys
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.io import fresh_folder, read_table, rows_table, write_table, write_text
from apipack.languages import Reading
from apipack.params import Params
from apipack.records import VERIFIED
from apipack.sandbox import unavailable
from apipack.sandbox.execution import execute, skipped
from apipack.sandbox.verification import executed, failures, figures, read_back, sample
from stages import run


def main(p: Params) -> dict[str, Any]:
    operations = read_table("data/unique", ["id", "provider", "template", "request"]).to_pylist()
    rows = {row["id"]: row for row in sample(operations, p.verify.operations, p.seed)}
    table = read_table("data/calls")
    wanted = table.filter(pc.is_in(table["id"], value_set=pa.array(rows, pa.string()))).to_pylist()
    calls = [(rows[call["id"]], call["language"], call["call"]) for call in wanted]
    made = Counter(language for _, language, _ in calls)
    no_sandbox = unavailable()
    missing = {} if no_sandbox else skipped(p.render.languages)
    for line in [f"{no_sandbox}; calls are read back instead"] if no_sandbox else missing.values():
        print(f"verify: {line}", file=sys.stderr)
    calls = [call for call in calls if call[1] not in missing]
    if no_sandbox:
        verdicts = [read_back(*call) for call in calls]
    else:
        outcomes = execute([Reading.of(language, code) for _, language, code in calls], p.cores(), "verify")
        verdicts = [executed(*call, outcome) for call, outcome in zip(calls, outcomes, strict=True)]
    verdicts.sort(key=lambda verdict: (verdict["id"], verdict["language"]))
    with fresh_folder("data/verified") as folder:
        write_table(folder / "verdicts.parquet", rows_table(verdicts, VERIFIED))
        write_text(folder / "failures.jsonl", failures(verdicts))
    return {
        "operations": len(rows),
        "verdicts": "static" if no_sandbox else "executed",
        "skipped": missing,
        "unrepresentable": {name: len(rows) - made[name] for name in p.render.languages},
        **figures(verdicts, list(rows.values())),
    }


if __name__ == "__main__":
    run("verify", main)
