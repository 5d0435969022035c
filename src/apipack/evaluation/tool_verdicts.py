"""The verdict on a call of a tool: the same as on code, but that every output can be read, and nothing is executed."""

from __future__ import annotations

from dataclasses import replace

from apipack.evaluation.metrics import THRESHOLD
from apipack.evaluation.verdicts import Reference, Specification, Verdict, judge
from apipack.languages.codec import Reading


def judge_tool_call(
    reading: Reading, reference: Reference, specification: Specification | None = None, threshold: float = THRESHOLD
) -> Verdict:
    """As `verdicts.judge`. What makes no request is wrong, not unknown: a server could do nothing with it. A tool that
    is not there is a hallucinated endpoint. reading: of `Toolbox.read`."""
    verdict = judge(reading, reference, specification, threshold)
    if reading.request is not None:
        return verdict
    wrong = replace(verdict, request_match=False, exact_match=False if reference.asks else None)
    if specification is None:
        return wrong
    from apipack.prompting.toolbox import NO_SUCH_TOOL  # a bare machine, which only writes code, lacks what it needs

    invented = reading.problem == NO_SUCH_TOOL
    return replace(wrong, passed=False, hallucinated=invented, broken_rules=(f"the call has {reading.problem}",))
