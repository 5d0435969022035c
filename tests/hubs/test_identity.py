import json
from typing import Any

import pytest

from apipack.hubs.identity import Candidate, identify, told_apart
from apipack.openapi.loading import SpecError
from tests.specs import openapi


def found(name: str = "pets.json", provider: str | None = None, body: Any = None, **more: Any) -> Candidate:
    document = openapi({}, **more) if body is None else body
    return Candidate(name, "petstore", f"specs/{name}", json.dumps(document).encode(), provider, "")


@pytest.mark.parametrize(
    ("server", "provider"),
    [
        ("https://api.acme.com/v1", "acme.com"),
        ("https://api.acme.co.uk:8443", "acme.co.uk"),
        ("http://billing.internal/", "billing.internal"),
        ("https://{region}.acme.com", "acme.com"),
        ("/v1", "pets.local"),
        (None, "pets.local"),
        ("https://[broken", "pets.local"),
    ],
)
def test_the_provider_is_the_registered_domain_of_the_server(server: Any, provider: str) -> None:
    assert identify(found(server=server)).provider == provider


def test_a_server_s_variables_have_their_defaults() -> None:
    servers = [{"url": "https://{host}/v1", "variables": {"host": {"default": "eu.acme.com"}}}]
    assert identify(found(servers=servers)).provider == "acme.com"


def test_what_the_user_says_wins() -> None:
    assert identify(found(provider="acme.com", server="https://other.example"))[:2] == ("acme.com", "acme.com:pets")


@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("billing/v2.yaml", "a.com:billing/v2"),
        ("billing/openapi.yml", "a.com:billing"),
        ("swagger.json", "a.com:petstore"),
        ("api.github.com.json", "a.com:api.github.com"),
    ],
)
def test_an_api_is_called_like_its_file_unless_that_says_nothing(name: str, api: str) -> None:
    assert identify(found(name, provider="a.com")).api == api


def test_versions_are_texts() -> None:
    assert identify(found(version="2.1")).version == "2.1"
    assert identify(found(body={"openapi": "3.0.0", "info": {"version": 2}, "paths": {}})).version == "2"
    assert identify(found(body={"openapi": "3.0.0", "info": ["x"], "paths": {}})).version == ""


def test_what_is_no_specification_has_a_reason() -> None:
    with pytest.raises(SpecError) as caught:
        identify(found(body={"name": "package"}))
    assert caught.value.reason == "no_version"


def at(name: str, *around: str) -> Candidate:
    return Candidate(name, around[-1], name, b"", None, "", around=around)


@pytest.mark.parametrize(
    ("files", "apis"),
    [
        ([at("x.yaml", "a", "specs"), at("x.yaml", "b", "specs")], ["h:a/specs/x", "h:b/specs/x"]),
        ([at("users.yaml", "specs"), at("users/openapi.yaml", "specs")], ["h:users", "h:users/openapi"]),
        ([at("x.yaml", "specs"), at("x.json", "specs")], ["h:x.yaml", "h:x.json"]),
        ([at("x.yaml", "a"), at("x.yaml", "b"), at("x.json", "b")], ["h:a/x.yaml", "h:b/x.yaml", "h:b/x.json"]),
        ([at("x.yaml", "c", "a"), at("x.yaml", "c", "d", "b")], ["h:a/x", "h:b/x"]),
        ([at("x.yaml", "a", "taken"), at("x.yaml", "a", "b")], ["h:a/taken/x", "h:a/b/x"]),
    ],
)
def test_documents_of_one_name_are_told_apart_by_the_shortest_way(files: list[Candidate], apis: list[str]) -> None:
    assert told_apart(files, "h", {"h:taken/x", "h:taken/x.yaml"}) == apis
