"""Two instructions an operation, one to train on and one to test with.  python -m stages.instruct"""

from typing import Any

from rapidfuzz import fuzz

from apipack.instructions import instructions
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.params import Params
from apipack.records import INSTRUCTIONS
from stages import run


def main(p: Params) -> dict[str, Any]:
    rows = read_table("data/unique/operations.parquet").to_pylist()
    written = []
    for row in rows:
        train, test = instructions(row, p.seed, p.instruct.description_words)
        written.append({"id": row["id"], "instruction": train, "test_instruction": test})
    with fresh_folder("data/instructions") as folder:
        write_table(folder / "instructions.parquet", rows_table(written, INSTRUCTIONS))
    alike = sorted(fuzz.ratio(row["instruction"], row["test_instruction"]) / 100 for row in written)
    return {
        "rows_out": len(written),
        "distinct": len({row["instruction"] for row in written}),
        "similarity_of_wordings": {f"p{q}": round(alike[len(alike) * q // 101], 3) for q in (5, 50, 95)}
        if alike
        else {},
    }


if __name__ == "__main__":
    run("instruct", main)
