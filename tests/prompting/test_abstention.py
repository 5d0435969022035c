"""Prompts to which no call is right, and what is right instead."""

import json

import pytest

from apipack.instructions.wordings import instructed
from apipack.operations.parsing import parse_spec
from apipack.prompting.abstention import unanswerable
from apipack.prompting.no_call import abstained
from apipack.retrieval.documented import ABSENT, MISSING, OTHER_API
from tests.parameters import PARAMS
from tests.small_apis import document

SPOKEN = PARAMS.instruct.model_copy(update={"values": "spoken", "variants": 30})
SPEC = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "harbour")
PARSED = parse_spec(SPEC, json.dumps(document("harbour")).encode(), optional=False, max_bytes=10**6).rows
ROWS = [row | said for row, said in zip(PARSED, instructed(PARSED, SPOKEN, 0), strict=True)]


def test_an_instruction_without_a_required_value_says_all_others() -> None:
    getting = [row for row in ROWS if row["method"] == "GET"]
    for row in getting:
        text, right = unanswerable(row, MISSING, row["instruction"], row["values"], 0, 0, 24) or ("", "")
        ((_, _, value, _),) = json.loads(row["values"])
        assert right == "ask: id" and str(value) in row["instruction"] and str(value) not in text
        assert text.rstrip("?.") and "Harbour" in text
    creating = next(row for row in ROWS if row["method"] == "POST")
    text, right = unanswerable(creating, MISSING, creating["instruction"], creating["values"], 0, 0, 24) or ("", "")
    (_, _, name, _), (_, _, length, _) = json.loads(creating["values"])
    assert right == "ask: name" and name not in text and str(length) in text  # the length is optional


def test_other_documentation_leaves_the_instruction_as_it_is() -> None:
    for kind in (ABSENT, OTHER_API):
        assert unanswerable(ROWS[0], kind, "Get a crane", None, 0, 0, 24) == ("Get a crane", "no_call")


@pytest.mark.parametrize(
    ("output", "form"),
    [
        ("no_call", "no_call"),
        (" no_call\n**instruction**", "no_call"),
        ("`ask: id`", "ask: id"),
        ("**api_call**: ask: pet id", "ask: pet id"),
        ("no_call.", "no_call"),
        ("**no_call**", "no_call"),
        ("```\nno_call\n```", "no_call"),
        ("ask: 'id'.", "ask: id"),
        ("ask: filter[id]", "ask: filter[id]"),
        ("ask: ", None),
        ("no_call of this API", None),
        ("curl --url 'https://h.example/no_call'", None),
        ("", None),
    ],
)
def test_only_the_fixed_forms_abstain(output: str, form: str | None) -> None:
    assert abstained(output) == form
