"""Reference requests judged by openapi-core as well: where it and `conformance` disagree, and why, by kind.

    python -m benchmarks.second_opinion [--specs data/specs] [--requests 6000] [--show 3] [--keep FOLDER]

Draws specifications of at most 400 kB with seed 0 and at most 20 operations of each. Both say whether the request of
an operation keeps its rules; `pattern`s are checked by both. Prints a count a kind and examples, and writes nothing
but --keep's folder: the opinions of each hundred specifications; a run that was stopped goes on after them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from apipack.io import read_table, write_text
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.openapi.media_types import FORM
from apipack.openapi.paths import RawOperation
from apipack.operations.requests import BuiltRequest, build
from apipack.progress import progress
from apipack.records import Request, essence, is_multipart, is_xml

Row = dict[str, Any]

LARGEST, EACH, BATCH = 400_000, 20, 100
NOT_FOUND = re.compile(r"(Path|Paths|Server|Operation)s?NotFound")
IGNORED = re.compile(r"Missing required header parameter: (Accept|Authorization|Content-Type)(?![\w-])", re.I)
UNCHECKED = Config(spec_validator_cls=None)
AGREE = "both say that it keeps the rules"


class Opinion(NamedTuple):
    """kind: `AGREE`, or who objects and why; routed: why openapi-core did not find the operation in the whole document,
    empty where it did; detail: what both said, and the request."""

    kind: str
    routed: str
    detail: str


class Heard:
    """A request as openapi-core takes one."""

    def __init__(self, request: Request) -> None:
        parts = urlsplit(request.url)
        headers = Headers(list(request.headers))
        cookies = dict(pair.split("=", 1) for pair in headers.get("Cookie", "").split("; ") if "=" in pair)
        query = ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True))
        self.parameters = RequestParameters(query, headers, ImmutableMultiDict(cookies))
        self.host_url = f"{parts.scheme}://{parts.netloc}"
        self.path = "%2F".join(map(unquote, re.split("%2F", parts.path, flags=re.IGNORECASE)))
        self.method = request.method.lower()
        self.body = None if request.body is None else request.body.encode()
        self.content_type = headers.get("Content-Type", "application/octet-stream")


def opinions(spec: Row, folder: str) -> list[Opinion]:
    """Of the operations of one specification."""
    body = Path(folder, spec["file"]).read_bytes()
    try:
        document = Document(load(body))
        raws = list(document.operations())
    except SpecError:
        return []
    whole, mapping = OpenAPI.from_dict(load(body), config=UNCHECKED), load(body)
    told = []
    for raw in random.Random(0).sample(raws, min(EACH, len(raws))):
        try:
            built = build(document, raw, spec["provider"])
        except (SpecError, RecursionError):
            continue
        ours = sorted(violations(document, raw, built.request, patterns=True))
        theirs, routed = list(_objections(whole, built.request)), ""
        if theirs and NOT_FOUND.match(theirs[0]):
            routed = _not_found(raw, built, theirs[0])
            alone = OpenAPI.from_dict(_narrowed(mapping, raw, built), config=UNCHECKED)
            theirs = list(_objections(alone, built.request))
        kind = _kind(document, raw, built.request, ours, theirs)
        detail = f"{spec['api']} {raw.method} {raw.path} {ours} {theirs} {built.request.to_json()[:600]}"
        told.append(Opinion(kind, routed, detail))
    return told


def _narrowed(mapping: Row, raw: RawOperation, built: BuiltRequest) -> Row:
    """A document of this operation alone, at the address where it is."""
    path = re.split("[#?]", raw.path)[0]
    path = path if path.startswith("/") else f"/{path}"
    item = {key: node for key, node in raw.path_item.items() if key in ("parameters", "summary")}
    operation = {key: node for key, node in raw.operation.items() if key != "servers"}
    server = {"url": built.template.removesuffix(path)}
    return {**mapping, "paths": {path: {**item, raw.method: operation}}, "servers": [server]}


def _objections(openapi: OpenAPI, request: Request) -> Iterator[str]:
    """What openapi-core says against a request, each from what it found to why."""
    try:
        for error in openapi.iter_request_errors(Heard(request)):
            yield " < ".join(_causes(error))
    except Exception as error:  # it raises what it meets in a specification
        yield " < ".join(["raised", *_causes(error)])


def _causes(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        inner = [f"{cause.validator}: {cause.message[:100]}" for cause in getattr(error, "schema_errors", ())]
        yield f"{type(error).__name__} {str(error)[:160]} {inner or ''}".strip()
        error = error.__cause__


def _not_found(raw: RawOperation, built: BuiltRequest, said: str) -> str:
    """Why openapi-core finds no operation where the request goes."""
    if "#" in raw.path or "?" in raw.path:
        return "the path has a fragment or a query, as APIs.guru tells actions of one address apart"
    if built.host_inferred or said.startswith("ServerNotFound"):
        return "the server is relative, has no scheme or a slash at its end"
    if "%2f" in built.request.url.lower():
        return "a value has a slash, which is encoded"
    return "another path of the document fits as well, or a part of the path holds more than one parameter"


def _kind(document: Document, raw: RawOperation, request: Request, ours: list[str], theirs: list[str]) -> str:
    if not theirs and ours:
        unread = not re.fullmatch("(application/json|text/.*)", essence(request.media_type or "text/"))
        return "ours alone: it does not know the media type as JSON" if unread else f"ours alone: {ours}"
    if not theirs:
        return AGREE
    if ours:
        return "both object"
    said, header, asked = " ".join(theirs), request.media_type or "", f"{request.url} {request.headers}"
    unsent = re.findall(r"Invalid (?:query|header|cookie) parameter: (\S+)", said)
    misnamed = re.findall(r"Invalid path parameter: (\S+)", said)
    for reason, holds in (
        ("members of forms are text to it, or their items no list", is_multipart(header) or essence(header) == FORM),
        ("it reads no XML by a schema", is_xml(header)),
        ("it does not know the media type as JSON or text", "body validation error: Value b'" in said),
        ("a text body whose schema is no text", essence(header) == "text/plain" and "is not of type" in said),
        ("a pattern that Python's `re` does not read", re.search("raised < (error|PatternError) ", said) is not None),
        ("an encoded slash in a path, of which it is not given the slash", "path parameter" in said and "%2F" in said),
        ("a parameter of the path's own query", "Missing required path parameter" in said and "?" in raw.path),
        ("a body of GET, HEAD or TRACE, which OpenAPI 3 ignores", "request body" in said and request.body is None),
        ("headers Accept, Authorization, Content-Type, which OpenAPI 3 ignores", IGNORED.search(said) is not None),
        ("readOnly beside a $ref, which 3.0 ignores", "read-only" in said and document.version < (3, 1)),
        ("what is required and readOnly, which requests do without", "is a required property" in said),
        ("a value of the discriminator that names no schema", "reference '#/comp" in said),
        ("its recursion ends", "RecursionError" in said),
        (
            "a path whose name in braces is no Python format",
            re.search("raised < (Index|Key)Error", said) is not None,
        ),
        ("a part of the path holds more than one parameter", "Path parameter error" in said and "}" in raw.path),
        ("the path names another parameter", bool(misnamed) and all(f"{{{n}}}" not in raw.path for n in misnamed)),
        ("the default of a parameter that is not sent", bool(unsent) and all(name not in asked for name in unsent)),
        ("an enum without a type: it compares text", "Invalid query parameter" in said and "is not one of" in said),
        ("the specification's own example breaks its `format`", re.search(r"is not a '[\w-]+'", said) is not None),
        ("the specification's own example is empty", "EmptyQueryParameterValue" in said),
        ("an object parameter without members sends nothing", "Missing required query parameter" in said),
    ):
        if holds:
            return f"theirs alone: {reason}"
    return "theirs alone: " + re.sub(r"[\d'\"]+", "", theirs[0])[:110]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specs", type=Path, default=Path("data/specs"), help="what the crawl stage wrote")
    parser.add_argument("--requests", type=int, default=6_000, help="about so many")
    parser.add_argument("--show", type=int, default=3, help="examples of each kind")
    parser.add_argument("--keep", type=Path, help="folder for the opinions of each hundred specifications")
    arguments = parser.parse_args()
    specs = [spec for spec in read_table(arguments.specs / "index.parquet").to_pylist() if spec["bytes"] <= LARGEST]
    random.Random(0).shuffle(specs)
    work = partial(opinions, folder=str(arguments.specs))
    told: list[Opinion] = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        for start in range(0, len(specs), BATCH):
            batch = specs[start : start + BATCH]
            file = arguments.keep and arguments.keep / f"from-{start}.jsonl"
            if file and file.exists():
                told += [Opinion(*json.loads(line)) for line in file.read_text().splitlines()]
            else:
                each = progress(pool.map(work, batch), len(batch), "opinions")
                judged = [opinion for opinions_of_one in each for opinion in opinions_of_one]
                if file:
                    write_text(file, "".join(f"{json.dumps(opinion)}\n" for opinion in judged))
                told += judged
            if len(told) >= arguments.requests:
                break
    by_kind: dict[str, list[str]] = defaultdict(list)
    for opinion in told:
        by_kind[opinion.kind].append(opinion.detail)
    print(f"{len(told):,} requests")
    for kind, details in sorted(by_kind.items(), key=lambda entry: -len(entry[1])):
        print(f"{len(details):>6,} {len(details) / len(told):7.2%}  {kind}")
        shown = details if kind != AGREE else []
        for detail in random.Random(0).sample(shown, min(arguments.show, len(shown))):
            print(f"            {detail}")
    print("judged in a document of that operation alone, since openapi-core did not find it in the whole one:")
    for reason, count in Counter(opinion.routed for opinion in told if opinion.routed).most_common():
        print(f"{count:>6,} {count / len(told):7.2%}  {reason}")


if __name__ == "__main__":
    main()
