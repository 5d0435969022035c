"""Which reference calls to execute, and what came of them, by language and stratum."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from apipack.intervals import wilson
from apipack.languages.codec import Reading, Unreadable, read
from apipack.records import Request
from apipack.sandbox import unavailable
from apipack.sandbox.comparison import difference
from apipack.sandbox.execution import Outcome, execute, skipped

Row = dict[str, Any]
ODD = re.compile(r"""[^ -~]|['"\\$`#*?!<>]|%[0-9A-Fa-f]{2}""")
STRATA = ("method", "body", "places", "security", "characters")


class Verified(NamedTuple):
    """verdicts: rows of schema VERIFIED, sorted. figures: for the metrics. strata: the same shares by stratum."""

    verdicts: list[Row]
    figures: dict[str, Any]
    strata: dict[str, Any]


def verify(rows: Mapping[str, Row], calls: Sequence[Row], languages: Sequence[str], workers: int) -> Verified:
    """Execute calls (schema CALLS) of operations (by id), or read them back where no sandbox can be had. A language
    without its toolchain is one line on standard error, and left out."""
    no_sandbox = unavailable()
    missing = {} if no_sandbox else skipped(languages)
    for line in [f"{no_sandbox}; calls are read back instead"] if no_sandbox else missing.values():
        print(f"verify: {line}", file=sys.stderr)
    runnable = [call for call in calls if call["language"] not in missing]
    outcomes: Sequence[Outcome | None] = [None] * len(runnable)
    if not no_sandbox:
        outcomes = execute([Reading.of(call["language"], call["call"]) for call in runnable], workers, "verify")
    verdicts = [_verified(rows[call["id"]], call, outcome) for call, outcome in zip(runnable, outcomes, strict=True)]
    verdicts.sort(key=lambda verdict: (verdict["id"], verdict["language"]))
    rendered = Counter(call["language"] for call in calls)
    return Verified(
        verdicts,
        {
            "operations": len(rows),
            "verdicts": "static" if no_sandbox else "executed",
            "skipped": sorted(missing),
            "unrepresentable": {name: len(rows) - rendered[name] for name in languages},
            **figures(verdicts, rows),
        },
        by_stratum(verdicts, rows),
    )


def _verified(row: Row, call: Row, outcome: Outcome | None) -> Row:
    if outcome is None:
        return read_back(row, call["language"], call["call"])
    return executed(row, call["language"], call["call"], outcome)


def strata(row: Row) -> dict[str, str]:
    """The strata of an operation (schema UNIQUE) by name of STRATA; `places` and `security` join several with +."""
    request = Request.from_json(row["request"])
    header_names = {name.lower() for name, _ in request.headers} - {"content-type"}
    places = {
        "path": "{" in row["template"].partition("://")[2].partition("/")[2],
        "query": bool(request.query),
        "header": bool(header_names - {"authorization", "cookie"}),
        "cookie": "cookie" in header_names,
    }
    secrets = re.findall(r"(Basic|Bearer) REPLACE|(REPLACE_KEY)", row["request"])
    kinds = sorted({(scheme or "apikey").lower() for scheme, _ in secrets})
    text = f"{request.url.partition('://')[2]}{request.headers}{_text(request)}"
    return {
        "method": request.method,
        "body": _kind(request) if request.body is not None else "none",
        "places": "+".join(name for name, there in places.items() if there) or "none",
        "security": "+".join(kinds) or "none",
        "characters": "odd" if ODD.search(re.sub(r"[?#*]|', '|\('|'\)", "", text)) else "plain",
    }


def _text(request: Request) -> str:
    """The body without the marks that JSON itself needs."""
    return re.sub(r'["{}\[\]]', "", request.body or "")


def _kind(request: Request) -> str:
    kinds = {"form": r"x-www-form", "multipart": r"multipart/", "xml": r"xml\Z", "text": r"text/"}
    named = (kind for kind, pattern in kinds.items() if re.search(pattern, request.media_type or ""))
    return "json" if request.is_json else next(named, "other")


def sample(rows: Sequence[Row], count: int, seed: int) -> list[Row]:
    """At most `count` operations: each combination of strata in turn gives one, from another provider each time,
    so that rare combinations are in. Sorted by id; the same for the same rows and seed, and nested in `count`."""
    cells: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: hashlib.sha256(f"{seed}:{row['id']}".encode()).digest()):
        cells[tuple(strata(row).values())].append(row)
    queues = [_by_provider(cell) for _, cell in sorted(cells.items())]
    queues.sort(key=len)
    chosen: list[Row] = []
    for turn in range(max(map(len, queues), default=0)):
        chosen += [queue[turn] for queue in queues if turn < len(queue)]
        if len(chosen) >= count:
            break
    return sorted(chosen[:count], key=lambda row: row["id"])


def _by_provider(rows: Sequence[Row]) -> list[Row]:
    """First one row of every provider, then a second one of each, and so on."""
    seen: Counter[str] = Counter()
    ranked = []
    for index, row in enumerate(rows):
        ranked.append((seen[row["provider"]], index))
        seen[row["provider"]] += 1
    return [rows[index] for _, index in sorted(ranked)]


def executed(row: Row, language: str, call: str, outcome: Outcome) -> Row:
    """The verdict on an executed call, with the schema VERIFIED."""
    wrong = difference(Request.from_json(row["request"]), outcome.records)
    recorded = json.dumps([vars(record) for record in outcome.records], ensure_ascii=False)
    return _verdict(row, language, call, wrong, outcome.status, outcome.detail[:1000], recorded)


def read_back(row: Row, language: str, call: str) -> Row:
    """The static verdict: what the strict reader says that the call sends."""
    try:
        request = read(language, call)
    except Unreadable as error:
        return _verdict(row, language, call, "nothing", "unreadable", str(error), "[]")
    wrong = None if request.to_json() == row["request"] else "another"
    return _verdict(row, language, call, wrong, "read", "", f"[{request.to_json()}]")


def _verdict(row: Row, language: str, call: str, wrong: str | None, status: str, detail: str, recorded: str) -> Row:
    return {
        "id": row["id"],
        "language": language,
        "arrived": wrong != "nothing",
        "equal": wrong is None,
        "difference": wrong,
        "status": status,
        "detail": detail if wrong else "",
        "call": call,
        "intended": row["request"],
        "recorded": recorded if wrong else "",
    }


def failures(verdicts: Iterable[Row]) -> str:
    """What did not arrive as intended, a JSON object a line, with code, intended and recorded request."""
    wrong = [json.dumps(row, ensure_ascii=False) for row in verdicts if not row["equal"]]
    return "".join(f"{line}\n" for line in wrong)


def figures(verdicts: Sequence[Row], rows: Mapping[str, Row]) -> dict[str, Any]:
    """Shares that arrived and that were equal, with Wilson intervals, by language, and the share of verdicts that
    reading back would have given as well."""
    by_language: dict[str, list[Row]] = defaultdict(list)
    for verdict in verdicts:
        by_language[verdict["language"]].append(verdict)
    read = (read_back(rows[verdict["id"]], verdict["language"], verdict["call"]) for verdict in verdicts)
    same = sum(verdict["equal"] == static["equal"] for verdict, static in zip(verdicts, read, strict=True))
    return {
        "static_agreement": {"n": len(verdicts), "share": round(same / len(verdicts), 4) if verdicts else None},
        "languages": {name: _shares(cell) for name, cell in by_language.items()},
    }


def by_stratum(verdicts: Sequence[Row], rows: Mapping[str, Row]) -> dict[str, Any]:
    """The shares of `figures` by `name=value` of STRATA."""
    strata_of = {name: strata(row) for name, row in rows.items()}
    cells: dict[str, list[Row]] = defaultdict(list)
    for verdict in verdicts:
        for name, value in strata_of[verdict["id"]].items():
            cells[f"{name}={value}"].append(verdict)
    return {name: _shares(cell) for name, cell in sorted(cells.items())}


def _shares(cell: Sequence[Row]) -> dict[str, Any]:
    arrived, _, _ = wilson(sum(row["arrived"] for row in cell), len(cell))
    equal, low, high = wilson(sum(row["equal"] for row in cell), len(cell))
    reasons = Counter(row["difference"] for row in cell if row["difference"])
    shares = {"n": len(cell), "arrived": arrived, "equal": equal, "equal_low": low, "equal_high": high}
    return shares | ({"differences": dict(sorted(reasons.items()))} if reasons else {})
