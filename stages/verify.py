"""Execute a stratified sample of reference calls: does the intended request arrive?  python -m stages.verify"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from apipack.io import fresh_folder, read_table, rows_table, write_json, write_table, write_text
from apipack.languages.params import Render
from apipack.sandbox.params import Verify
from apipack.sandbox.schemas import VERIFIED
from apipack.sandbox.verification import failures, sample, verify
from apipack.section import Seed
from apipack.tasks.params import Engine
from stages import run


class Reads(Engine):
    seed: Seed
    render: Render
    verify: Verify


def main(p: Reads) -> dict[str, Any]:
    requests = read_table("data/instructions", ["id", "request"])
    operations = read_table("data/unique", ["id", "provider", "template"]).join(requests, "id", join_type="inner")
    rows = {row["id"]: row for row in sample(operations.to_pylist(), p.verify.operations, p.seed)}
    calls = read_table("data/calls")
    calls = calls.filter(pc.is_in(calls["id"], value_set=pa.array(rows, pa.string())))
    verified = verify(rows, calls.to_pylist(), p.render.languages, p.cores())
    with fresh_folder("data/verified") as folder:
        write_table(folder / "verdicts.parquet", rows_table(verified.verdicts, VERIFIED))
        write_text(folder / "failures.jsonl", failures(verified.verdicts))
        write_json(folder / "strata.json", verified.strata)
    return verified.figures


if __name__ == "__main__":
    run("verify", Reads, main)
