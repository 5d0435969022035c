import re
import subprocess
import sys
import time

import pytest

from apipack.openapi.patterns import matching

TEXT = "SOME_STRING_VALUE"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^[\w-]+$", TEXT),
        (r".*\S.*", TEXT),
        (r"^[a-z]+$", "somestringvalue" + "so"),
        (r"^AC[0-9a-f]{8}$", "AC12345678"),
        (r"^\d{4}-(0[1-9]|1[0-2])$", "1234-01"),
        (r"^(a|b)?$", "a"),
        (r"^arn:aws:iam::\d{12}:role/.*", "arn:aws:iam::123456789012:role/SOME_STRING_VALUE"),
        (r"/^\d{5}$/i", "12345"),
        (r"^[\p{L}\p{Nd}]{3}$", "SOM"),
        (r"^\P{C}+$", TEXT),
        (r"^[a-z\d-_]{2}$", "so"),
        (r"^(?!aws:).+$", TEXT),
        (r"^(?=.*\d)(?=.*[a-z])(?=.*[A-Z]).{8,}$", "SomePassword1!"),
        (r"^((?!-)[a-z0-9-]+\.)+[a-z]{2,}$", "example.com"),
        (r"^(?:[0-9a-f]{2})+$", "12"),
        (r"[", None),
        (r"^(a)\1$", None),
        (r"^(?!.*)$", None),
    ],
)
def test_texts_for_patterns(pattern: str, expected: str | None) -> None:
    assert matching(pattern, TEXT) == expected


@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [(r"^st-[a-z]+$", 16, 16), (r"^[a-z]*$", 3, 5), (r"^(?:[0-9a-f]{2})+$", 16, 40), ("arn:", 20, None)],
)
def test_lengths_are_kept(pattern: str, low: int, high: int | None) -> None:
    text = matching(pattern, TEXT, low, high)
    assert text is not None and re.search(pattern, text) and low <= len(text) <= (high or len(text))


def test_no_text_of_the_length_there_is() -> None:
    assert matching(r"^[a-z]{4}$", TEXT, 5, 9) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "((((a+)+)+)+)+!",
        "(a|a)*(a|a)*(a|a)*!",
        "a*" * 30 + "!",
        "(" * 400 + "a" + ")*" * 400,
        "[a-z]{1000000000}",
        "(.{999}){999}",
        "(((a{999}){999}){999}){999}",
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.process_time()
    matching(pattern, "a" * 64)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("lacking", ["sys.modules['re._parser'] = None", "del re._constants.CATEGORY_WORD"])
def test_a_python_that_takes_no_pattern_apart_stops_nothing(lacking: str) -> None:
    script = f"import re, re._constants, sys; {lacking}; from apipack.openapi.patterns import matching"
    done = subprocess.run([sys.executable, "-c", f"{script}; print(matching('^[a-z]+$', 'abc'))"], capture_output=True)
    assert (done.stdout, done.stderr) == (b"None\n", b"")


def test_a_simple_text_is_found_though_a_longer_one_would_be_too_long() -> None:
    pattern = r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
    assert matching(pattern, "SOME_STRING_VALUE", 2, 256) == "somestringvalueso"
