"""How many different calls do variants give, and how fast?  (make bench-values; after `dvc repro`)

    python -m benchmarks.distinct [CALLS] [DATA] [OPERATIONS]

Asks each operation of the filtered dataset for as many variants as it takes to reach CALLS, and counts the different
requests by 64-bit hashes. A language's call is read back as its request, so different requests are different calls.
Each instance has its values, its request and its instruction; nothing of it is kept but the hash. With OPERATIONS, only
so many are asked, drawn at random, and what all would give is estimated from them. Prints one JSON line.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from apipack.instructions.variants import COLUMNS, Variant, variant
from apipack.io import parts, read_table
from apipack.params import Params, load
from apipack.progress import progress


def hashed(request: str) -> int:
    return int.from_bytes(blake2b(request.encode(), digest_size=8).digest())


def figures(params: Params, calls: int, data: Path, operations: int | None) -> dict[str, Any]:
    """data: the stages' folder. distinct_of_all: what all operations would give, its standard error beside it."""
    folder = parts(data / "dataset" / "operations")
    ids = sorted(key for part in folder for key in read_table(part, ["id"])["id"].to_pylist())
    each = math.ceil(calls / len(ids))
    drawn = pa.array(random.Random(params.seed).sample(ids, operations or len(ids)))
    hashes = np.zeros(len(drawn) * each, np.uint64)
    of_operation: list[int] = []
    reasons: Counter[str] = Counter()
    made, processor, start = 0, 0.0, time.perf_counter()
    for part in progress(folder, len(folder), "variants"):
        table = read_table(part, [*COLUMNS, "hint"])
        began = time.process_time()
        for row in table.filter(pc.is_in(table["id"], value_set=drawn)).to_pylist():
            first = made
            for number in range(each):
                other = variant(row, number, params.seed, params.instruct, row["hint"])
                if isinstance(other, Variant):
                    hashes[made] = hashed(other.request)
                    made += 1
                else:
                    reasons[other] += 1
            of_operation.append(len(np.unique(hashes[first:made])))
        processor += time.process_time() - began
    scale = len(ids) / len(of_operation)
    return {
        "operations": len(of_operation),
        "variants_an_operation": each,
        "asked": len(of_operation) * each,
        "instances": made,
        "without": dict(sorted(reasons.items())),
        "distinct_calls": len(np.unique(hashes[:made])),
        "distinct_of_all": round(sum(of_operation) * scale),
        "standard_error": round(float(np.std(of_operation)) * math.sqrt(len(of_operation)) * scale),
        "rows_a_second": round(made / (time.perf_counter() - start)),
        "rows_a_processor_second": round(made / processor),
    }


if __name__ == "__main__":
    given = sys.argv[1:] + ["1000000", "data", ""][len(sys.argv) - 1 :]
    print(json.dumps(figures(load(), int(given[0]), Path(given[1]), int(given[2]) if given[2] else None)))
