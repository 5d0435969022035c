"""The differential proof of the readers: what is read of a random program is what arrives when it runs."""

import os
import random

import pytest

from apipack.languages.codec import Reading, read
from apipack.records import LANGUAGES
from apipack.sandbox.comparison import difference
from apipack.sandbox.execution import execute, skipped
from tests.sandbox.random_programs import program

PROGRAMS = int(os.environ.get("APIPACK_PROGRAMS", "2000"))
"""A language; fewer for a look."""


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_arrives(language: str) -> None:
    assert not skipped([language])
    draw = random.Random(f"readers {language}")
    codes = [program(language, draw) for _ in range(PROGRAMS)]
    trusted = language != "node"  # its programs end in many ways, and sharing one process needs one that is known
    outcomes = execute([Reading.of(language, code) for code in codes], 2, language, trusted)
    for code, outcome in zip(codes, outcomes, strict=True):
        request = read(language, code)
        assert difference(request, outcome.records) is None, f"{code}\n{outcome.detail}\n{request}\n{outcome.records}"
