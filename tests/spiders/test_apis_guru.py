"""The spider in real Scrapy processes against the replica, with what a hub does on bad days."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import DropItem
from scrapy.utils.test import get_crawler

from apipack.hubs.replica import FAULTS, Answer, ApisGuru, Call, Replica
from apipack.hubs.replica.server import Fault
from apipack.hubs.snapshot import specs
from spiders import INDEX
from spiders.apis_guru import every, preferred
from spiders.bodies import refusal
from spiders.items import SpecItem
from spiders.outcome import failure, figures
from spiders.pipelines import StoreBodies
from spiders.retry import seconds
from spiders.settings import USER_AGENT
from tests.fixtures import Collect, Documents, Pack


class Faults:
    """Answers with `replies[path part]` in turn, one a request, then with what the hub has; counts statuses by path."""

    def __init__(self, **replies: list[Answer]) -> None:
        self.replies = {part.replace("_", "."): list(answers) for part, answers in replies.items()}
        self.seen: list[tuple[str, int, float]] = []

    def __call__(self, call: Call, answer: Answer) -> Answer:
        for part, answers in self.replies.items():
            if f"/{part}/" in call.path and answers:
                answer = answers.pop(0)
        self.seen.append((call.path, answer.status, time.monotonic()))
        return answer

    def times(self, part: str) -> list[float]:
        return [at for path, _, at in self.seen if f"/{part}/" in path]


def edited(**entries: Callable[[dict[str, Any]], None]) -> Fault:
    """A fault that changes the list: entries replace those of the same name, with `_` for `.`."""

    def fault(call: Call, answer: Answer) -> Answer:
        if not call.path.endswith("/list.json"):
            return answer
        listed = json.loads(answer.read())
        for name, edit in entries.items():
            edit(listed[name.replace("_", ".")])
        return replace(answer, body=json.dumps(listed).encode(), etag=None)

    return fault


def test_collects_every_document_byte_for_byte(
    collect: Collect, pack: Pack, documents: Documents, tmp_path: Path
) -> None:
    tarball = pack(documents)
    with Replica(tarball, ApisGuru) as replica:
        rows, stats = collect("apis_guru", tmp_path / "specs", replica.url)
    bodies = {api: (tmp_path / "specs" / row["file"]).read_bytes() for api, row in rows.items()}
    assert bodies == dict(specs(tarball))
    row = rows["files.example:drive"]
    body = bodies["files.example:drive"]
    assert row == {
        "hub": "apis_guru",
        "provider": "files.example",
        "api": "files.example:drive",
        "version": "v2 (beta)/x",
        "source_url": f"{replica.url}/v2/specs/files.example/drive/v2%20%28beta%29%2Fx/openapi.json",
        "media_type": "application/json",
        "derived": False,
        "licence": "",
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "file": f"{hashlib.sha256(body).hexdigest()}.json",
    }
    assert failure(stats) is None
    assert figures(stats) | {"seconds": 0} == {
        "listed": 12,
        "unreached": 0,
        "promised": 12,
        "items": 12,
        "refused": {},
        "errors": 0,
        "retries": 0,
        "resumed": 0,
        "unchanged": 0,
        "stale": 0,
        "finish_reason": "finished",
        "seconds": 0,
    }


def test_a_larger_limit_is_a_superset_and_another_seed_another_choice(
    collect: Collect, pack: Pack, documents: Documents, tmp_path: Path
) -> None:
    with Replica(pack(documents), ApisGuru) as replica:
        three = set(collect("apis_guru", tmp_path / "three", replica.url, limit=3)[0])
        seven = set(collect("apis_guru", tmp_path / "seven", replica.url, limit=7)[0])
        other = set(collect("apis_guru", tmp_path / "other", replica.url, limit=3, seed=1)[0])
    assert (len(three), len(seven), len(other)) == (3, 7, 3)
    assert three < seven
    assert three != other


def test_include_and_what_a_list_may_lack(collect: Collect, pack: Pack, documents: Documents, tmp_path: Path) -> None:
    def unknown_preferred(entry: dict[str, Any]) -> None:
        entry["preferred"] = "9.9"
        entry["versions"]["1.0"]["info"]["x-origin"] = {"format": "swagger", "url": "https://api0.example/"}

    def two_versions(entry: dict[str, Any]) -> None:
        (facts,) = entry["versions"].values()
        facts["info"]["x-origin"] = [{"format": "openapi", "url": "https://api1.example/"}]  # elsewhere an object
        entry["versions"] = {"2.0": facts | {"updated": "2020-01-01T00:00:00.000Z"}, "1.0": facts}
        del entry["preferred"]

    def no_url(entry: dict[str, Any]) -> None:
        del entry["versions"]["1.0"]["swaggerUrl"]

    def local_file(entry: dict[str, Any]) -> None:
        entry["versions"]["1.0"]["swaggerUrl"] = Path(__file__).as_uri()

    fault = edited(
        api0_example=unknown_preferred, api1_example=two_versions, api2_example=no_url, api3_example=local_file
    )
    include = [f"api{number}.example" for number in range(4)]
    with Replica(pack(documents), ApisGuru, fault=fault) as replica:
        rows, stats = collect("apis_guru", tmp_path / "specs", replica.url, include=include)
    assert {api: row["version"] for api, row in rows.items()} == {"api0.example": "1.0", "api1.example": "2.0"}
    assert figures(stats)["refused"] == {"no_url": 1, "not_http": 1}
    assert failure(stats) == ("2 of 4 documents refused, more than a hub in order gives: {'no_url': 1, 'not_http': 1}")


def test_outages_are_retried_and_the_set_stays_whole(
    collect: Collect, pack: Pack, documents: Documents, tmp_path: Path
) -> None:
    page = Answer(b"<!doctype html><title>Maintenance</title>", "text/html; charset=utf-8")
    faults = Faults(
        api0_example=[Answer(b"bad gateway", "text/plain", status=502)] * 2,
        api1_example=[Answer(b"slow down", "text/plain", status=429, headers={"Retry-After": "2"})],
        api2_example=[page, page],
        api3_example=[Answer(b'{"openapi": "3.0.3", ', headers={"Content-Length": "4000"})],
        api4_example=[page] * 10,
        api5_example=[Answer(b"{}", status=404)] * 10,
        api6_example=[Answer(b'{"openapi": "3.0.3", "info": {}')],  # torn where a member ends
    )
    tarball = pack(documents | {f"more{number}.example": documents["late.example"] for number in range(9)})
    with Replica(tarball, ApisGuru, fault=faults) as replica:
        rows, stats = collect("apis_guru", tmp_path / "specs", replica.url)
    bodies = {api: (tmp_path / "specs" / row["file"]).read_bytes() for api, row in rows.items()}
    refused = {"api4.example", "api5.example"}
    assert bodies == {api: body for api, body in specs(tarball) if api not in refused}
    assert figures(stats)["refused"] == {"gone": 1, "html": 1}
    assert figures(stats)["retries"] == 2 + 1 + 2 + 1 + 5 + 1
    assert failure(stats) is None
    first, second = faults.times("api1.example")
    assert second - first >= 2


def test_too_long_a_retry_after_is_not_asked_again(
    collect: Collect, pack: Pack, documents: Documents, tmp_path: Path
) -> None:
    faults = Faults(api0_example=[Answer(b"", "text/plain", status=429, headers={"Retry-After": "3600"})] * 9)
    with Replica(pack(documents), ApisGuru, fault=faults) as replica:
        rows, stats = collect("apis_guru", tmp_path / "specs", replica.url)
    assert len(faults.times("api0.example")) == 1
    assert len(rows) == 11
    assert failure(stats) == "1 of 12 documents lost: the hub failed or forbids them"


def test_every_request_says_who_asks(collect: Collect, pack: Pack, documents: Documents, tmp_path: Path) -> None:
    """Some hubs answer 403 to the default names of HTTP libraries, as here."""
    heard = set()

    def fault(call: Call, answer: Answer) -> Answer:
        heard.add(agent := call.headers.get("User-Agent", ""))
        return answer if agent.startswith("apipack ") else Answer(b"", status=403)

    with Replica(pack(documents), ApisGuru, fault=fault) as replica:
        rows, _ = collect("apis_guru", tmp_path / "specs", replica.url)
    assert len(rows) == 12 and heard == {USER_AGENT}


def test_robots_txt_is_obeyed(collect: Collect, pack: Pack, documents: Documents, tmp_path: Path) -> None:
    def forbid(call: Call, answer: Answer) -> Answer:
        return Answer(b"User-agent: *\nDisallow: /v2/\n", "text/plain") if call.path == "/robots.txt" else answer

    with Replica(pack(documents), ApisGuru, fault=forbid) as replica:
        rows, stats = collect("apis_guru", tmp_path / "specs", replica.url)
    assert rows == {}
    assert failure(stats) == "1 errors; they are in the log above"


def test_a_second_crawl_with_the_cache_transfers_no_unchanged_body(
    collect: Collect, pack: Pack, documents: Documents, tmp_path: Path
) -> None:
    statuses: Counter[str] = Counter()

    class Seen(Answer):
        """Counts what leaves the server: a body is read only when it is sent."""

        def read(self) -> bytes:
            statuses["bodies"] += 1
            return Answer.read(self)

    def fault(call: Call, answer: Answer) -> Answer:
        statuses["requests"] += 1
        lifetime = {"Cache-Control": "max-age=86400"}  # a crawl asks all the same
        return Seen(answer.body, answer.media_type, answer.status, answer.etag, answer.headers | lifetime)

    cache = {"HTTPCACHE_ENABLED": True, "HTTPCACHE_DIR": str(tmp_path / "cache")}
    with Replica(pack(documents), ApisGuru, fault=fault) as replica:
        first, _ = collect("apis_guru", tmp_path / "first", replica.url, cache)
        assert statuses == {"requests": 14, "bodies": 14}
        second, stats = collect("apis_guru", tmp_path / "second", replica.url, cache)
    assert second == first
    assert failure(stats) is None
    assert statuses == {"requests": 28, "bodies": 15}  # robots.txt has no validator


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"openapi":"3.0.0"}\n', None),
        (b'\xef\xbb\xbf\n{"paths": {}, "swagger" : "2.0"}', None),
        (b"# a comment\nopenapi: 3.1.0\n", None),
        (b"info: {}\n'swagger': '2.0'\n", None),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html>", "html"),
        (b'{"openapi":"3.0.0", "paths": {', "truncated"),
        (b'{"openapi":"3.0.0", "paths": {"/a": {}', "truncated"),
        (b'{"openapi":"3.0.0", "paths": NaN}', None),
        (b'{"openapi":"3.0.0", "info": "\xff"}', None),
        (b'{"asyncapi":"2.0.0"}', "asyncapi"),
        (b"asyncapi: 2.0.0\n", "asyncapi"),
        (b'{"error":"not found"}', "no_openapi_key"),
    ],
)
def test_refuses_what_cannot_be_a_specification(body: bytes, reason: str | None) -> None:
    assert refusal(body) == reason


def test_preferred_version() -> None:
    old, new = {"updated": "2019-01-01T00:00:00.000Z"}, {"updated": "2021-01-01T00:00:00.000Z"}
    assert preferred({"preferred": "1", "versions": {"1": old, "2": new}}) == [("1", old)]
    assert preferred({"preferred": "3", "versions": {"1": new, "2": old}}) == [("1", new)]
    assert preferred({"versions": {"1": {}, "2": old}}) == [("2", old)]
    assert preferred({"versions": {}}) == [("", {})]


def test_retry_after_as_seconds_and_as_a_date() -> None:
    assert seconds(b" 120 ") == 120
    assert seconds(b"Fri, 31 Dec 1999 23:59:59 GMT") == 0
    assert (seconds(b"Fri, 31 Dec 2999 23:59:59 GMT") or 0) > 1e9
    assert [seconds(value) for value in (None, b"", b"soon", b"-5", b"1.5")] == [None] * 5


def test_all_versions_of_an_api(pack: Pack, documents: Documents, collect: Collect, tmp_path: Path) -> None:
    def three_versions(entry: dict[str, Any]) -> None:
        (facts,) = entry["versions"].values()
        entry["versions"] |= {"0.9": facts | {"swaggerUrl": facts["swaggerUrl"] + "?old"}, "0.8": {"added": "1985"}}

    include = ["api0.example", "api1.example"]
    with Replica(pack(documents), ApisGuru, fault=edited(api0_example=three_versions)) as replica:
        collect("apis_guru", tmp_path / "specs", replica.url, include=include, versions="all")
        rows = [json.loads(line) for line in (tmp_path / "specs" / INDEX).read_text().splitlines()]
    assert sorted((row["api"], row["version"]) for row in rows) == [
        ("api0.example", "0.9"),
        ("api0.example", "1.0"),
        ("api1.example", "1.0"),
    ]
    assert every({"versions": None}) == [("", {})]


def test_a_body_above_the_bound_is_refused(pack: Pack, documents: Documents, collect: Collect, tmp_path: Path) -> None:
    """Plain, and as few bytes that gzip blows up to many."""

    def fault(call: Call, answer: Answer) -> Answer:
        if "/api0.example/" in call.path:
            return replace(answer, body=answer.read().ljust(3 * 2**20), etag=None)
        return FAULTS["large"](answer) if "/api1.example/" in call.path else answer

    more = {f"more{number}.example": documents["late.example"] for number in range(9)}
    bound = {"DOWNLOAD_MAXSIZE": 2**20, "RETRY_TIMES": 1}
    with Replica(pack(documents | more), ApisGuru, fault=fault) as replica:
        plain, stats = collect("apis_guru", tmp_path / "a", replica.url, bound | {"COMPRESSION_ENABLED": False})
        assert figures(stats)["refused"] == {"too_large": 2} and failure(stats) is None
        coded, stats = collect("apis_guru", tmp_path / "b", replica.url, bound)
    assert figures(stats)["refused"] == {"too_large": 2} and failure(stats) is None
    assert len(plain) == len(coded) == 19


def test_a_body_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    pipeline = StoreBodies(get_crawler(settings_dict={"BODIES": str(tmp_path / "gone")}))
    item = SpecItem(
        "apis_guru", "a.test", "a.test", "1", "https://a.test/s", "application/json", b'{"openapi": "3.0.3"}'
    )
    with pytest.raises(DropItem, match="not written"):
        pipeline.process_item(item)
    assert "No such file or directory" in str(failure(pipeline.stats.get_stats()))
