from pathlib import Path

import pytest

from apipack.grammar import grammatical
from apipack.languages import render
from apipack.records import LANGUAGES, Request

REQUEST = Request(
    "POST",
    "https://pets.example/v1/pets?sort=a%20b",
    (("Content-Type", "application/json"), ("X-Quote", '"it\'s" $(x) `y` #{z} %s')),
    '{"name": "Ben\\n 🐾"}',
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_is_grammatical_until_it_is_cut(language: str) -> None:
    call = render(language, REQUEST)
    assert grammatical(language, call)
    quoted = call.index(".example")
    assert not grammatical(language, call[:quoted])


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("curl", "curl https://h/ (", False),
        ("curl", "curl --unknown https://h/", True),
        ("python", "print(1)", True),
        ("python", "print(1", False),
        ("python", "x = 'a\0b'", False),
        ("php", "echo 1;", True),
        ("php", "<?php echo 1", False),
        ("java", "Request request = new Request.Builder().build();", True),
        ("java", "Request request = new Request.Builder(.build();", False),
        ("go", "package main\n\nfunc main() {\n", False),
        ("swift", "let x = 1", True),
        ("swift", "let = 1", False),
        ("ruby", "puts(", False),
        ("node", "const a = {b: 1", False),
        ("libcurl", "int main(void) { return 0 }", False),
        ("javascript", "\ud800", False),
    ],
)
def test_what_is_grammatical(language: str, code: str, expected: bool) -> None:
    assert grammatical(language, code) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_that_nests_deeply_or_is_long_is_answered(language: str) -> None:
    assert not grammatical(language, "(" * 100_000)
    grammatical(language, "x " * 100_000)


def test_code_is_only_parsed(tmp_path: Path) -> None:
    target = tmp_path / "touched"
    for language in LANGUAGES:
        grammatical(language, f"$(touch {target})\n`touch {target}`\nopen('{target}', 'w')")
    assert not target.exists()
