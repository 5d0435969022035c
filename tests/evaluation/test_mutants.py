"""Right calls have every metric, wrong ones no request match; benchmarks/mutants.py asks this of the whole corpus."""

import json

import pytest

from apipack.evaluation.apis import Apis
from apipack.evaluation.differing import differing
from apipack.evaluation.verdicts import judge
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.operations.parsing import parse_spec
from apipack.records import LANGUAGES, Request
from benchmarks.mutants import METRICS, Row, reference_of, wrong
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record

LINE = record({"n": INTEGER}, "n")
XML = record({"id": INTEGER | {"xml": {"attribute": True}}, "t": STRING}, "id", "t", xml={"name": "r"})
PARTS = record({"meta": LINE, "n": INTEGER, "file": STRING | {"format": "binary"}}, "meta", "n", "file")
SPEC = openapi(
    {
        "/pets/{id}": {
            "put": {
                "summary": "Update a pet",
                "parameters": [ID, parameter("verbose", "query", {"type": "boolean"}), parameter("X-Tenant", "header")],
                "requestBody": json_body(record({"name": STRING}, "name")),
                "responses": {"200": {"description": "ok"}},
            }
        },
        "/xml": {"post": {"requestBody": {"required": True, "content": {"application/xml": {"schema": XML}}}}},
        "/parts": {"post": {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": PARTS}}}}},
        "/lines": {"post": {"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": LINE}}}}},
    },
    "https://api.pets.test/v2",
)
EVERYWHERE = {"method", "host", "version"}
KINDS = {
    "/pets/{id}": {
        *("dropped_query", "renamed_query", "dropped_header", "renamed_header"),
        *("body_key", "body_garbage"),
    },
    "/xml": {
        *("xml_attribute_dropped", "xml_attribute_renamed", "xml_attribute_added", "xml_namespace", "xml_encoding"),
        *("xml_element_renamed", "xml_element_dropped", "xml_element_nested", "xml_cut"),
    },
    "/parts": {"part_renamed", "part_untyped", "part_no_file", "part_a_file", "part_no_json"},
    "/lines": {"body_key", "body_garbage"},
}


@pytest.fixture(scope="module")
def pets(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Row], Apis]:
    body = json.dumps(SPEC).encode()
    file = tmp_path_factory.mktemp("specs") / "pets.json"
    file.write_bytes(body)
    spec = {"hub": "h", "provider": "pets.test", "api": "pets.test", "version": "1.0", "source_url": "", "sha256": "s"}
    rows = parse_spec(spec | {"file": file.name}, body, optional=False, max_bytes=10**6).rows
    return {row["path"]: row for row in rows}, Apis(rows, {"s": file})


@pytest.mark.parametrize("path", KINDS)
def test_every_mutant_differs_in_words_and_gold_does_not(pets: tuple[dict[str, Row], Apis], path: str) -> None:
    row = pets[0][path]
    gold, arguments = Request.from_json(row["request"]), json.loads(row["arguments"])
    assert differing(gold, gold, row["template"], arguments) == []
    for kind, request in wrong(gold, arguments, row["template"]):
        assert differing(request, gold, row["template"], arguments), kind


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", KINDS)
def test_gold_has_every_metric_and_no_mutant_the_request(
    pets: tuple[dict[str, Row], Apis], path: str, language: str
) -> None:
    rows, apis = pets
    row = rows[path]
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
    assert seen == EVERYWHERE | KINDS[path]
