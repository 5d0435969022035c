"""A document is derived from a client's code as it is written; the code is never run."""

import json
from textwrap import dedent
from typing import Any

import pytest

from apipack.hubs.sdk_code import derive
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.operations.requests import build
from apipack.records import Request

CODE = '''
    raise SystemExit("imported")

    class PetShopV1(BaseService):
        """The pet shop. Sells pets."""

        DEFAULT_SERVICE_URL = 'https://pets.cloud.example/v1'

        def list_pets(self, owner: str, *, kinds: List[str] = None, limit: int, **kwargs) -> DetailedResponse:
            """
            List pets.

            All of them, by
            owner.

            :param str owner: Whose pets
                   these are.
            :param List[str] kinds: (optional) Their kinds.
            """
            headers = {'X-Trace': owner}
            params = {'owner': owner, 'kinds': convert_list(kinds), '_limit': limit}
            url = '/pets'
            request = self.prepare_request(method='GET', url=url, headers=headers, params=params)
            return self.send(request)

        def add_pet(self, shop_id: str, pet: 'Pet', *, notes: Optional[List[str]] = None) -> DetailedResponse:
            data = {'animal': pet, 'notes': notes}
            data = {k: v for (k, v) in data.items() if v is not None}
            data = json.dumps(data)
            headers['content-type'] = 'application/json'
            path_param_keys = ['shop-id']
            path_param_values = self.encode_path_vars(shop_id)
            url = '/shops/{shop-id}/pets'.format(**dict(zip(path_param_keys, path_param_values)))
            request = self.prepare_request(method='POST', url=url, headers=headers, data=data)

        def set_all(self, pets: List['Pet']) -> DetailedResponse:
            data = json.dumps(pets)
            url = '/pets'
            request = self.prepare_request(method='PUT', url=url, headers=headers, data=data)

        def upload(self, file: BinaryIO) -> DetailedResponse:
            url = '/pets/picture'
            request = self.prepare_request(method='POST', url=url, files=form_data)

        def elsewhere(self, url: str) -> DetailedResponse:
            request = self.prepare_request(method='GET', url=url)

    class Pet:
        def __init__(self, name: str, *, born: datetime = None, mother: 'Pet' = None) -> None:
            self.name = name

        @classmethod
        def from_dict(cls, _dict: Dict) -> 'Pet':
            args = {}
            if 'petName' in _dict:
                args['name'] = _dict.get('petName')
            if 'born' in _dict:
                args['born'] = string_to_datetime(_dict.get('born'))
            return cls(**args)
'''


def derived(code: str = CODE) -> dict[str, Any]:
    return derive(dedent(code).encode(), "1.2")


def requests() -> dict[str, Request]:
    document = Document(load(json.dumps(derived()).encode()))
    raws = list(document.operations())
    return {raw.operation["operationId"]: build(document, raw, "pets.cloud.example").request for raw in raws}


def test_each_method_becomes_the_request_that_it_sends() -> None:
    found = requests()
    assert list(found) == ["list_pets", "set_all", "add_pet"], "files and foreign addresses are left out"
    assert found["list_pets"].url == ("https://pets.cloud.example/v1/pets?owner=SOME_STRING_VALUE&_limit=1"), (
        "what is optional is not sent"
    )
    assert (
        found["list_pets"].header("X-Trace")
        and found["list_pets"].header(
            "Authorization",
        )
        is not None
    )
    assert found["add_pet"].parts.path == "/v1/shops/SOME_STRING_VALUE/pets"
    assert json.loads(found["add_pet"].body or "")["animal"] == {"petName": "SOME_STRING_VALUE"}
    assert json.loads(found["set_all"].body or "") == [{"petName": "SOME_STRING_VALUE"}]


def test_texts_and_types_are_those_of_the_code() -> None:
    document = derived()
    assert document["info"] == {
        "title": "Pet Shop",
        "version": "1.2",
        "description": "The pet shop. Sells pets.",
        "x-derived": True,
    }
    operation = document["paths"]["/pets"]["get"]
    assert (operation["summary"], operation["description"]) == ("List pets", "All of them, by\nowner.")
    kinds = next(one for one in operation["parameters"] if one["name"] == "kinds")
    assert kinds["schema"] == {"type": "array", "items": {"type": "string"}} and kinds["explode"] is False
    owner = next(one for one in operation["parameters"] if one["name"] == "owner")
    assert owner["description"] == "Whose pets these are." and owner["required"]
    assert document["components"]["schemas"]["Pet"] == {
        "type": "object",
        "properties": {"petName": {"type": "string"}, "born": {"type": "string", "format": "date-time"}},
        "required": ["petName"],
    }


@pytest.mark.parametrize(
    "code",
    ["def broken(:", "x = 1", "class A:\n    DEFAULT_SERVICE_URL = None", "\0", "(" * 10_000, "a" + ".a" * 20_000],
)
def test_other_code_is_one_reason(code: str) -> None:
    with pytest.raises(SpecError) as caught:
        derived(code)
    assert caught.value.reason == "no_service"
