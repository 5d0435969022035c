"""How many reference requests break a rule of their own operation, by reason and by whose value breaks it.

    python -m benchmarks.conformance [--specs data/specs] [--operations data/unique] [--sample N] [--keep FOLDER]

Every request is made twice: as the parse stage makes it, and from the specification without its examples and
defaults, where we invent what no enum gives. A rule that the second request breaks as well is counted as ours, one
that only the first breaks as the specification's: its own example or default breaks it. `pattern`s are checked too,
with a second for each operation. Where a schema's own `type` refuses every value of its `enum`, no value is right:
such a rule is not counted as ours. Writes nothing but --keep's folder: the results of each part, some specifications of
PART bytes together or every so many-th operation of a larger one; a run that was stopped goes on with the parts left.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from apipack.io import parts, read_table, write_text
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.openapi.paths import RawOperation
from apipack.operations.parsing import operation_id
from apipack.operations.requests import build
from apipack.progress import progress
from apipack.records import Request
from apipack.tasks.parts import packed

Row = dict[str, Any]
PART = 4 * 2**20  # bytes of specifications
GIVEN = {"example", "examples", "default", "x-example"}
NAMED = {
    "properties",
    "schemas",
    "parameters",
    "requestBodies",
    "responses",
    "headers",
    "paths",
    "content",
    "variables",
}


class Audited(NamedTuple):
    """An operation, its request and the rules that breaks, and the same of the request without given values; the
    requests are empty where neither breaks a rule."""

    operation: str
    request: str
    broken: frozenset[str]
    invented: str
    broken_invented: frozenset[str]

    @property
    def both(self) -> frozenset[str]:
        return self.broken & self.broken_invented


class Slice(NamedTuple):
    """Every `of`-th operation of a specification, from the one of this number on."""

    spec: Row
    number: int
    of: int

    @property
    def weight(self) -> int:
        return int(self.spec["bytes"]) // self.of


Part = tuple[int, list[Slice]]


def slices(spec: Row) -> list[Slice]:
    """As many as it takes for none to be heavier than a part."""
    of = -(-spec["bytes"] // PART)
    return [Slice(spec, number, of) for number in range(of)]


def audited_part(part: Part, folder: str, wanted: frozenset[str] | None) -> tuple[int, list[Audited]]:
    """The part's number, and each of its operations that can be built both ways."""
    number, pieces = part
    return number, [audit for piece in pieces for audit in audited(piece, folder, wanted)]


def audited(piece: Slice, folder: str, wanted: frozenset[str] | None) -> list[Audited]:
    spec, number, of = piece
    body = Path(folder, spec["file"]).read_bytes()
    try:
        document, bare = Document(load(body)), Document(without_given(load(body)))
        pairs = list(zip(document.operations(), bare.operations(), strict=True))
    except (SpecError, RecursionError):
        return []
    audits = []
    for raw, other in pairs[number::of]:
        identifier = operation_id(spec["hub"], spec["api"], spec["version"], raw)
        if wanted is not None and identifier not in wanted:
            continue
        try:
            request = build(document, raw, spec["provider"]).request
            invented = build(bare, other, spec["provider"]).request
        except (SpecError, RecursionError):
            continue
        given = broken_rules(document, raw, request)
        made = given if invented == request else broken_rules(document, raw, invented)
        texts = (request.to_json(), invented.to_json()) if given or made else ("", "")
        audits.append(Audited(f"{spec['api']} {raw.method} {raw.path}", texts[0], given, texts[1], made))
    return audits


def broken_rules(document: Document, raw: RawOperation, request: Request) -> frozenset[str]:
    def expire(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        return violations(document, raw, request, patterns=True)
    except TimeoutError:
        return frozenset({"request: unchecked, slow pattern"})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def without_given(node: Any, *, named: bool = False) -> Any:
    """A copy without examples and defaults. named: keys are names that the specification chose, not keywords."""
    if isinstance(node, dict):
        return {
            key: value if key == "variables" and not named else without_given(value, named=not named and key in NAMED)
            for key, value in node.items()
            if named or key not in GIVEN
        }
    return [without_given(item) for item in node] if isinstance(node, list) else node


def reason(rule: str) -> str:
    """`place: keyword` of a broken rule `place name/inner: keyword`."""
    place, _, keyword = rule.rpartition(": ")
    keyword = "required" if keyword.endswith("is a required property") else keyword
    return f"{re.split('[ /]', place)[0]}: {keyword}"


def kept(file: Path) -> list[Audited]:
    audits = []
    for line in file.read_text().splitlines():
        operation, request, broken, invented, broken_invented = json.loads(line)
        audits.append(Audited(operation, request, frozenset(broken), invented, frozenset(broken_invented)))
    return audits


def keep(file: Path, audits: list[Audited]) -> None:
    lines = (json.dumps([sorted(entry) if isinstance(entry, frozenset) else entry for entry in row]) for row in audits)
    write_text(file, "".join(f"{line}\n" for line in lines))


def audited_parts(
    of_hub: list[list[Slice]], work: Callable[[Part], tuple[int, list[Audited]]], folder: Path | None
) -> list[Audited]:
    """Of all parts, in their order; those that the folder has are read from it, the others are added to it, in a drawn
    order, so that what a stopped run leaves is a sample."""
    done: dict[int, list[Audited]] = {}
    left: list[Part] = []
    for number, pieces in enumerate(of_hub):
        if folder and (file := _part_file(folder, number)).exists():
            done[number] = kept(file)
        else:
            left.append((number, pieces))
    random.Random(0).shuffle(left)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        running = [pool.submit(work, part) for part in left]
        for finished in progress(as_completed(running), len(running), "conformance"):
            number, audits = finished.result()
            done[number] = audits
            if folder:
                keep(_part_file(folder, number), audits)
    return [audit for number in sorted(done) for audit in done[number]]


def _part_file(folder: Path, number: int) -> Path:
    return folder / f"part-{number:03d}.jsonl"


def counts(audits: list[Audited], specs: int) -> None:
    broken = [audit for audit in audits if audit.broken]
    ours = [audit for audit in audits if any("no value of its enum" not in rule for rule in audit.both)]
    invented = [audit for audit in audits if audit.broken_invented]
    print(f"{len(audits):,} requests of {specs:,} specifications")
    for title, number in (
        ("break a rule of their operation", len(broken)),
        ("  of them one that the invented request breaks too", sum(bool(audit.both) for audit in audits)),
        ("  of them one that another value would not break", len(ours)),
        ("break one when made without examples and defaults", len(invented)),
    ):
        print(f"{title:52}{number:>8,} {number / max(len(audits), 1):8.3%}")
    by_all = Counter(name for audit in broken for name in set(map(reason, audit.broken)))
    by_ours = Counter(name for audit in ours for name in set(map(reason, audit.both)))
    by_bare = Counter(name for audit in invented for name in set(map(reason, audit.broken_invented)))
    print(f"{'requests by reason':40}{'all':>8}{'ours':>8}{'without':>8}")
    for name, _ in sorted((by_all | by_bare).items(), key=lambda item: (-item[1], item[0])):
        print(f"{name:40}{by_all[name]:>8,}{by_ours[name]:>8,}{by_bare[name]:>8,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specs", type=Path, default=Path("data/specs"), help="what the crawl stage wrote")
    parser.add_argument("--operations", type=Path, help="only the operations of this folder, such as data/unique")
    parser.add_argument("--sample", type=int, help="only so many specifications, drawn with seed 0")
    parser.add_argument("--show", type=int, default=0, help="print so many invented requests that break a rule")
    parser.add_argument("--ours", action="store_true", help="--show prints requests that break a rule by our own fault")
    parser.add_argument("--only", default="", help="regular expression for the rules that --show prints")
    parser.add_argument("--keep", type=Path, help="folder for the results of each part")
    arguments = parser.parse_args()
    specs = read_table(arguments.specs / "index.parquet").to_pylist()
    if arguments.sample:
        specs = random.Random(0).sample(specs, min(arguments.sample, len(specs)))
    specs.sort(key=lambda spec: -spec["bytes"])
    wanted = None
    if arguments.operations:
        wanted = frozenset(
            name for part in parts(arguments.operations) for name in read_table(part, ["id"])["id"].to_pylist()
        )
    work = partial(audited_part, folder=str(arguments.specs), wanted=wanted)
    pieces = [piece for spec in specs for piece in slices(spec)]
    audits = audited_parts(packed(pieces, lambda piece: piece.weight, PART), work, arguments.keep)
    counts(audits, len(specs))
    rules_of = [(audit, audit.both if arguments.ours else audit.broken_invented) for audit in audits]
    shown = [(audit, rules) for audit, rules in rules_of if any(re.search(arguments.only, rule) for rule in rules)]
    for audit, rules in random.Random(0).sample(shown, min(arguments.show, len(shown))):
        request = audit.request if arguments.ours else audit.invented
        print(audit.operation, sorted(rules), request[:600], "", sep="\n")


if __name__ == "__main__":
    main()
