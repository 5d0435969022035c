"""The figures of an audit, as JSON and as a table for a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from apipack.audit.kinds import RIGHT, WRONG, Judged, facts
from apipack.audit.questions import Questions
from apipack.evaluation.summary import aligned
from apipack.intervals import clustered

KINDS = (RIGHT, *WRONG)


def report(asked: Questions, calls: Sequence[Judged], setting: str, seed: int, held: bool = False) -> dict[str, Any]:
    """JSON-able. models: of each its share of every kind, with 95 % intervals over operations, and how its calls were
    judged; calls: one a model, operation and language; left_out: operations and documents by reason; without_values:
    how many operations are asked for without their values; free: where calls are held to a grammar, those that have
    none, by reason (`prompting.call_grammar`)."""
    of_model = defaultdict(list)
    for call in calls:
        of_model[call.model].append(call)
    return {
        "setting": setting,
        "operations": len(asked.rows),
        "languages": sorted({call.language for call in calls}),
        "left_out": dict(sorted(asked.left_out.items())),
        "without_values": len(asked.without_values),
        "free": _free(asked) if held else {},
        "models": {model: _figures(theirs, seed) for model, theirs in of_model.items()},
        "calls": [{**call._asdict(), **facts(asked.rows[call.id])} for call in calls],
    }


def _free(asked: Questions) -> dict[str, list[str]]:
    found = defaultdict(list)
    for test in asked.tests:
        if test["no_grammar"] is not None:
            row = asked.rows[test["id"]]
            found[test["no_grammar"]].append(f"{row['method']} {row['path']} ({test['language']})")
    return {reason: sorted(found[reason]) for reason in sorted(found)}


def free_text(audit: dict[str, Any]) -> str:
    """Which calls are written freely and why; empty where none is."""
    told = []
    for reason, calls in audit["free"].items():
        named = "" if reason == "language" else f": {', '.join(calls)}"
        told.append(f"{reason} {len(calls)}{named}")
    return f"Written freely, for want of a grammar (docs/constrained.md): {'; '.join(told)}" if told else ""


def _figures(calls: Sequence[Judged], seed: int) -> dict[str, Any]:
    hits = np.array([call.kind for call in calls])[:, None] == np.array(KINDS)
    operations = pd.factorize(np.array([call.id for call in calls]))[0]
    shares = clustered(hits, operations, seed)
    counts = Counter(call.kind for call in calls)
    how = Counter("executed" if call.executed else "read" for call in calls)
    kinds = {
        kind: {"n": counts[kind], "share": share, "low": low, "high": high}
        for kind, (share, low, high) in zip(KINDS, shares, strict=True)
    }
    return {"calls": len(calls), "judged": dict(sorted(how.items())), "kinds": kinds}


def table(audit: dict[str, Any]) -> str:
    """Kinds by model, then a line for each call that is wrong."""
    models = audit["models"]
    head = ["", *(f"{name} (n={figures['calls']}, {_how(figures)})" for name, figures in models.items())]
    lines = [[kind, *_cells(models, kind)] for kind in KINDS]
    several = len({call["api"] for call in audit["calls"]}) > 1
    wrong = [
        [
            *(call[key] for key in ("kind", "model", "language", *(["api"] if several else []))),
            f"{call['method']} {call['path']}",
            "; ".join(call["details"]),
        ]
        for call in audit["calls"]
        if call["kind"] != RIGHT
    ]
    left_out = ", ".join(f"{reason} {count}" for reason, count in audit["left_out"].items()) or "0"
    unsaid = f", {number} of them without values" if (number := audit["without_values"]) else ""
    start = f"{audit['operations']} operations{unsaid}, {audit['setting']}; left out: {left_out}"
    free = free_text(audit)
    text = f"{start}\n{free}\n\n{_text([head, *lines])}" if free else f"{start}\n\n{_text([head, *lines])}"
    return f"{text}\n\n{_text(wrong)}" if wrong else text


def worst(audit: dict[str, Any]) -> float:
    """The least share of right calls among the models."""
    return float(min(figures["kinds"][RIGHT]["share"] for figures in audit["models"].values()))


def _how(figures: dict[str, Any]) -> str:
    return ", ".join(f"{count} {how}" for how, count in figures["judged"].items())


def _cells(models: dict[str, Any], kind: str) -> list[str]:
    cells = (figures["kinds"][kind] for figures in models.values())
    return [f"{cell['n']:>4} {cell['share']:.2f} [{cell['low']:.2f}, {cell['high']:.2f}]" for cell in cells]


def _text(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(aligned(rows))
