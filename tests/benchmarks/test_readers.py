"""What execution says of calls that others generated."""

import pytest

from apipack.sandbox.execution import Outcome
from benchmarks.readers import verdict


@pytest.mark.parametrize(
    ("status", "decided"), [("failed", "as read"), ("does_not_compile", "as read"), ("timeout", "untried")]
)
def test_a_call_that_is_read_as_sending_nothing_must_end_by_itself(status: str, decided: str) -> None:
    call = {"kind": "unsent", "found": "a GET has no body", "number": 0}
    assert verdict(call, {}, Outcome(status, "", [])) == decided
