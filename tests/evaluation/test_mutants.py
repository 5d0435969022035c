"""Right calls have every metric, wrong ones no request match; benchmarks/mutants.py asks this of the whole corpus."""

import json

import pytest

from apipack.evaluation.verdicts import Apis
from apipack.languages import Unrepresentable, render
from apipack.operations.parsing import parse_spec
from apipack.records import LANGUAGES, Request
from benchmarks.mutants import METRICS, Row, verdicts, wrong
from tests.specs import ID, STRING, json_body, openapi, parameter, record

SPEC = openapi(
    {
        "/pets/{id}": {
            "put": {
                "summary": "Update a pet",
                "parameters": [ID, parameter("verbose", "query", {"type": "boolean"}), parameter("X-Tenant", "header")],
                "requestBody": json_body(record({"name": STRING}, "name")),
                "responses": {"200": {"description": "ok"}},
            }
        }
    },
    "https://api.pets.test/v2",
)
KINDS = {"method", "host", "version", "dropped_query", "renamed_query", "dropped_header", "renamed_header", "body_key"}


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> tuple[Row, Apis]:
    body = json.dumps(SPEC).encode()
    file = tmp_path_factory.mktemp("specs") / "pets.json"
    file.write_bytes(body)
    spec = {"hub": "h", "provider": "pets.test", "api": "pets.test", "version": "1.0", "source_url": "", "sha256": "s"}
    (row,) = parse_spec(spec | {"file": file.name}, body, optional=False, max_bytes=10**6).rows
    return row, Apis([row], {"s": file})


@pytest.mark.parametrize("language", LANGUAGES)
def test_gold_has_every_metric_and_no_mutant_the_request(pets: tuple[Row, Apis], language: str) -> None:
    row, apis = pets
    gold = Request.from_json(row["request"])
    reference = render(language, gold)
    assert verdicts(language, reference, reference, row, apis) == dict.fromkeys(METRICS, True)
    seen = set()
    for kind, request in wrong(gold, json.loads(row["arguments"]), row["template"]):
        try:
            found = verdicts(language, render(language, request), reference, row, apis)
        except Unrepresentable:
            continue
        seen.add(kind)
        assert not found["request_match"] and not found["valid"], kind
    assert seen == KINDS
