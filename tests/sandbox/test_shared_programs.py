"""Calls that share a program: one that fails, or does not end, is known by its number, and the next has its turn."""

import pytest

from apipack.languages.codec import render
from apipack.records import Request
from apipack.sandbox.execution import OWN, Kept, _shared, skipped

pytestmark = pytest.mark.heavy

GOOD = Request("GET", "https://api.example.com/good")
FAILS = {
    "curl": "exit 3",
    "libcurl": "int main(void) { return 3; }",
    "php": "<?php exit(3);",
    "python": "raise SystemExit(3)",
    "ruby": "exit 3",
    "go": 'package main\n\nimport "os"\n\nfunc main() {\n\tos.Exit(3)\n}\n',
    "java": 'if (true) throw new IllegalStateException("no");',
}
DIES = {
    "curl": "kill -9 $$",
    "libcurl": "int main(void) { abort(); }",
    "php": "<?php posix_kill(getmypid(), 9);",
    "python": "import os\nos.kill(os.getpid(), 9)",
    "ruby": "Process.kill(9, Process.pid)",
}
ENDLESS = {
    "curl": "while :; do sleep 0.1; done",
    "libcurl": "int main(void) { for (;;) {} }",
    "php": "<?php while (true) {}",
}


def statuses(language: str, code: str) -> dict[int, str]:
    good = render(language, GOOD)
    with Kept() as kept:
        outcomes = _shared(language, {7: good, 8: code, 9: good}, OWN, kept)
    assert all(len(outcomes[number].records) == 1 for number in (7, 9) if number in outcomes)
    return {number: outcome.status for number, outcome in outcomes.items()}


@pytest.mark.parametrize(
    ("language", "code", "status"),
    [
        *((language, code, "failed") for kind in (FAILS, DIES) for language, code in kind.items()),
        *((language, code, "timeout") for language, code in ENDLESS.items()),
    ],
)
def test_the_next_call_has_its_turn(language: str, code: str, status: str) -> None:
    if reason := skipped([language]):
        pytest.skip(reason[language])
    assert statuses(language, code) == {7: "ok", 8: status, 9: "ok"}
