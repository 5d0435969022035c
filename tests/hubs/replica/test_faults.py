import http.client
import time
from collections import Counter

import pytest

from apipack.hubs.replica import FAULTS, ApisGuru, Faults, Replica
from tests.fixtures import Ask, Documents, Pack, Reply

LIST = "/v2/list.json"


def replies(pack: Pack, documents: Documents, ask: Ask, name: str) -> tuple[list[Reply], Faults]:
    """Replies to one request while a fault strikes whenever it may."""
    faults = Faults({name: 1})
    with Replica(pack(documents), ApisGuru, faults) as replica:
        return [ask(replica.url + LIST) for _ in range(4)], faults


def test_every_fault_does_what_it_says_and_lets_the_fourth_through(pack: Pack, documents: Documents, ask: Ask) -> None:
    seen = {}
    for name in set(FAULTS) - {"truncated", "latency", "stale_csrf", "graphql", "large"}:
        (first, *_, last), faults = replies(pack, documents, ask, name)
        assert (last.status, len(last.json())) == (200, 12)
        assert (faults.struck, faults.served) == (Counter({name: 3}), 1)
        seen[name] = first
    assert {name: reply.status for name, reply in seen.items()} == {
        "429": 429,
        "502": 502,
        "torn": 200,
        "html": 200,
        "404": 404,
    }
    assert seen["429"].headers["Retry-After"] == "1"
    assert seen["html"].headers["Content-Type"].startswith("text/html")
    with pytest.raises(ValueError):
        seen["torn"].json()


def test_truncated_late_and_large(pack: Pack, documents: Documents, ask: Ask) -> None:
    with pytest.raises(http.client.IncompleteRead):
        replies(pack, documents, ask, "truncated")
    started = time.monotonic()
    replies(pack, documents, ask, "latency")
    assert time.monotonic() - started > 0.6
    (large, *_), _ = replies(pack, documents, ask, "large")
    assert len(large.body) == 47 * 2**20 and len(large.json()) == 12


def test_only_posts_have_stale_tokens(pack: Pack, documents: Documents, ask: Ask) -> None:
    (first, *_), faults = replies(pack, documents, ask, "stale_csrf")
    assert first.status == 200 and not faults.struck


def test_the_same_seed_strikes_the_same_requests(pack: Pack, documents: Documents, ask: Ask) -> None:
    def statuses(seed: int) -> list[int]:
        with Replica(pack(documents), ApisGuru, Faults({"502": 0.5}, seed)) as replica:
            return [
                ask(f"{replica.url}/v2/{name}.json").status for name in ("list", "providers", *documents) for _ in "ab"
            ]

    assert statuses(1) == statuses(1) != statuses(2)
    assert set(statuses(1)) == {200, 502, 404}


@pytest.mark.parametrize("rates", [{"meteor": 0.1}, {"502": 0.6, "429": 0.5}, {"502": -1}])
def test_refuses_what_is_no_fault_or_no_share(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no such fault: meteor|shares from 0 to 1"):
        Faults(rates)
