"""The documents that the npm package `@readme/oas-examples` has for tests of tools, fetched with the user's npm."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from apipack.hubs.archives import documents
from apipack.hubs.packages import fetched
from apipack.hubs.params import Package
from apipack.languages.codec import Unrepresentable, read, render
from apipack.openapi.conformance import violations
from apipack.openapi.document import Document
from apipack.openapi.loading import load
from apipack.openapi.paths import RawOperation
from apipack.operations.requests import build
from apipack.records import LANGUAGES, Request

PACKAGE = Package.model_validate(
    {
        "registry": "npm",
        "name": "@readme/oas-examples",
        "version": "8.2.2",
        "hash": "sha512-uytlvlylq3zpemG0h1R7ijlMBCajqXU0VpMI1Iw+j92s77Y/oT6pBf3BZN0lYl0WIGTh7POM4Jdu7L14eCzwXQ==",
        "members": ["*/json/*.json", "*/yaml/*.yaml"],
        "licence": "MIT",
    }
)
NO_VALUE_FITS = {  # alternatives that each admit what another does, an object inside itself, types at odds
    "circular-request-bodies",
    "discriminators",
    "polymorphism",
    "schema-enums",
    "schema-types",
    "schema-validation-local",
    "schema-validation-top-level",
}
ORDERED_OTHERWISE = {"3.1/json/parameters-style.json"}
WEBHOOKS = {"3.1/json/webhooks.json"}

Examples = dict[str, bytes]


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    tarball = fetched(PACKAGE, tmp_path_factory.mktemp("packages"))
    return dict(documents(tarball, PACKAGE.members, Counter()))


def requests(body: bytes) -> Iterator[tuple[Document, RawOperation, Request]]:
    """Of every operation; one that is lost or refused is an error."""
    document = Document(load(body))
    for raw in document.operations():
        yield document, raw, build(document, raw, "h.example").request
    assert document.lost == []


def as_json(examples: Examples) -> Iterator[tuple[str, bytes]]:
    yield from ((name, body) for name, body in examples.items() if name.endswith(".json") and name not in WEBHOOKS)


@pytest.mark.slow
def test_every_operation_has_a_call_that_reads_back_in_every_language(examples: Examples) -> None:
    left_out = 0
    for _, body in as_json(examples):
        for _, _, request in requests(body):
            for language in LANGUAGES:
                try:
                    assert read(language, render(language, request)) == request
                except Unrepresentable:
                    left_out += 1
    assert len(examples) == 129 and left_out == 2  # a browser sends no header Cookie


@pytest.mark.slow
def test_requests_keep_the_rules_where_a_value_can(examples: Examples) -> None:
    broken = {
        Path(name).stem
        for name, body in as_json(examples)
        for document, raw, request in requests(body)
        if violations(document, raw, request)
    }
    assert broken == NO_VALUE_FITS


@pytest.mark.slow
def test_yaml_is_read_as_json_is(examples: Examples) -> None:
    twins = {name: name.replace("/json/", "/yaml/").replace(".json", ".yaml") for name, _ in as_json(examples)}
    both = {name: twin for name, twin in twins.items() if twin in examples and name not in ORDERED_OTHERWISE}
    assert len(both) == 57
    for name, twin in both.items():
        in_json, in_yaml = requests(examples[name]), requests(examples[twin])
        assert [request for *_, request in in_json] == [request for *_, request in in_yaml], name
