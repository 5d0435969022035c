"""Rate of embedding: the authors' way, each row of each language on its own, beside ours.

    python -m benchmarks.embedding

Needs data/dataset (`dvc repro filter`). Both take the same operations; the authors embed the instruction of every row,
ours each distinct instruction once for all languages, in batches sorted by length. The cache is not used.
"""

import argparse
import json
import time

from apipack.io import read_table
from apipack.models.embedding import encode, load_encoder
from apipack.params import load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=1_000)
    parser.add_argument("--alone", type=int, default=200, help="rows embedded one at a time")
    chosen = parser.parse_args()
    p = load()
    texts = read_table("data/dataset/operations", ["instruction"])["instruction"].to_pylist()[: chosen.operations]
    encoder = load_encoder(p.retrieve.model)
    encode(encoder, texts[:8], p.retrieve.batch)  # warm up
    alone = texts[:: max(1, len(texts) // chosen.alone)]
    started = time.perf_counter()
    for text in alone:
        encode(encoder, [text], 1)
    one = len(alone) / (time.perf_counter() - started)
    started = time.perf_counter()
    encode(encoder, sorted(set(texts)), p.retrieve.batch)
    seconds = time.perf_counter() - started
    languages = len(p.render.languages)
    rows = len(texts) * languages / seconds
    print(
        json.dumps(
            {
                "operations": len(texts),
                "one_at_a_time_rows_per_second": round(one, 1),
                "batched_texts_per_second": round(len(texts) / seconds, 1),
                "rows_per_second": round(rows, 1),
                "ratio_of_texts": round(len(texts) / seconds / one, 1),
                "ratio_of_rows": round(rows / one, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
