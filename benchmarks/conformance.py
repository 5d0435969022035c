"""How many reference requests break a rule of their own operation, by reason and by whose value breaks it.

    python -m benchmarks.conformance [--specs data/specs] [--operations data/unique] [--sample N] [--show N]

Every request is made twice: as the parse stage makes it, and from the specification without its examples and
defaults, where we invent what no enum gives. A rule that the second request breaks as well is counted as ours, one
that only the first breaks as the specification's: its own example or default breaks it. `pattern`s are checked too,
with a second for each operation. Where a schema's own `type` refuses every value of its `enum`, no value is right:
such a rule is not counted as ours. Writes nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from apipack.io import parts, read_table
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document, RawOperation
from apipack.openapi.loading import SpecError, load
from apipack.operations.parsing import operation_id
from apipack.operations.requests import build
from apipack.progress import progress
from apipack.records import Request

Row = dict[str, Any]
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


def audited(
    spec: Row, folder: str, wanted: frozenset[str] | None
) -> list[tuple[str, str, frozenset[str], frozenset[str], str]]:
    """(operation, its request, the rules that breaks, those that the request without given values breaks, that
    request) of each operation that has both."""
    body = Path(folder, spec["file"]).read_bytes()
    try:
        document, bare = Document(load(body)), Document(without_given(load(body)))
        pairs = list(zip(document.operations(), bare.operations(), strict=True))
    except (SpecError, RecursionError):
        return []
    found = []
    for raw, other in pairs:
        identifier = operation_id(spec["hub"], spec["api"], spec["version"], raw)
        if wanted is not None and identifier not in wanted:
            continue
        try:
            request = build(document, raw, spec["provider"]).request
            invented = build(bare, other, spec["provider"]).request
        except (SpecError, RecursionError):
            continue
        broken = broken_rules(document, raw, request)
        found.append(
            (
                f"{spec['api']} {raw.method} {raw.path}",
                request.to_json(),
                broken,
                broken_rules(document, raw, invented),
                invented.to_json(),
            )
        )
    return found


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specs", type=Path, default=Path("data/specs"), help="what the crawl stage wrote")
    parser.add_argument("--operations", type=Path, help="only the operations of this folder, such as data/unique")
    parser.add_argument("--sample", type=int, help="only so many specifications, drawn with seed 0")
    parser.add_argument("--show", type=int, default=0, help="print so many invented requests that break a rule")
    parser.add_argument("--only", default="", help="regular expression for the rules that --show prints")
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
    work = partial(audited, folder=str(arguments.specs), wanted=wanted)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        rows = [row for found in progress(pool.map(work, specs), len(specs), "conformance") for row in found]
    total = len(rows)
    real, both, bare = (
        [row for row in rows if row[2]],
        [row for row in rows if row[2] & row[3]],
        [row for row in rows if row[3]],
    )
    ours = [row for row in both if any("no value of its enum" not in rule for rule in row[2] & row[3])]
    print(f"{total:,} requests of {len(specs):,} specifications")
    for title, chosen in (
        ("break a rule of their operation", real),
        ("  of them one that the invented request breaks too", both),
        ("  of them one that another value would not break", ours),
        ("break one when made without examples and defaults", bare),
    ):
        print(f"{title:52}{len(chosen):>8,} {len(chosen) / max(total, 1):8.3%}")
    by_all = Counter(name for row in real for name in {reason(rule) for rule in row[2]})
    by_ours = Counter(name for row in ours for name in {reason(rule) for rule in row[2] & row[3]})
    by_bare = Counter(name for row in bare for name in {reason(rule) for rule in row[3]})
    print(f"{'requests by reason':40}{'all':>8}{'ours':>8}{'without':>8}")
    for name, _ in sorted((by_all | by_bare).items(), key=lambda item: (-item[1], item[0])):
        print(f"{name:40}{by_all[name]:>8,}{by_ours[name]:>8,}{by_bare[name]:>8,}")
    shown = [row for row in bare if any(re.search(arguments.only, rule) for rule in row[3])]
    for name, _, _, rules, request in random.Random(0).sample(shown, min(arguments.show, len(shown))):
        print(name, sorted(rules), request[:600], "", sep="\n")


if __name__ == "__main__":
    main()
