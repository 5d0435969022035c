"""Instructions that say their values: every one, once, in words; and what tells operations apart."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apipack.instructions.distinguishing import Asked, ambiguous, hints
from apipack.instructions.rules import reject
from apipack.instructions.saying import says, written
from apipack.instructions.spoken import label, labels, spoken
from apipack.operations.filling import Said

ROW: dict[str, Any] = {
    "id": "x",
    "api": "harbour.test",
    "api_name": "Harbour",
    "functionality": "Create a berth",
    "description": "",
    "endpoint": "createBerth",
    "method": "POST",
    "path": "/berths",
    "tags": [],
}
VALUES = [
    Said("body", "name", "North 4", "name"),
    Said("body", "length", 12.5, "name"),
    Said("body", "openedOn", "2026-03-01", "format"),
    Said("query", "dryDock", True, "type"),
]


def test_every_value_once_in_words_that_no_rule_objects_to() -> None:
    texts = set()
    for variant in range(-30, 30):
        text, reason = spoken(ROW, VALUES, 0, variant, 24)
        assert text is not None and reason is None
        assert says(text, [one.value for one in VALUES]) and reject(ROW, text) is None
        texts.add(text)
    assert len(texts) > 50
    assert any(re.search(r"berth (called|named) ['\"]North 4['\"]", text) for text in texts)


def test_train_and_test_are_worded_in_other_frames() -> None:
    train, test = (
        {
            re.sub(r"'[^']*'|\"[^\"]*\"|[\d.-]+", "", spoken(ROW, VALUES[1:2], 0, sign * n, 24)[0] or "")
            for n in range(1, 60)
        }
        for sign in (1, -1)
    )
    assert train.isdisjoint(test)


@given(
    st.lists(st.one_of(st.integers(0, 50), st.booleans(), st.sampled_from(["a b", "12", "x-1", "it's"])), max_size=6)
)
def test_a_sentence_says_what_it_was_made_of_and_lacks_what_is_taken_out(values: list[Any]) -> None:
    text = "Send " + ", ".join(f"the field {written(value)}" for value in values)
    assert says(text, values)
    for value in values:
        assert value in says(text.replace(written(value), "it"), values).missing
        assert value in says(f"{text} and {written(value)}", values).duplicated


def test_a_part_of_something_longer_is_not_the_value() -> None:
    assert says("Send 12.5 as the length", [12]).missing == (12,)
    assert says("Send '12' as the length", [12]).missing == (12,)
    assert says("with API v2, page 2", [2])
    assert says("on 2026-03-01", ["2026-03-01"])
    assert says("is enabled", [True]).missing == (True,)


def test_names_become_words() -> None:
    assert label("owner.postalCode") == "postal code"
    assert label("owner.name") == "owner name"
    assert label("tags.0") == "tag"
    assert label("user-id") == "user ID"
    assert label("per_page") == "page size"
    assert label("q") == "search term"
    assert label("x", "The width in pixels.") == "width in pixels"
    both = [Said("body", "id", "a", "name"), Said("query", "id", "b", "name")]
    assert labels(both) == ["ID in the body", "ID in the URL"]


def row(identifier: str, path: str, method: str = "GET", functionality: str = "List messages") -> dict[str, Any]:
    more = {"id": identifier, "path": path, "method": method, "functionality": functionality}
    return {**ROW, "endpoint": identifier, **more}


NOTHING = Asked(frozenset(), frozenset())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [row("a", "/me/messages"), row("b", "/me/mailFolders/messages")],
            ["for the signed-in user", "in mail folders"],
        ),
        ([row("a", "/x", "GET"), row("b", "/x", "HEAD")], ["as a GET request", "only the headers"]),
        ([row("a", "/x"), row("b", "/y", functionality="List users")], ["", ""]),
    ],
)
def test_operations_that_say_the_same_are_told_apart(rows: list[dict[str, Any]], said: list[str]) -> None:
    asked = {one["id"]: NOTHING for one in rows}
    found = hints(rows, asked, 24)
    for one, words in zip(rows, said, strict=True):
        hint = found[one["id"]]
        assert hint is not None and words in hint and bool(hint) == bool(words)
        text, _ = spoken(one, [], 0, 0, 24, hint)
        assert text is not None and hint in text
    assert ambiguous(rows, asked, found, 24) == []


def test_arguments_that_only_one_has_tell_them_apart_and_what_nothing_does_is_dropped() -> None:
    rows = [row("a", "/x"), row("b", "/{id}/x")]
    needs = {"a": NOTHING, "b": Asked(frozenset({"id"}), frozenset({"id"}))}
    assert hints(rows, needs, 24) == {"a": "", "b": ""}
    assert ambiguous(rows, needs, {"a": "", "b": ""}, 24) == []
    same = {"a": NOTHING, "b": NOTHING}
    assert hints(rows, same, 24) == {"a": None, "b": None}
    assert ambiguous(rows, same, {"a": "", "b": ""}, 24) == ["a", "b"]
