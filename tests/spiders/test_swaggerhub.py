from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson
import pytest

from apipack.hubs.replica import Answer, Call, Replica, SwaggerHub
from apipack.hubs.snapshot import specs
from spiders.outcome import failure, figures
from tests.fixtures import Collect, Documents, Pack


def many(documents: Documents, count: int = 230) -> Documents:
    """More documents than two pages list."""
    return documents | {f"more.example/{number:03}": documents["late.example"] for number in range(count)}


def test_collects_every_document_byte_for_byte(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path
) -> None:
    tarball = pack(many(documents))
    with Replica(tarball, SwaggerHub) as replica:
        rows, stats = collect("swaggerhub", tmp_path / "specs", replica.url)
    bodies = {api: (tmp_path / "specs" / row["file"]).read_bytes() for api, row in rows.items()}
    ids = {api: "/".join((api.split(":") * 2)[:2]) for api, _ in specs(tarball)}
    assert bodies == {ids[api]: body for api, body in specs(tarball)}
    row = rows["files.example/drive"]
    assert (row["provider"], row["version"], row["derived"]) == ("files.example", "v2 (beta)/x", False)
    assert row["source_url"] == f"{replica.url}/apis/files.example/drive/v2%20%28beta%29%2Fx"
    assert failure(stats) is None and figures(stats)["listed"] == figures(stats)["items"] == 242


def test_a_limit_stops_the_paging_and_a_larger_one_takes_more(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path
) -> None:
    pages: Counter[str | None] = Counter()

    def fault(call: Call, answer: Answer) -> Answer:
        pages[call.arguments.get("page")] += 1
        return answer

    with Replica(pack(many(documents)), SwaggerHub, fault) as replica:
        few, _ = collect("swaggerhub", tmp_path / "few", replica.url, limit=5)
        assert set(pages) == {None, "0"}
        more, stats = collect("swaggerhub", tmp_path / "more", replica.url, limit=130)
    assert (len(few), len(more), figures(stats)["listed"]) == (5, 130, 242) and set(few) < set(more)
    assert "2" not in pages


def test_a_window_hides_what_searches_for_parts_reach(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path
) -> None:
    with Replica(pack(many(documents, 30)), partial(SwaggerHub, window=20)) as replica:
        whole, stats = collect("swaggerhub", tmp_path / "whole", replica.url)
        assert (len(whole), figures(stats)["unreached"], failure(stats)) == (20, 22, None)
        searches = [{}, {"order": "DESC"}, {"query": "more.example"}]
        parts, stats = collect("swaggerhub", tmp_path / "parts", replica.url, searches=searches)
    assert len(parts) == 42 and set(whole) < set(parts)
    assert figures(stats)["refused"] == {}  # what two searches find is asked for once
    assert (figures(stats)["listed"], figures(stats)["unreached"]) == (42 + 42 + 30, 22 + 22 + 10)


def test_a_key_goes_to_the_hub_alone(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWAGGERHUB_API_KEY", "secret")
    heard: list[tuple[str, str | None]] = []
    strayed: list[str] = []

    def elsewhere(call: Call, answer: Answer) -> Answer:
        strayed.append(call.path)
        return answer

    with Replica(pack(documents), SwaggerHub, elsewhere) as other:

        def fault(call: Call, answer: Answer) -> Answer:
            heard.append((call.path, call.headers.get("Authorization")))
            if call.path == "/specs":
                return replace(answer, body=answer.read().replace(b'"type":"Swagger","url":"', OTHER, 1), etag=None)
            if "/api1.example/" in call.path:
                return Answer(b"", status=302, headers={"Location": f"{other.url}/apis/api1.example/api1.example/1.0"})
            return answer

        OTHER = f'"type":"Swagger","url":"{other.url}/private?'.encode()
        with Replica(pack(documents), SwaggerHub, fault) as replica:
            rows, stats = collect("swaggerhub", tmp_path / "specs", replica.url, fresh=True)
            cache = {"HTTPCACHE_ENABLED": True, "HTTPCACHE_DIR": str(tmp_path / "cache")}
            cached, _ = collect("swaggerhub", tmp_path / "cached", replica.url, cache, fresh=True)
    assert not strayed and {key for path, key in heard if path != "/robots.txt"} == {"secret"}
    assert figures(stats)["refused"] == {"other_host": 2} and len(rows) == 10
    assert len(cached) == 10
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"secret" in path.read_bytes()]


def test_what_a_registry_also_holds(pack: Pack, documents: Documents, collect: Collect, tmp_path: Path) -> None:
    def fault(call: Call, answer: Answer) -> Answer:
        if "/api1.example/" in call.path:
            return Answer(b"asyncapi: 2.6.0\ninfo: {title: Events}\n", "application/yaml")
        if "/api2.example/" in call.path:
            return Answer(b'{"code":404,"message":"private"}', status=404)
        if "/api3.example/" in call.path:
            return Answer(b"swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n", "application/yaml")
        if call.path == "/specs":
            listing = orjson.loads(answer.read())
            listing["apis"] += [{"name": "bare"}, {"name": "null", "properties": None}]
            for odd in ("http://[x", "http://h.example:port/apis/a/b/1", 7):
                listing["apis"].append({"name": "odd", "properties": [{"type": "Swagger", "url": odd}]})
            return replace(answer, body=orjson.dumps(listing), etag=None)
        return answer

    with Replica(pack(many(documents, 60)), SwaggerHub, fault) as replica:
        rows, stats = collect("swaggerhub", tmp_path / "specs", replica.url)
    assert figures(stats)["refused"] == {"asyncapi": 1, "gone": 1, "no_url": 4, "not_http": 1}
    assert failure(stats) is None and rows["api3.example/api3.example"]["file"].endswith(".yaml")


def test_a_page_that_cannot_be_had_fails_the_crawl(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path
) -> None:
    def fault(call: Call, answer: Answer) -> Answer:
        return Answer(b"", status=500) if call.arguments.get("page") == "1" else answer

    with Replica(pack(many(documents)), SwaggerHub, fault) as replica:
        rows, stats = collect("swaggerhub", tmp_path / "specs", replica.url, {"RETRY_TIMES": 1})
    assert len(rows) == 100 and failure(stats) == "1 errors; they are in the log above"
