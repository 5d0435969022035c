"""Calls as models write them: the right ones are read as what they send, no wrong one as the request that was meant."""

import pytest

from apipack.evaluation.verdicts import judge
from apipack.languages.codec import Reading
from tests.languages.reading.styles import Call, calls, credentials, references

REFERENCES = references()


@pytest.mark.parametrize("call", calls("right"), ids=str)
def test_a_right_call_is_read_as_what_it_sends(call: Call) -> None:
    reading = Reading.of(call.language, call.code)
    assert reading.request is not None, reading.problem
    gold = REFERENCES[call.task]
    verdict = judge(reading, gold)
    assert verdict.exact_match, f"{reading.request} for {gold.request}"
    assert credentials(reading.request) == credentials(gold.request)


@pytest.mark.parametrize("call", calls("wrong"), ids=str)
def test_a_wrong_call_is_not_the_request_that_was_meant(call: Call) -> None:
    assert not judge(Reading.of(call.language, call.code), REFERENCES[call.task]).request_match


@pytest.mark.parametrize("call", calls("other-value"), ids=str)
def test_another_value_is_no_exact_match(call: Call) -> None:
    assert not judge(Reading.of(call.language, call.code), REFERENCES[call.task]).exact_match


@pytest.mark.parametrize("call", calls("refused"), ids=str)
def test_a_call_that_may_send_otherwise_is_refused(call: Call) -> None:
    """Only execution tells whether it is right."""
    assert Reading.of(call.language, call.code).request is None
