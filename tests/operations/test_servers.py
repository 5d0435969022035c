"""Server objects: variables, and addresses relative to the document's own (RFC 3986, 5)."""

from typing import Any

import pytest

from tests.operations.small import document, one, requests


@pytest.mark.parametrize(
    ("server", "url"),
    [
        (
            {"url": "https://d{r}.example{b}", "variables": {"r": {"default": ""}, "b": {"default": ""}}},
            "https://d.example/a",
        ),
        ({"url": "{url}", "variables": {"url": {"default": ""}}}, "https://h.example/a"),
        ({"url": "https://d.example:{port}", "variables": {"port": {"default": 8443}}}, "https://d.example:8443/a"),
        ({"url": "./api/v1"}, "https://h.example/api/v1/a"),
        ({"url": "../v2/"}, "https://h.example/v2/a"),
        ({"url": "https://d.example/x/../v2"}, "https://d.example/v2/a"),
        ({"url": "//d.example/v1"}, "https://d.example/v1/a"),
        ({"url": "."}, "https://h.example/a"),
    ],
)
def test_servers(server: dict[str, Any], url: str) -> None:
    assert one({}, servers=[server]).url == url


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("./v1", "http://d.example:8080/specs/v1/a"),
        ("../v2", "http://d.example:8080/v2/a"),
        ("/v3", "http://d.example:8080/v3/a"),
        ("https://o.example", "https://o.example/a"),
    ],
)
def test_relative_servers_of_a_document_whose_address_is_known(server: str, url: str) -> None:
    doc = document(paths={"/a": {"get": {}}}, servers=[{"url": server}])
    assert requests(doc, "http://d.example:8080/specs/openapi.yaml")[0].url == url
