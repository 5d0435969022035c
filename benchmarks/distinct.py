"""How many different calls do variants give, and how fast?  (make bench-values; after `dvc repro`)

    python -m benchmarks.distinct [CALLS] [DATA]

Asks each operation of the filtered dataset for as many variants as it takes to reach CALLS, and counts the different
requests by 64-bit hashes. A language's call is read back as its request, so different requests are different calls.
Each instance has its values, its request and its instruction; nothing of it is kept but the hash.
Prints one JSON line.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from hashlib import blake2b
from pathlib import Path

import numpy as np

from apipack.instructions.variants import COLUMNS, Variant, variant
from apipack.io import parts, read_table
from apipack.params import load
from apipack.progress import progress


def main(asked: int, data: Path) -> None:
    params = load()
    folder = parts(data / "dataset" / "operations")
    operations = sum(read_table(part, ["id"]).num_rows for part in folder)
    each = math.ceil(asked / operations)
    hashes = np.zeros(asked, np.uint64)
    reasons: Counter[str] = Counter()
    made = 0
    start, processor = time.perf_counter(), time.process_time()
    for part in progress(folder, len(folder), "variants"):
        for row in read_table(part, [*COLUMNS, "hint"]).to_pylist():
            for number in range(min(each, asked - made - reasons.total())):
                other = variant(row, number, params.seed, params.instruct, row["hint"])
                if isinstance(other, Variant):
                    digest = blake2b(other.request.encode(), digest_size=8).digest()
                    hashes[made] = int.from_bytes(digest)
                    made += 1
                else:
                    reasons[other] += 1
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    distinct = len(np.unique(hashes[:made]))
    answer = {
        "asked": asked,
        "operations": operations,
        "variants_an_operation": each,
        "instances": made,
        "distinct_calls": distinct,
        "without": dict(sorted(reasons.items())),
        "rows_a_second": round(made / seconds),
        "rows_a_processor_second": round(made / processor),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    given = sys.argv[1:] + ["1000000", "data"][len(sys.argv) - 1 :]
    main(int(given[0]), Path(given[1]))
