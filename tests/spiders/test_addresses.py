import pytest
from scrapy.http import HtmlResponse

from spiders.addresses import catalogued, linked, names_document, registered


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://hub.example/apis/owner/api/1.0", ("owner", "api", "1.0")),
        ("https://hub.example/v1/apis/an%20owner/a%2Fb/v2%20%28beta%29/swagger.yaml", ("an owner", "a/b", "v2 (beta)")),
        ("https://hub.example/apis/owner", ("owner", "", "")),
    ],
)
def test_registered(url: str, known: tuple[str, ...]) -> None:
    assert registered(url) == known


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://hub.example/apis/catalog/acme--pets/openapi.json", ("acme", "acme--pets")),
        ("https://hub.example/apis/catalog/pets/openapi.json", ("hub.example", "/apis/catalog/pets/openapi.json")),
        ("https://elsewhere.example/pets.yaml", ("elsewhere.example", "/pets.yaml")),
    ],
)
def test_catalogued(url: str, known: tuple[str, ...]) -> None:
    assert catalogued(url) == known


def test_links_below_a_prefix_and_which_of_them_name_a_document() -> None:
    body = b'<a href="/apis/a.json?v=1">1</a><a href="/apis/b">2</a><a href="/docs/c.json">3</a><a href="/apis/b">4</a>'
    page = HtmlResponse("https://hub.example/apis/", body=body)
    links = linked(page, "https://hub.example/apis/")
    assert links == ["https://hub.example/apis/a.json?v=1", "https://hub.example/apis/b"]
    assert [names_document(link) for link in links] == [True, False]
