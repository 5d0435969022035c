from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from apipack.hubs.replica import RapidApi, Replica
from tests.fixtures import Ask, Documents, Pack, Reply
from tests.specs import ID, STRING, json_body, openapi, record

PET = record({"name": STRING, "tags": {"type": "array"}}, "name")
PETS = openapi(
    {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "put": {
                "summary": "Change a pet",
                "parameters": [{"name": "X-Trace", "in": "header", "schema": STRING}],
                "requestBody": json_body({"$ref": "#/components/schemas/Pet"}),
            },
            "get": {"parameters": [{"name": "full", "in": "query", "schema": {"type": "boolean"}}]},
        }
    },
    components={"parameters": {"id": ID}, "schemas": {"Pet": PET}},
)


Query = Callable[..., Reply]


@pytest.fixture
def query(pack: Pack, documents: Documents, ask: Ask) -> Iterator[Query]:
    """query(operationName, **variables), with a token and a cookie that the gateway gave."""
    with Replica(pack(documents | {"pets.example": PETS}), partial(RapidApi, window=5)) as replica:
        given = ask(f"{replica.url}/gateway/csrf")
        session = {"csrf_token": given.json()["csrfToken"], "Cookie": given.headers["Set-Cookie"].split(";")[0]}

        def _query(operation: str, session: dict[str, str] = session, **variables: Any) -> Reply:
            body = {"operationName": operation, "variables": variables, "query": "query"}
            return ask(f"{replica.url}/gateway/graphql", "POST", body, **session)

        yield _query


def search(query: Query, term: str = "", after: str = "", first: int = 100) -> Any:
    where, page = {"term": term}, {"first": first, "after": after}
    return query("searchApis", searchApiWhereInput=where, paginationInput=page).json()


def test_a_search_pages_by_cursor_up_to_the_window(query: Query) -> None:
    first = search(query, first=3)["data"]["products"]
    assert (len(first["nodes"]), first["pageInfo"], first["total"]) == (3, {"endCursor": "3", "hasNextPage": True}, 13)
    second = search(query, first=3, after="3")["data"]["products"]
    assert (len(second["nodes"]), second["pageInfo"]["hasNextPage"], second["total"]) == (2, False, 13)
    assert search(query, term="PETS")["data"]["products"]["total"] == 1


def test_from_a_hit_to_its_endpoints(query: Query) -> None:
    (hit,) = search(query, "pets")["data"]["products"]["nodes"]
    names = {"apiSlug": hit["slugifiedName"], "apiOwnerSlug": hit["User"]["username"]}
    api = query("getApiBySlugAndOwner", **names).json()["data"]["apiBySlugifiedNameAndOwnerName"]
    version = query("getApiVersion", apiVersionId=api["version"]["id"]).json()["data"]["apiVersion"]
    assert (version["spec"], version["publicdns"][0]["address"]) == (None, "pets-example.p.rapidapi.com")
    put = next(one for one in version["endpoints"] if one["method"] == "PUT")
    shown = [
        (one["name"], one["paramType"], one["condition"], one["querystring"]) for one in put["params"]["parameters"]
    ]
    assert shown == [
        ("id", "NUMBER", "REQUIRED", False),
        ("name", "STRING", "REQUIRED", False),
        ("tags", "ARRAY", "OPTIONAL", False),
    ]
    assert (put["name"], put["route"], len(version["endpoints"])) == ("Change a pet", "/pets/{id}", 2)


def test_a_token_without_its_cookie_is_stale(query: Query) -> None:
    assert query("searchApis", session={}).status == 419
    assert query("searchApis", session={"csrf_token": "made up", "Cookie": "_csrf=made up"}).status == 419


@pytest.mark.parametrize("variables", [{}, {"searchApiWhereInput": {}, "paginationInput": {"first": 101}}])
def test_what_it_cannot_answer_is_an_error_within_a_success(query: Query, variables: dict[str, Any]) -> None:
    reply = query("searchApis", **variables)
    assert (reply.status, reply.json()["data"]) == (200, None) and reply.json()["errors"]
    assert query("dropTables").json()["errors"]
