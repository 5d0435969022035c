"""Bad days of a hub, on request: each answer fails by chance, in a way of chance, the same way for the same seed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from threading import Lock

from apipack.hubs.replica.server import Answer, Call

LATENCY = 0.2
"""Seconds that the fault `latency` holds an answer back."""

LARGE = 47 * 2**20
"""Bytes of the largest document known, and of an answer with the fault `large`: blanks follow the JSON."""

IN_A_ROW = 3
"""Faults that strike one request in a row, at most: a client that asks so often and once more gets through."""

PAGE = Answer(b"<!doctype html><title>Maintenance</title><p>Back soon.", "text/html; charset=utf-8")


def _truncated(answer: Answer) -> Answer:
    """Half a body under the length of the whole: the connection ends too early."""
    body = answer.read()
    return Answer(body[: len(body) // 2], answer.media_type, headers={"Content-Length": str(max(1, len(body)))})


def _torn(answer: Answer) -> Answer:
    """Half a body under its own length: only its end shows it."""
    body = answer.read()
    return Answer(body[: len(body) // 2], answer.media_type)


def _late(answer: Answer) -> Answer:
    time.sleep(LATENCY)
    return answer


FAULTS = {
    "latency": _late,
    "429": lambda answer: Answer(b"slow down", "text/plain", status=429, headers={"Retry-After": "1"}),
    "502": lambda answer: Answer(b"bad gateway", "text/plain", status=502),
    "truncated": _truncated,
    "torn": _torn,
    "html": lambda answer: PAGE,
    "404": lambda answer: Answer(b'{"error":"not found"}', status=404),
    "stale_csrf": lambda answer: Answer(b'{"message":"invalid csrf token"}', status=419),
    "graphql": lambda answer: Answer(b'{"data":null,"errors":[{"message":"internal error"}]}'),
    "large": lambda answer: replace(answer, body=answer.read().ljust(LARGE), etag=None),
}
"""What can happen to a good answer (status 200). `stale_csrf` and `graphql` happen to POST alone."""

POST_ALONE = frozenset({"stale_csrf", "graphql"})


class Faults:
    """A `Fault` for `Replica`: rates by name of FAULTS, each the share of good answers that it strikes.

    `struck` counts the faults by name, `served` the answers that went out whole.
    """

    def __init__(self, rates: Mapping[str, float], seed: int = 0) -> None:
        if unknown := sorted(set(rates) - set(FAULTS)):
            raise ValueError(f"no such fault: {', '.join(unknown)}; there are {', '.join(FAULTS)}")
        if not all(rate >= 0 for rate in rates.values()) or sum(rates.values()) > 1:
            raise ValueError("rates of faults are shares from 0 to 1, and so is their sum")
        self.rates, self.seed = dict(rates), seed
        self.struck: Counter[str] = Counter()
        self.served = 0
        self._asked: Counter[str] = Counter()
        self._row: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, call: Call, answer: Answer) -> Answer:
        if answer.status != 200 or call.path == "/robots.txt":
            return answer
        with self._lock:
            name = self._choose(call)
        return FAULTS[name](answer) if name else answer

    def _choose(self, call: Call) -> str | None:
        key = f"{call.method} {call.path}?{call.query} {call.body.hex()}"
        self._asked[key] += 1
        point = Random(f"{self.seed} {self._asked[key]} {key}").random()
        for name, rate in self.rates.items():
            if (point := point - rate) < 0:
                if self._row[key] >= IN_A_ROW or (name in POST_ALONE and call.method != "POST"):
                    break
                self._row[key] += 1
                self.struck[name] += 1
                return name
        self._row[key] = 0
        self.served += 1
        return None
