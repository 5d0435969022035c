from collections import Counter
from dataclasses import replace
from functools import partial

import orjson

from apipack.hubs.replica import Answer, Replica, SwaggerHub
from apipack.hubs.snapshot import specs
from spiders.outcome import failure, figures


def many(documents, count=230):
    """More documents than two pages list."""
    return documents | {f"more.example/{number:03}": documents["late.example"] for number in range(count)}


def test_collects_every_document_byte_for_byte(pack, documents, collect, tmp_path):
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


def test_a_limit_stops_the_paging_and_a_larger_one_takes_more(pack, documents, collect, tmp_path):
    pages = Counter()

    def fault(call, answer):
        pages[call.arguments.get("page")] += 1
        return answer

    with Replica(pack(many(documents)), SwaggerHub, fault) as replica:
        few, _ = collect("swaggerhub", tmp_path / "few", replica.url, limit=5)
        assert set(pages) == {None, "0"}
        more, stats = collect("swaggerhub", tmp_path / "more", replica.url, limit=130)
    assert (len(few), len(more), figures(stats)["listed"]) == (5, 130, 242) and set(few) < set(more)
    assert "2" not in pages


def test_a_window_hides_what_searches_for_parts_reach(pack, documents, collect, tmp_path):
    with Replica(pack(many(documents, 30)), partial(SwaggerHub, window=20)) as replica:
        whole, stats = collect("swaggerhub", tmp_path / "whole", replica.url)
        assert (len(whole), figures(stats)["unreached"], failure(stats)) == (20, 22, None)
        searches = [{}, {"order": "DESC"}, {"query": "more.example"}]
        parts, stats = collect("swaggerhub", tmp_path / "parts", replica.url, searches=searches)
    assert len(parts) == 42 and set(whole) < set(parts)
    assert figures(stats)["refused"] == {}  # what two searches find is asked for once
    assert (figures(stats)["listed"], figures(stats)["unreached"]) == (42 + 42 + 30, 22 + 22 + 10)


def test_a_key_goes_to_the_hub_alone(pack, documents, collect, tmp_path, monkeypatch):
    monkeypatch.setenv("SWAGGERHUB_API_KEY", "secret")
    heard = []

    def elsewhere(call, answer):
        heard.append(call.headers.get("Authorization"))
        return answer

    with Replica(pack(documents), SwaggerHub, elsewhere) as other:

        def fault(call, answer):
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
    assert None not in heard and {key for path, key in heard if path != "/robots.txt"} == {"secret"}
    assert figures(stats)["refused"] == {"other_host": 2} and len(rows) == 10
    assert len(cached) == 10
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and b"secret" in path.read_bytes()]


def test_what_a_registry_also_holds(pack, documents, collect, tmp_path):
    def fault(call, answer):
        if "/api1.example/" in call.path:
            return Answer(b"asyncapi: 2.6.0\ninfo: {title: Events}\n", "application/yaml")
        if "/api2.example/" in call.path:
            return Answer(b'{"code":404,"message":"private"}', status=404)
        if "/api3.example/" in call.path:
            return Answer(b"swagger: '2.0'\ninfo: {title: Old, version: '1'}\npaths: {}\n", "application/yaml")
        if call.path == "/specs":
            listing = orjson.loads(answer.read())
            listing["apis"] += [{"name": "bare"}, {"name": "null", "properties": None}]
            return replace(answer, body=orjson.dumps(listing), etag=None)
        return answer

    with Replica(pack(many(documents, 30)), SwaggerHub, fault) as replica:
        rows, stats = collect("swaggerhub", tmp_path / "specs", replica.url)
    assert figures(stats)["refused"] == {"asyncapi": 1, "gone": 1, "no_url": 2}
    assert failure(stats) is None and rows["api3.example/api3.example"]["file"].endswith(".yaml")


def test_a_page_that_cannot_be_had_fails_the_crawl(pack, documents, collect, tmp_path):
    def fault(call, answer):
        return Answer(b"", status=500) if call.arguments.get("page") == "1" else answer

    with Replica(pack(many(documents)), SwaggerHub, fault) as replica:
        rows, stats = collect("swaggerhub", tmp_path / "specs", replica.url, {"RETRY_TIMES": 1})
    assert len(rows) == 100 and failure(stats) == "1 errors; they are in the log above"
