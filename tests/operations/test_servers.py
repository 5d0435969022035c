"""Server objects: variables, and addresses relative to the document's own (RFC 3986, 5)."""

from typing import Any

import pytest

from apipack.openapi.loading import SpecError
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
        ("//o.example/v4", "http://o.example/v4/a"),
    ],
)
def test_relative_servers_of_a_document_whose_address_is_known(server: str, url: str) -> None:
    doc = document(paths={"/a": {"get": {}}}, servers=[{"url": server}])
    assert requests(doc, "http://d.example:8080/specs/openapi.yaml")[0].url == url


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://d.example:{port}/v1", "bad_host: https://d.example:{port}/v1 has no variable port"),
        ("{scheme}://d.example", "server_not_http: {scheme}://d.example has no variable scheme"),
        ("https://d.example:0", "bad_host: d.example:0"),
        ("https://d.example:65536", "bad_host: https://d.example:65536"),
        ("https://d..example", "bad_host: d..example"),
        ("https://-d.example", "bad_host: -d.example"),
        (f"https://{'d' * 64}.example", f"bad_host: {'d' * 60}"),
        (f"https://{'d.' * 130}example", f"bad_host: {'d.' * 30}"),
        ("https://[::g]", "bad_host: https://[::g]"),
        ("https:///v1", "bad_host"),
        ("///v1", "bad_host"),
        ("https://[1:2]", "bad_host: https://[1:2]"),
        ("https://d.example\\@e.example", "bad_host: https://d.example\\@e.example"),
        ("https://d example", "bad_host: d example"),
    ],
)
def test_a_server_that_clients_do_not_take_is_told(url: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        one({}, servers=[{"url": url}])
    assert str(caught.value) == told


def test_variables_make_no_address_of_a_gigabyte() -> None:
    server = {"url": "https://d.example/" + "{v}" * 10_000, "variables": {"v": {"default": "x" * 100_000}}}
    with pytest.raises(SpecError, match="url_too_long: variables of the server https://d.example"):
        one({}, servers=[server])


@pytest.mark.parametrize(
    ("url", "host"),
    [("http://[2001:DB8::1]:8080", "[2001:db8::1]:8080"), ("https://a_b.example.:8443", "a_b.example.:8443")],
)
def test_hosts(url: str, host: str) -> None:
    assert one({}, servers=[{"url": url}]).url == f"{url.partition(':')[0]}://{host}/a"
