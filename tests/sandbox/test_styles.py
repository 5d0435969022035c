"""Calls as models write them, executed: the right ones arrive as what was meant, and every reading is what arrives."""

import pytest

from apipack.evaluation.executing import lacks
from apipack.evaluation.verdicts import judge, judge_executed
from apipack.languages.codec import Reading
from apipack.records import LANGUAGES
from apipack.sandbox.comparison import difference, request_of
from apipack.sandbox.execution import execute, skipped
from tests.languages.reading.styles import calls, references, same_credentials


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_arrive_as_they_are_read(language: str) -> None:
    assert not skipped([language])
    meant = references()
    written = [call for call in calls("right", "wrong", "other-value", "refused") if call.language == language]
    readings = [Reading.of(call.language, call.code) for call in written]
    for call, reading, outcome in zip(written, readings, execute(readings, 2), strict=True):
        if lacks(language, outcome):
            continue
        gold = meant[call.task]
        verdict = judge_executed(judge(reading, gold), outcome, gold)
        what = f"{call}\n{outcome.status} {outcome.detail}\n{outcome.records}"
        assert bool(verdict.exact_match) == (call.verdict in ("right", "refused")), what
        assert reading.request is None or difference(reading.request, outcome.records) is None, what
        if call.verdict in ("right", "refused"):
            arrived = request_of(outcome.records[0], {name.lower() for name, _ in gold.request.headers})
            assert arrived is not None and same_credentials(arrived, gold.request), what
