from typing import Any

import pytest

from apipack.instructions.rules import reasons, reject

ROW = {
    "api_name": "Pet Store API",
    "functionality": "Get a pet",
    "description": "Returns one pet.",
    "endpoint": "get_pet_by_id",
    "path": "/pets/{id}",
}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("How can I get one pet with the Pet Store API?", None),
        ("I'd like to get a pet from the Pet Store. Could you help me with that?", None),
        ("To get a pet I want to use the Pet Store API; how?", None),
        ("Get the pet and/or its owner with the Pet Store API.", None),
        (" ", "empty"),
        ("Here's what a user may type: how do I get a pet with the Pet Store API?", "preamble"),
        ("To get a pet with the Pet Store API, you can use this.", "preamble"),
        ("Well, one sample request for the Pet Store API: get a pet", "preamble"),
        ("Sure! How do I get a pet with the Pet Store API?", "preamble"),
        ("User: How do I get a pet with the Pet Store API?", "role_label"),
        ("How do I get a pet with the Pet Store API?\n1. Send a request.", "answer"),
        ('Get a pet with the Pet Store API: {"id": 1}', "answer"),
        ("Get a pet with the Pet Store API.\n\nOr get two.", "several_texts"),
        ("Call get_pet_by_id of the Pet Store API.", "leaks_endpoint"),
        ("Call get\\_pet\\_by\\_id of the Pet Store API.", "leaks_endpoint"),
        ("Get a pet from /pets/{id} with the Pet Store API.", "leaks_path"),
        ("Send GET /pets to the Pet Store API.", "leaks_path"),
        ("Get the pet [Pet Name] with the Pet Store API.", "placeholder"),
        ("Help me write a query to get a pet with the Pet Store API.", "talks_about_a_query"),
        ("How can I get one cat?", "no_api_name"),
        ("Get a pet " * 40 + "with the Pet Store API.", "too_long"),
    ],
)
def test_reasons_to_reject(text: str, reason: str | None) -> None:
    assert reject(ROW, text) == reason


@pytest.mark.parametrize(
    ("more", "text", "reason"),
    [
        ({"endpoint": "pets"}, "Get the pets of the Pet Store API.", None),  # a word that anyone would say
        ({"functionality": "Query pets"}, "Query the pets with the Pet Store API: which query?", None),
        ({"functionality": "Query alias details"}, "Get a query alias with the Pet Store API.", "misreads_the_verb"),
        ({"functionality": "Query alias details"}, "Get alias details by the Pet Store API.", None),
        ({"api_name": "API v2"}, "How can I get one pet?", None),  # a name that tells nothing
    ],
)
def test_what_depends_on_the_operation(more: dict[str, Any], text: str, reason: str | None) -> None:
    assert reject({**ROW, **more}, text) == reason


def test_soft_rules_are_evidence_and_no_reason_to_reject() -> None:
    row = {**ROW, "candidate": "How do I get a `pet` with the Pet Store API? And why?"}
    assert reasons(row) == ["code_marks", "several_questions"] and reject(row, row["candidate"]) is None
