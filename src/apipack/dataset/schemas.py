"""The tables of the stages dedupe, split, leakage and release."""

import pyarrow as pa

from apipack.io import COUNT, REAL, TEXT, TEXTS, schema
from apipack.operations.schemas import OPERATIONS

UNIQUE = OPERATIONS.append(pa.field("cluster", TEXT))
"""Operations after deduplication; `cluster`: id of the near-duplicate cluster that splits keep together."""

DUPLICATES = schema(id=TEXT, duplicate_of=TEXT, kind=TEXT, similarity=REAL)

SPLITS = schema(id=TEXT, split=TEXT)
"""`train`, `bank` (calls of unseen APIs that may only serve as examples), `level1` (ids that are in train
too), `level2`, `level3`, and `level4` where a source is held out."""

NEIGHBOURS = schema(id=TEXT, split=TEXT, neighbour=TEXT, similarity=REAL)
"""The trained operation most similar to each test (`similarity.nearest`)."""

RELEASE = schema(
    id=TEXT,
    language=TEXT,
    variant=COUNT,
    instruction=TEXT,
    call=TEXT,
    values=TEXT,
    api_name=TEXT,
    api_description=TEXT,
    functionality=TEXT,
    description=TEXT,
    endpoint=TEXT,
    method=TEXT,
    path=TEXT,
    tags=TEXTS,
    arguments=TEXT,
    request=TEXT,
    provider=TEXT,
    api=TEXT,
    api_version=TEXT,
    hub=TEXT,
    source_url=TEXT,
    spec_sha256=TEXT,
    licence=TEXT,
    licence_spdx=TEXT,
)
"""One instance of the released dataset: an instruction, the call that answers it, and where it comes from. `variant`:
of the operation, 0 for its first and -1 for that of level 1. `values`:
what the instruction says, as a JSON list of [place, name, value, source]."""
