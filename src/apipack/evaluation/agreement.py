"""How often reading a call gives the verdict of executing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from apipack.evaluation.verdicts import RATES, Verdict

COLUMNS = {"request_match": "request_match", **RATES}


def agreement(pairs: Iterable[tuple[str, Verdict, Verdict]]) -> dict[str, Any]:
    """Share of executed outputs on which the static verdict is the same, by metric, of all that reading could tell and
    of each language; `unreadable` counts those that it could not. Empty where nothing was executed.

    pairs: language, verdict by reading, verdict.
    """
    by_language: dict[str, list[tuple[Verdict, Verdict]]] = defaultdict(list)
    for language, static, verdict in pairs:
        if verdict.executed:
            by_language[language].append((static, verdict))
    if not by_language:
        return {}
    everything = [pair for of_language in by_language.values() for pair in of_language]
    languages = {name: _agreement(of_language) for name, of_language in sorted(by_language.items())}
    return {**_agreement(everything), "languages": languages}


def _agreement(pairs: Sequence[tuple[Verdict, Verdict]]) -> dict[str, Any]:
    told = [(static, verdict) for static, verdict in pairs if static.request_match is not None]
    shares: dict[str, Any] = {"n": len(told), "unreadable": len(pairs) - len(told)}
    for name, column in COLUMNS.items() if told else ():
        same = sum(getattr(static, column) == getattr(verdict, column) for static, verdict in told)
        shares[name] = round(same / len(told), 4)
    return shares
