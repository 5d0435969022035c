import gzip
import http.client
import json
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from apipack.hubs.replica import Answer, ApisGuru, Call, Replica
from apipack.hubs.snapshot import SnapshotError, specs
from tests.fixtures import Documents, Pack


def get(url: str, method: str = "GET", **headers: str) -> tuple[int, Message, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request(method, parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


def test_every_listed_document_is_the_snapshot_s_byte_for_byte(pack: Pack, documents: Documents) -> None:
    tarball = pack(documents)
    with Replica(tarball, ApisGuru) as replica:
        listed = json.loads(get(f"{replica.url}/v2/list.json")[2])
        urls = {api: entry["versions"][entry["preferred"]] for api, entry in listed.items()}
        assert {api: get(facts["swaggerUrl"])[2] for api, facts in urls.items()} == dict(specs(tarball))
        assert {api: get(facts["swaggerYamlUrl"])[2] for api, facts in urls.items()} == dict(specs(tarball))
        assert {api: json.loads(get(facts["link"])[2]) for api, facts in urls.items()} == listed


def test_list_has_the_hub_s_shape(pack: Pack, documents: Documents) -> None:
    with Replica(pack(documents), ApisGuru) as replica:
        entry = json.loads(get(f"{replica.url}/v2/list.json")[2])["files.example:drive"]
        url = f"{replica.url}/v2/specs/files.example/drive/v2%20%28beta%29%2Fx"
    date = "1985-10-26T08:15:00.000Z"
    version = {
        "added": date,
        "updated": date,
        "info": {"title": "Files", "version": "v2 (beta)/x"},
        "openapiVer": "3.0.3",
        "swaggerUrl": f"{url}/openapi.json",
        "swaggerYamlUrl": f"{url}/openapi.yaml",
        "link": f"{url}.json",
    }
    assert entry == {"added": date, "preferred": "v2 (beta)/x", "versions": {"v2 (beta)/x": version}}


def test_unchanged_documents_answer_304(pack: Pack, documents: Documents) -> None:
    with Replica(pack(documents), ApisGuru) as replica:
        status, headers, body = get(f"{replica.url}/v2/list.json")
        assert (status, headers["Last-Modified"]) == (200, "Sat, 26 Oct 1985 08:15:00 GMT")
        url, etag = f"{replica.url}/v2/list.json", headers["ETag"]
        assert get(url, If_None_Match=etag)[::2] == (304, b"")
        assert get(url, If_None_Match=f'"other", {etag}')[0] == 304
        assert get(url, If_None_Match='"other"')[::2] == (200, body)
        assert get(url, If_Modified_Since=headers["Last-Modified"])[0] == 304
        assert get(url, If_Modified_Since="Sat, 26 Oct 1985 08:14:59 GMT")[0] == 200
        assert get(url, If_Modified_Since="yesterday")[0] == 200
        assert get(url, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_gzip_only_when_accepted(pack: Pack, documents: Documents) -> None:
    with Replica(pack(documents), ApisGuru) as replica:
        _, plain_headers, plain = get(f"{replica.url}/v2/list.json")
        _, headers, body = get(f"{replica.url}/v2/list.json", Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain_headers
    assert (headers["Content-Encoding"], headers["ETag"]) == ("gzip", plain_headers["ETag"])
    assert gzip.decompress(body) == plain


def test_head_robots_and_not_found(pack: Pack, documents: Documents) -> None:
    with Replica(pack(documents), ApisGuru) as replica:
        status, headers, body = get(f"{replica.url}/v2/list.json", method="HEAD")
        assert (status, body) == (200, b"")
        assert int(headers["Content-Length"]) == len(get(f"{replica.url}/v2/list.json")[2])
        assert get(f"{replica.url}/robots.txt")[::2] == (200, b"User-agent: *\nDisallow:\n")
        assert get(f"{replica.url}/v2/specs/none/1/openapi.json")[0] == 404


def test_ids_and_versions_never_become_paths(pack: Pack, documents: Documents, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("secret")
    hostile = documents["late.example"] | {"info": {"title": "x", "version": "../../../../.." + str(secret)[:-5]}}
    with Replica(pack({"evil.example": hostile}), ApisGuru) as replica:
        facts = json.loads(get(f"{replica.url}/v2/list.json")[2])["evil.example"]["versions"].popitem()[1]
        assert json.loads(get(facts["swaggerUrl"])[2]) == hostile
        for path in (f"/v2/specs/../../..{secret}", f"/v2/specs/%2e%2e/%2e%2e{secret}", str(secret), "/0.json"):
            assert get(replica.url + path)[0] == 404


@pytest.mark.parametrize(
    "document", [b"[]", b"<html>", b"", b'{"openapi": "3.0.3"', b'{"openapi": "3.0.3"}', {"openapi": "3", "info": {}}]
)
def test_names_a_document_it_cannot_list(pack: Pack, document: Any) -> None:
    with (
        pytest.raises(SnapshotError, match="a.com is not an OpenAPI document"),
        Replica(pack({"a.com": document}), ApisGuru),
    ):
        pass


def test_finds_info_wherever_it_stands(pack: Pack, documents: Documents) -> None:
    swagger = b' {"paths" : {"/a,}": {"info": 1}} ,\n"info":\t{"version":"1"}, "swagger": "2.0"} '
    with Replica(pack({"a.com": swagger}), ApisGuru) as replica:
        facts = json.loads(get(f"{replica.url}/v2/list.json")[2])["a.com"]["versions"]["1"]
        assert (facts["openapiVer"], facts["info"]) == ("2.0", {"version": "1"})


def test_a_fault_takes_the_place_of_an_answer(pack: Pack, documents: Documents) -> None:
    def fault(call: Call, answer: Answer) -> Answer:
        return Answer(b"busy", status=429, headers={"Retry-After": "7"}) if call.path.endswith("list.json") else answer

    with Replica(pack(documents), ApisGuru, fault=fault) as replica:
        status, headers, body = get(f"{replica.url}/v2/list.json")
        assert (status, headers["Retry-After"], body) == (429, "7", b"busy")
        assert get(f"{replica.url}/robots.txt")[0] == 200


def test_a_truncated_body_ends_the_connection(pack: Pack, documents: Documents) -> None:
    short = Answer(b"{", headers={"Content-Length": "9"})
    with (
        Replica(pack(documents), ApisGuru, fault=lambda *_: short) as replica,
        pytest.raises(http.client.IncompleteRead),
    ):
        get(f"{replica.url}/v2/list.json")
