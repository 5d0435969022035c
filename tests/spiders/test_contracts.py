"""APIs.guru's and SwaggerHub's own documents, which the snapshot has, judge what spiders and replicas say to each
other: every request of the spider, and every answer to it, on real entries."""

from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from pathlib import Path
from urllib.request import Request, urlopen

import orjson
import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from apipack.hubs.replica import HUBS, Answer, Call, Replica
from apipack.hubs.snapshot import specs
from spiders.outcome import failure
from tests.fixtures import Collect, Pack

CONTRACTS = {
    "apis_guru": ("apis.guru", "https://api.apis.guru"),
    "swaggerhub": ("swaggerhub.com", "https://api.swaggerhub.com"),
}


@pytest.fixture(scope="module")
def snapshot(tarball: Path) -> dict[str, bytes]:
    """The two hubs' documents and every 50th of the small ones."""
    wanted = {api for api, _ in CONTRACTS.values()}
    listed = enumerate(specs(tarball))
    return {api: body for number, (api, body) in listed if api in wanted or (number % 50 == 0 and len(body) < 50_000)}


class Exchanges:
    """Hears what goes over the wire, as a fault that changes nothing."""

    def __init__(self) -> None:
        self.heard: list[tuple[Call, Answer]] = []

    def __call__(self, call: Call, answer: Answer) -> Answer:
        self.heard.append((call, replace(answer, body=answer.read())))
        return answer

    def judge(self, contract: OpenAPI, host: str, described: Callable[[str], bool]) -> int:
        """Exchanges that the contract describes and allows; raises on one that it does not allow."""
        calls = [(call, answer) for call, answer in self.heard if described(call.path)]
        for call, answer in calls:
            request = MockRequest(host, call.method.lower(), "/".join(["", *call.parts]), args=call.arguments)
            media_type = answer.media_type.split(";")[0]
            response = MockResponse(answer.read(), answer.status, answer.headers, media_type)
            contract.validate_request(request)
            contract.validate_response(request, response)
        return len(calls)


@pytest.fixture
def exchange(
    snapshot: dict[str, bytes], pack: Pack, collect: Collect, tmp_path: Path
) -> Callable[..., tuple[Exchanges, int]]:
    """exchange(hub, *paths): what the spider and these requests said and heard, and how many documents came."""

    def _exchange(hub: str, *paths: str) -> tuple[Exchanges, int]:
        exchanges = Exchanges()
        tarball = pack({api.replace(":", "/", 1): body for api, body in snapshot.items()})
        with Replica(tarball, HUBS[hub], exchanges) as replica:
            rows, stats = collect(hub, tmp_path / hub, replica.url)
            for path in paths:
                urlopen(Request(replica.url + path, headers={"Accept": "application/yaml"})).close()
        assert failure(stats) is None
        return exchanges, len(rows)

    return _exchange


def contract(hub: str, snapshot: dict[str, bytes]) -> OpenAPI:
    """Taken as it is: SwaggerHub's has a default of the wrong type, in an operation that is not ours."""
    config = Config(spec_validator_cls=None, extra_media_type_deserializers={"application/yaml": yaml.safe_load})
    return OpenAPI.from_dict(orjson.loads(snapshot[CONTRACTS[hub][0]]), config=config)


def test_apis_guru(snapshot: dict[str, bytes], exchange: Callable[..., tuple[Exchanges, int]]) -> None:
    names = "list", "providers", "swaggerhub.com", "apis.guru/services", "specs/apis.guru/2.2.0"
    paths = [f"/v2/{name}.json" for name in names]
    exchanges, documents = exchange("apis_guru", *paths)
    judged = exchanges.judge(contract("apis_guru", snapshot), CONTRACTS["apis_guru"][1], paths.__contains__)
    assert judged == 1 + len(paths) and documents == len(snapshot) > 20


def test_swaggerhub(snapshot: dict[str, bytes], exchange: Callable[..., tuple[Exchanges, int]]) -> None:
    own = "/apis/swaggerhub.com/swaggerhub.com"
    paths = "/apis?limit=5", "/apis/apis.guru?page=0", f"{own}/1.0.66", f"{own}/1.0.66/swagger.yaml"
    exchanges, documents = exchange("swaggerhub", *paths)
    hub, host = contract("swaggerhub", snapshot), CONTRACTS["swaggerhub"][1]
    judged = exchanges.judge(hub, host, lambda path: path != "/robots.txt")
    assert judged == documents + 1 + len(paths) + 1 and documents == len(snapshot)  # /apis redirects to a second list


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v2/list.json", b"{}"), ("/v2/list.json", b'{"a.com": {"added": "1985"}}'), ("/v2/unknown", b"{}")],
)
def test_the_judge_says_no(snapshot: dict[str, bytes], path: str, body: bytes) -> None:
    exchanges = Exchanges()
    exchanges(Call("GET", path, "", Message()), Answer(body))
    with pytest.raises(OpenAPIError):
        exchanges.judge(contract("apis_guru", snapshot), CONTRACTS["apis_guru"][1], lambda path: True)
