"""Right calls have every metric, wrong ones no request match; benchmarks/mutants.py asks this of the whole corpus."""

import json

import pytest

from apipack.evaluation.apis import Apis
from apipack.evaluation.verdicts import judge
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.operations.parsing import parse_spec
from apipack.records import LANGUAGES, Request
from benchmarks.mutants import METRICS, Row, reference_of, wrong
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
    reference = reference_of(row, render(language, gold))
    right = judge(Reading.of(language, reference.call), reference, apis)
    assert right.valid and all(getattr(right, name) for name in METRICS)
    seen = set()
    for kind, request in wrong(gold, json.loads(row["arguments"]), row["template"]):
        try:
            verdict = judge(Reading.of(language, render(language, request)), reference, apis)
        except Unrepresentable:
            continue
        seen.add(kind)
        assert not verdict.request_match and not verdict.passed, kind
    assert seen == KINDS
