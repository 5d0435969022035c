from typing import Any

import pytest

from apipack.openapi.paths import RawOperation
from apipack.operations.texts import endpoint, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &amp; <i>b</i>\n\n# c", "a & b c"),
        (None, ""),
        ("The user_id of {user_id}, UPPER_CASE or min|max", "The user_id of {user_id}, UPPER_CASE or min|max"),
        ("**Bold**, *slanted*, _both_ and ***all of*** it", "Bold, slanted, both and all of it"),
        ("Set `snake_*` to `a_b` or user\\_id", "Set snake_* to a_b or user_id"),
        ("foo__bar__baz, _id and 2 * 3 * 4", "foo__bar__baz, _id and 2 * 3 * 4"),
        ("C# and F#, issue #42", "C# and F#, issue #42"),
        ("## Title ##\n> quoted\n5 > 3", "Title quoted 5 > 3"),
        ("~user or ~~gone~~ a~b", "~user or gone a~b"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("List<Pet> of <owner>, <b>not</b> <x>this</x>", "List<Pet> of <owner>, not this"),
        ("```json\n{}\n```\n[the_guide](https://x.example/a_b)", "{} the_guide"),
        ("x" * 2_000, "x" * 1_000),
        ("y " + "x" * 2_000, "y"),
        ("See <https://a.example/b_c> or <id>", "See https://a.example/b_c or <id>"),
    ],
)
def test_markup_goes_and_what_is_none_stays(text: Any, expected: str) -> None:
    assert plain(text) == expected


def test_a_long_text_is_cut_at_a_word() -> None:
    assert len(plain("word " * 1_000)) <= 1_000


@pytest.mark.parametrize(
    "identifier",
    ["list_pets", "_private", "V1_Debug__Get", "pets#list", "List<Pet>", "find pet  by id", "a&amp;b", "[get](pets)"],
)
def test_an_operation_id_is_no_prose(identifier: str) -> None:
    assert endpoint(RawOperation("/a", "get", {}, {"operationId": identifier})) == identifier
    assert endpoint(RawOperation("/a-b/{c}", "get", {}, {"operationId": " "})) == "get_a_b_c"
