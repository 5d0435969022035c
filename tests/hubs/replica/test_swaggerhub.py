import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from apipack.hubs.replica import Replica, SwaggerHub
from apipack.hubs.snapshot import specs
from tests.fixtures import Ask, Documents, Pack


@pytest.fixture
def hub(pack: Pack, documents: Documents) -> Iterator[str]:
    with Replica(pack(documents), partial(SwaggerHub, window=10)) as replica:
        yield replica.url


def owners(listing: dict[str, Any]) -> list[str]:
    urls = [next(one["url"] for one in api["properties"] if one["type"] == "Swagger") for api in listing["apis"]]
    return [url.split("/apis/")[1].split("/")[0] for url in urls]


def test_documents_are_the_snapshot_s_byte_for_byte_in_every_form(
    hub: str, pack: Pack, documents: Documents, ask: Ask
) -> None:
    body = dict(specs(pack(documents)))["files.example:drive"]
    url = f"{hub}/apis/files.example/drive/v2%20%28beta%29%2Fx"
    for path, accept, media_type in (
        ("", "*/*", "json"),
        ("", "application/yaml", "yaml"),
        ("", "application/json, application/yaml;q=0.9", "json"),
        ("/swagger.json", "application/yaml", "json"),
        ("/swagger.yaml", "*/*", "yaml"),
    ):
        reply = ask(url + path, Accept=accept)
        assert (reply.status, reply.body) == (200, body)
        assert reply.headers["Content-Type"] == f"application/{media_type}; charset=utf-8"


def test_pages_window_and_order(hub: str, ask: Ask) -> None:
    first, second, last = (ask(f"{hub}/specs?sort=CREATED&limit=4&page={page}").json() for page in (0, 2, 3))
    assert [len(page["apis"]) for page in (first, second, last)] == [4, 2, 0]  # of 12, ten can be reached
    assert [page["offset"] for page in (first, second)] == [0, 8]
    assert {page["totalCount"] for page in (first, second, last)} == {12}
    descending = ask(f"{hub}/specs?sort=OWNER&order=DESC&limit=3").json()
    assert owners(descending) == ["late.example", "files.example", "api9.example"]


def test_filters(hub: str, ask: Ask) -> None:
    assert owners(ask(f"{hub}/specs?owner=files.example").json()) == ["files.example"]
    assert owners(ask(f"{hub}/specs?query=LATE").json()) == ["late.example"]
    for none in ("visibility=PRIVATE", "specType=DOMAIN", "state=UNPUBLISHED", "query=nothing"):
        assert ask(f"{hub}/specs?{none}").json()["totalCount"] == 0


def test_an_entry_s_properties_come_in_no_fixed_order(hub: str, ask: Ask) -> None:
    entries = ask(f"{hub}/specs?limit=100").json()["apis"]
    assert len({[one["type"] for one in entry["properties"]].index("Swagger") for entry in entries}) > 1
    facts = {one["type"]: one.get("url") or one["value"] for one in entries[0]["properties"]}
    assert facts["Swagger"] == f"{hub}/apis/api0.example/api0.example/1.0"
    assert (facts["X-Version"], facts["X-OASVersion"], facts["X-Private"]) == ("1.0", "3.0.3", "false")


def test_redirects_and_refusals(hub: str, ask: Ask) -> None:
    moved = ask(f"{hub}/apis?query=x&limit=2")
    assert (moved.status, moved.headers["Location"]) == (303, f"{hub}/specs?query=x&limit=2")
    assert ask(f"{hub}/specs?limit=101").status == 400
    assert ask(f"{hub}/specs?page=-1").status == 400
    assert ask(f"{hub}/apis/private/api/1.0").status == 404
    assert json.loads(ask(f"{hub}/apis/api1.example").body)["totalCount"] == 1
