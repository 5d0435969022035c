"""Typed records that cross module and stage boundaries.

`Request` is the heart of the package: `operations.requests` makes it, `languages` renders it to code and reads it
back, `evaluation.metrics` compares it. The parquet schemas below are the contract between stages: one a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

import orjson
import pyarrow as pa

LANGUAGES = ("curl", "libcurl", "java", "node", "python", "go", "ruby", "php", "swift", "javascript")

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
"""Those of RFC 9110 and 5789 that an API answers; `is_method` knows what others OAS 3.2 allows."""
_METHOD = re.compile(r"(?!(?:CONNECT|TRACK)\Z)[A-Z][A-Z0-9-]{0,39}")


def is_method(text: str) -> bool:
    """Whether every client sends a method of this name as it stands: some write lower case in capitals, and browsers
    send neither CONNECT nor TRACK."""
    return text in METHODS or _METHOD.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it goes over the wire (RFC 9110), before any client adds headers of its own.

    method: upper-case token. url: absolute http(s) URL, pure printable ASCII, percent-encoded (RFC 3986),
    with its query, without fragment or user info. headers: (name, value) pairs in order; a request with
    a body carries its `Content-Type` here, once. body: the payload as text, sent as UTF-8; None is no body.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def query(self) -> list[tuple[str, str]]:
        """Decoded (name, value) pairs in order; repeated names stay repeated."""
        return parse_qsl(self.parts.query, keep_blank_values=True)

    def header(self, name: str) -> str | None:
        """First value of a header, by case-insensitive name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def media_type(self) -> str | None:
        """Lower-case media type of the body without its parameters, such as `application/json`."""
        value = self.header("content-type")
        return value.split(";")[0].strip().lower() if value is not None else None

    def to_json(self) -> str:
        """Compact JSON object with the four fields; inverse of `from_json`."""
        return orjson.dumps(
            {"method": self.method, "url": self.url, "headers": self.headers, "body": self.body}
        ).decode()

    @classmethod
    def from_json(cls, text: str) -> Request:
        row = orjson.loads(text)
        return cls(row["method"], row["url"], tuple((name, value) for name, value in row["headers"]), row["body"])


class Output(NamedTuple):
    """What a model wrote for a prompt. cut: it used all tokens that it was given; None where nobody recorded that."""

    text: str
    cut: bool | None


def _schema(**fields: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in fields.items()])


TEXT, COUNT, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
TEXTS = pa.list_(TEXT)

SPECS = _schema(
    hub=TEXT,
    provider=TEXT,
    api=TEXT,
    version=TEXT,
    source_url=TEXT,
    media_type=TEXT,
    derived=FLAG,
    bytes=COUNT,
    sha256=TEXT,
    file=TEXT,
)
"""One row a collected specification, the index beside the bodies; `file` is the body's name in the folder;
`derived`: the hub has no document, this one is made from what it shows."""

OPERATIONS = _schema(
    id=TEXT,
    hub=TEXT,
    provider=TEXT,
    api=TEXT,
    api_version=TEXT,
    api_name=TEXT,
    api_description=TEXT,
    natural_language=TEXT,
    functionality=TEXT,
    description=TEXT,
    endpoint=TEXT,
    method=TEXT,
    path=TEXT,
    template=TEXT,
    tags=TEXTS,
    licence=TEXT,
    licence_spdx=TEXT,
    arguments=TEXT,
    source_url=TEXT,
    spec_sha256=TEXT,
    host_inferred=FLAG,
    request=TEXT,
)
"""The API DB: one row an operation that became a valid request. `id`: 16 hex digits of sha256 over hub, api,
version, method and path. `licence`: as the specification names it, `licence_spdx`: its SPDX identifier or
empty. `natural_language`: ISO 639 code of the specification's texts. `template`: absolute URL with `{name}` path
parameters, without query. `arguments`: JSON list of [name, place, required, type, fixed]. `request`:
`Request.to_json`."""

DROPS = _schema(id=TEXT, language=TEXT, reason=TEXT, detail=TEXT)
"""Why a row (`id`, or a spec's file, and a language or null) did not go on."""

UNIQUE = OPERATIONS.append(pa.field("cluster", TEXT))
"""Operations after deduplication; `cluster`: id of the near-duplicate cluster that splits keep together."""

DUPLICATES = _schema(id=TEXT, duplicate_of=TEXT, kind=TEXT, similarity=REAL)

CALLS = _schema(id=TEXT, language=TEXT, call=TEXT)

INSTRUCTIONS = _schema(id=TEXT, instruction=TEXT, test_instruction=TEXT)
"""Two wordings an operation: one to train on, another for level 1 tests."""

CANDIDATES = _schema(id=TEXT, place=COUNT, candidate=TEXT, reason=TEXT, likelihood=REAL, back_likelihood=REAL)
"""What a language model wrote for an operation, in order. `reason`: why it was not accepted, or null. `likelihood`,
`back_likelihood`: mean natural log-likelihood a token of the candidate, and of the operation's text given it."""

SPLITS = _schema(id=TEXT, split=TEXT)
"""`train`, `bank` (calls of unseen APIs that may only serve as examples), `level1` (ids that are in train
too), `level2`, `level3`."""

NEIGHBOURS = _schema(id=TEXT, split=TEXT, neighbour=TEXT, similarity=REAL)
"""The trained operation most similar to each test (`similarity.nearest`)."""

RELEASE = _schema(
    id=TEXT,
    language=TEXT,
    instruction=TEXT,
    call=TEXT,
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
"""One instance of the released dataset: an instruction, the call that answers it, and where it comes from."""

TESTS = _schema(
    id=TEXT,
    api=TEXT,
    level=COUNT,
    language=TEXT,
    setting=TEXT,
    prompt=TEXT,
    reference=TEXT,
    last_example=TEXT,
    request=TEXT,
    template=TEXT,
    arguments=TEXT,
    examples=TEXTS,
)
"""One test prompt a row. `last_example`: call of the example nearest the task, null for 0-shot. `examples`: ids of
the operations that the prompt shows, best last."""

TRAIN = _schema(id=TEXT, language=TEXT, setting=TEXT, prompt=TEXT, completion=TEXT)

RATES = ("pass_rate", "hallucination_rate", "syntax_error_rate")

PREDICTIONS = _schema(
    model=TEXT,
    id=TEXT,
    api=TEXT,
    level=COUNT,
    language=TEXT,
    setting=TEXT,
    prompt_sha256=TEXT,
    output=TEXT,
    cut=FLAG,
    call=TEXT,
    reference=TEXT,
    endpoint_match=FLAG,
    call_match=FLAG,
    request_match=FLAG,
    pass_rate=FLAG,
    hallucination_rate=FLAG,
    syntax_error_rate=FLAG,
    verdict=TEXT,
)
"""`model`: tuned, base, copy, or a name of evaluate.served. `output`: raw completion; `cut`: it ended
at evaluate.new_tokens, null where that was not recorded; `call`: what was taken from it.
RATES are of evaluation.verdicts; `verdict`: whether the call was executed for them, or only read back (static). Both
are null where the packages for them are missing."""

VERIFIED = _schema(
    id=TEXT,
    language=TEXT,
    arrived=FLAG,
    equal=FLAG,
    difference=TEXT,
    status=TEXT,
    detail=TEXT,
    call=TEXT,
    intended=TEXT,
    recorded=TEXT,
)
"""One reference call a row that was executed (or read back). `difference`: what is other than intended, or null;
`status` and `detail`: what became of the program; `recorded`: JSON list of what arrived, where that differs."""
