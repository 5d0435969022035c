"""The whole snapshot (2,639 documents, 425 MB) through the spiders, on good days and on bad ones."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import mkdtemp
from typing import Any

import pytest

from apipack.hubs.replica import HUBS, Answer, Call, Faults, Replica
from apipack.hubs.snapshot import specs
from spiders.addresses import names_document
from spiders.outcome import failure, figures
from tests.fixtures import Collect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SHOWN = {name: 0.05 for name in ("latency", "429", "502", "truncated")}
"""Faults that an answer shows by itself, whatever was asked for."""

FIVE_PERCENT = SHOWN | {"torn": 0.05, "html": 0.05}

PAIRS = "ma", "er", "is", "io", "m ", "e.", "t ", "s ", "in", "lo", "or", "de", "e ", "ed", "op", "i ", ":s", "it"
SEARCHES = [{"term": pair} for pair in (*PAIRS, ".a", ":a", ":p")]
"""What finds each API of the snapshot, and never more at once than RapidAPI's window of 1,000."""


Whole = Callable[..., tuple[list[str], dict[str, Any]]]


@pytest.fixture(scope="module")
def digests(tarball: Path) -> list[str]:
    return sorted(hashlib.sha256(body).hexdigest() for _, body in specs(tarball))


@pytest.fixture
def whole(tarball: Path, collect: Collect, tmp_path: Path) -> Whole:
    """whole(hub, faults, **arguments): sha256 of what came, sorted, and figures. `memory`: the most, in bytes, that any
    crawl took so far; `cpu`: seconds of the crawl's process, `replica_cpu`: of this one, while the crawl ran."""

    def _whole(hub: str, faults: Faults, **arguments: Any) -> tuple[list[str], dict[str, Any]]:
        with Replica(tarball, HUBS[hub], faults) as replica:
            before, started = getrusage(RUSAGE_CHILDREN), time.process_time()
            folder = Path(mkdtemp(dir=tmp_path))  # no crawl finds what another left
            rows, stats = collect(hub, folder, replica.url, fresh=True, **arguments)
            own, after = time.process_time() - started, getrusage(RUSAGE_CHILDREN)
        assert failure(stats) is None
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found = figures(stats) | {"memory": after.ru_maxrss * 1024, "cpu": round(cpu, 1), "replica_cpu": round(own, 1)}
        found["struck"] = dict(faults.struck)
        print(hub, found)
        return sorted(row["sha256"] for row in rows.values()), found

    return _whole


class OnDocuments(Faults):
    """Faults that strike documents alone, as their addresses tell them."""

    def __call__(self, call: Call, answer: Answer) -> Answer:
        return super().__call__(call, answer) if names_document(call.path) else answer


@pytest.mark.parametrize("hub", ["apis_guru", "swaggerhub"])
def test_every_document_byte_for_byte_in_a_minute_and_a_gigabyte(hub: str, whole: Whole, digests: list[str]) -> None:
    found, measured = whole(hub, Faults({}))
    assert found == digests and len(found) == 2639
    assert max(measured["cpu"], measured["replica_cpu"]) <= 60  # each has a core of two; a busy machine takes longer
    assert measured["memory"] <= 1e9


@pytest.mark.parametrize("hub", ["apis_guru", "swaggerhub"])
def test_with_five_percent_faults_of_every_kind_the_same_set(hub: str, whole: Whole, digests: list[str]) -> None:
    found, measured = whole(hub, Faults(FIVE_PERCENT))
    assert found == digests
    assert min(measured["struck"].values()) > 100 and set(measured["struck"]) == set(FIVE_PERCENT)


def test_rapidapi_whole_in_parts_that_its_window_shows_and_with_faults_of_every_kind(whole: Whole) -> None:
    good, measured = whole("rapidapi", Faults({}), searches=SEARCHES)
    assert len(good) + sum(measured["refused"].values()) == 2639 and len(good) > 2500
    assert measured["unreached"] == 0 and measured["memory"] <= 1e9
    rates = {**FIVE_PERCENT, "stale_csrf": 0.05, "graphql": 0.05}
    found, measured = whole("rapidapi", Faults(rates), searches=SEARCHES)
    assert found == good
    assert min(measured["struck"].values()) > 100 and set(measured["struck"]) == set(rates)


def test_ibm_whole_and_with_faults(whole: Whole) -> None:
    """An outage's page in place of a page cannot be told from one without documents, and half a page neither: those
    two faults strike documents alone."""
    good, measured = whole("ibm", Faults({}), follow=True)
    assert len(good) == 2639 - 263 and measured["refused"] == {"no_spec_found": 263}
    for faults in (Faults(SHOWN), OnDocuments(FIVE_PERCENT)):
        found, measured = whole("ibm", faults, follow=True)
        assert found == good
        assert min(measured["struck"].values()) > 50 and set(measured["struck"]) == set(faults.rates)
