from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from apipack.hubs.replica import Answer, Call, Faults, RapidApi, Replica
from apipack.openapi.document import Document
from apipack.openapi.loading import load
from apipack.operations.requests import build
from spiders.derived import derive, document
from spiders.outcome import failure, figures
from tests.fixtures import Collect, Documents, Pack


def endpoint(method: str, route: str, *parameters: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    keys = ("name", "paramType", "condition", "querystring")
    listed = [dict(zip(keys, one, strict=True)) for one in parameters]
    return {"id": f"{method} {route}", "method": method, "route": route, "params": {"parameters": listed}} | more


VERSION = {
    "name": "v1",
    "spec": None,
    "publicdns": [{"address": "pets.p.rapidapi.com", "current": True}],
    "endpoints": [
        endpoint("PUT", "/pets/{id}", ("id", "NUMBER", "REQUIRED", False), ("tags", "ARRAY", "REQUIRED", False)),
        endpoint("GET", "/pets", ("limit", "NUMBER", "OPTIONAL", True), ("sort", "ENUM", "REQUIRED", False)),
        endpoint("POST", "/owners/{owner}/{owner}", ("q", "STRING", "REQUIRED", True), ("name", None, None, None)),
        endpoint("POST", "/graphql", isGraphQL=True),
        endpoint("SUBSCRIBE", "/events"),
        endpoint("GET", "no/slash"),
    ],
}


@pytest.fixture
def apis(documents: Documents) -> Documents:
    item = {"get": {"summary": "One thing", "parameters": [{"name": "id", "in": "path", "required": True}]}}
    return {name: spec | {"paths": {"/things/{id}": item}} for name, spec in documents.items()}


def test_derives_a_document_that_gives_requests() -> None:
    body, derived = document(VERSION, "Pets", "All pets")
    assert derived
    parsed = Document(load(body, 10**6))
    raws = {f"{raw.path} {raw.method}": raw for raw in parsed.operations()}
    requests = {name: build(parsed, raw, "unused.example", optional=False).request for name, raw in raws.items()}
    assert set(requests) == {"/pets/{id} put", "/pets get", "/owners/{owner}/{owner} post"}
    put, get = requests["/pets/{id} put"], requests["/pets get"]
    assert put.url.startswith("https://pets.p.rapidapi.com/pets/") and list(orjson.loads(put.body or "")) == ["tags"]
    assert [name for name, _ in get.query] == ["sort"]
    assert get.header("X-RapidAPI-Host") == "pets.p.rapidapi.com" and get.header("X-RapidAPI-Key")
    assert parsed.raw["info"]["x-derived"] is True


def test_a_document_of_the_hub_s_own_goes_first() -> None:
    assert document(VERSION | {"spec": {"openapi": "3.0.0"}}, "", "") == (b'{"openapi":"3.0.0"}', False)
    assert document(VERSION | {"spec": "swagger: '2.0'"}, "", "") == (b"swagger: '2.0'", False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"publicdns": []}, "no_address"), ({"publicdns": None}, "no_address"), ({"endpoints": None}, "no_endpoints")],
)
def test_what_cannot_be_derived_has_a_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        derive("", "", VERSION | change)


def test_collects_every_api_with_one_token(pack: Pack, apis: Documents, collect: Collect, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()

    def fault(call: Call, answer: Answer) -> Answer:
        seen[call.path] += 1
        return answer

    with Replica(pack(apis), RapidApi, fault) as replica:
        rows, stats = collect("rapidapi", tmp_path / "specs", replica.url)
    assert set(rows) == {"/".join((name.split("/") * 2)[:2]) for name in apis}
    row = rows["files.example/drive"]
    assert (row["derived"], row["version"]) == (True, "v2 (beta)/x")
    assert row["source_url"] == f"{replica.url}/files.example/api/drive"
    assert seen == {"/robots.txt": 1, "/gateway/csrf": 1, "/gateway/graphql": 1 + 2 * 12}
    assert failure(stats) is None


def test_searches_reach_beyond_the_window_once_each(
    pack: Pack, apis: Documents, collect: Collect, tmp_path: Path
) -> None:
    with Replica(pack(apis), partial(RapidApi, window=5)) as replica:
        whole, stats = collect("rapidapi", tmp_path / "whole", replica.url)
        assert (len(whole), figures(stats)["unreached"], figures(stats)["listed"]) == (5, 7, 12)
        searches = [{}, {"term": "late"}, {"term": "files"}, {"term": "api 0"}]
        parts, _ = collect("rapidapi", tmp_path / "parts", replica.url, searches=searches)
        few, _ = collect("rapidapi", tmp_path / "few", replica.url, limit=2)
    assert set(parts) == set(whole) | {"late.example/late.example", "files.example/drive"}
    assert len(few) == 2 and set(few) < set(whole)


def test_stale_tokens_and_errors_within_a_success_are_mended(
    pack: Pack, apis: Documents, collect: Collect, tmp_path: Path
) -> None:
    faults = Faults({"stale_csrf": 0.2, "graphql": 0.2})
    with Replica(pack(apis), RapidApi, faults) as replica:
        rows, stats = collect("rapidapi", tmp_path / "specs", replica.url)
    assert len(rows) == 12 and failure(stats) is None
    assert min(faults.struck["stale_csrf"], faults.struck["graphql"]) > 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"forbidden", "text/plain", status=403),
        Answer(b"slow down", "text/plain", status=429),
        Answer(b"{}", status=419),
        Answer(b"<!doctype html><title>Are you human?</title>", "text/html"),
    ],
    ids=["403", "429", "419", "challenge"],
)
def test_stops_where_it_is_not_welcome(
    pack: Pack, apis: Documents, collect: Collect, tmp_path: Path, answer: Answer
) -> None:
    asked: Counter[str] = Counter()

    def fault(call: Call, good: Answer) -> Answer:
        asked[call.path] += 1
        return answer if asked["/gateway/graphql"] > 4 and call.method == "POST" else good

    with Replica(pack(apis), RapidApi, fault) as replica:
        _, stats = collect("rapidapi", tmp_path / "specs", replica.url)
    assert failure(stats) == "it did not finish: not welcome"
    assert asked["/gateway/graphql"] <= 4 + 2 * 4  # each request at most four times, and no more than two of them


def test_apis_that_stay_in_error_are_counted_and_a_search_that_does_fails(
    pack: Pack, apis: Documents, collect: Collect, tmp_path: Path
) -> None:
    error = Answer(b'{"data":null,"errors":[{"message":"internal"}]}')

    def fault(call: Call, answer: Answer) -> Answer:
        if b"apiversion_3" in call.body:
            return error
        gone = b'"apiSlug":"api4.example"' in call.body
        return Answer(b'{"data":{"apiBySlugifiedNameAndOwnerName":null}}') if gone else answer

    with Replica(pack(apis), RapidApi, fault) as replica:
        rows, stats = collect("rapidapi", tmp_path / "apis", replica.url)
    assert len(rows) == 10 and figures(stats)["refused"] == {"gone": 1, "graphql_errors": 1}
    with Replica(pack(apis), RapidApi, lambda call, good: error if b"searchApis" in call.body else good) as replica:
        _, stats = collect("rapidapi", tmp_path / "search", replica.url)
    assert failure(stats) == "1 errors; they are in the log above"
