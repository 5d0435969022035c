"""Verdicts and rates where no call is right, and of outputs that write no call where one is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from apipack.evaluation.verdicts import Verdict
from apipack.prompting.no_call import ASK, abstained


def judge_abstention(output: str, right: str) -> Verdict:
    """The verdict where `right` is, instead of a call: request_match says whether the output has it. What only a call
    has is None."""
    return Verdict(abstained(output) is not None, False, False, abstained(output) == right)


def figures(predictions: pd.DataFrame) -> dict[str, Any]:
    """{"abstention": {model: rates}}, nothing where no test has another right answer than a call.

    false_call: share of the tests where no call is right whose output is none of the two forms. right_answer: share of
    them with the right form. right_question: of those that lack a value, with the right name. false_refusal: share of
    the tests that show documentation, and where a call is right, whose output is one of the two forms. predictions:
    schema PREDICTIONS.
    """
    if "abstain" not in predictions or predictions["abstain"].isna().all():
        return {}
    rates = {}
    abstains = "abstained" in predictions
    for model, of_model in predictions.groupby("model", sort=True):
        refused = of_model["abstained"].notna() if abstains else pd.Series(False, index=of_model.index)
        right = of_model["abstain"].notna()
        lacking = of_model["abstain"].str.startswith(ASK).eq(True)
        answered = of_model["request_match"].eq(True)
        callable_ = ~right & of_model["setting"].str.startswith("spec")
        rates[str(model)] = {
            "tests": int(right.sum()),
            "false_call": _share(~refused[right]),
            "right_answer": _share(answered[right]),
            "right_question": _share(answered[lacking]),
            "false_refusal": _share(refused[callable_]),
        }
    return {"abstention": rates}


def _share(flags: pd.Series) -> float | None:
    return round(float(flags.mean()), 4) if len(flags) else None
