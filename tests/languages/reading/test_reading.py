"""Calls in any style are read as what they send, and what is not certain is refused."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from apipack.evaluation.metrics import same_request
from apipack.languages.codec import Reading, Unreadable, read

HERE = Path(__file__).parent
SHARED = Path("../shared/cases/calls")
BY_VALUE = {"w41", "w43", "w49"}
"""Wrong in a value, which the comparison tells and no reader."""


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def named(row: dict[str, Any]) -> str:
    return f"{row['language']}: {row['idiom']}"


@pytest.mark.parametrize("row", rows(HERE / "sent.jsonl"), ids=named)
def test_what_a_call_sends(row: dict[str, Any]) -> None:
    request = read(row["language"], row["code"])
    assert (request.method, request.url, request.body) == (row["method"], row["url"], row["body"])
    assert sorted([name.lower(), value] for name, value in request.headers) == row["headers"]


@pytest.mark.parametrize("row", rows(HERE / "refused.jsonl"), ids=named)
def test_what_is_not_certain_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(row["language"], row["code"])


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("curl", "<<A\n" * 20_000),
        ("python", "x = " + "[" * 90_000),
        ("node", "`${" * 30_000),
        ("go", "[{" * 45_000),
        ("php", "<?php " + '"{$a}" . ' * 10_000),
        ("ruby", "#{" * 45_000),
        ("swift", "a(b, " * 19_000),
        ("java", '""' * 45_000),
    ],
)
def test_hostile_code_is_refused_at_once(language: str, code: str) -> None:
    start = time.process_time()
    with pytest.raises(Unreadable):
        read(language, code)
    assert time.process_time() - start < 1


def test_a_brace_before_a_wide_character_ends_no_process() -> None:
    wide = [chr(code) for code in range(0x100, 0x110000, 997) if not 0xD800 <= code < 0xE000]
    for character in wide:
        for code in (f"{{{character}", f"curl a{{{character}", f"curl https://a.test/ -d {{1..{character}"):
            with pytest.raises(Unreadable):
                read("curl", code)
    request = read("curl", f"curl https://a.test/ -d '{{{character}'")
    assert request.body == f"{{{character}"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared calls are not here")
@pytest.mark.parametrize("name", ["right", "wrong"])
def test_shared_calls(name: str) -> None:
    calls = rows(SHARED / f"{name}.jsonl")
    matched = set()
    for row in calls:
        gold, found = read(row["language"], row["reference"]), Reading.of(row["language"], row["prediction"]).request
        if found is not None and same_request(found, gold, gold.url.partition("?")[0], []):
            matched.add(row["id"])
    assert matched - BY_VALUE == ({row["id"] for row in calls} if name == "right" else set())
