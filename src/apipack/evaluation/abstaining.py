"""Verdicts and rates where no call is right, and of outputs that write no call where one is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from apipack.evaluation.verdicts import Verdict
from apipack.intervals import clustered
from apipack.prompting.no_call import ASK, abstained


def judge_abstention(output: str, right: str) -> Verdict:
    """The verdict where `right` is, instead of a call: request_match says whether the output has it. What only a call
    has is None."""
    return Verdict(abstained(output) is not None, False, False, abstained(output) == right)


def figures(predictions: pd.DataFrame, seed: int) -> dict[str, Any]:
    """{"abstention": {model: rates}}, nothing where no test has another right answer than a call.

    false_call: share of the tests where no call is right whose output is none of the two forms. right_answer: share of
    them with the right form. right_question: of those that lack a value, with the right name. false_refusal: share of
    the tests whose documentation has the right operation, and where a call is right, whose output is one of the two
    forms. Each has a 95 % interval over APIs (`_low`, `_high`), and is null without such tests. predictions: schema
    PREDICTIONS. seed: of the intervals.
    """
    if "abstain" not in predictions or predictions["abstain"].isna().all():
        return {}
    rates = {}
    abstains = "abstained" in predictions
    for model, of_model in predictions.groupby("model", sort=True):
        refused = of_model["abstained"].notna() if abstains else pd.Series(False, index=of_model.index)
        right = of_model["abstain"].notna()
        answered = of_model["request_match"].eq(True)
        shown = of_model["setting"].str.startswith("spec") & ~of_model["setting"].str.startswith("spec_retrieved")
        apis = of_model["api"]
        rates[str(model)] = {
            "tests": int(right.sum()),
            **_share("false_call", ~refused[right], apis, seed),
            **_share("right_answer", answered[right], apis, seed),
            **_share("right_question", answered[of_model["abstain"].str.startswith(ASK).eq(True)], apis, seed),
            **_share("false_refusal", refused[shown & ~right], apis, seed),
        }
    return {"abstention": rates}


def _share(name: str, flags: pd.Series, apis: pd.Series, seed: int) -> dict[str, float | None]:
    names = (name, f"{name}_low", f"{name}_high")
    if flags.empty:
        return dict.fromkeys(names)
    ((share, low, high),) = clustered(flags.to_numpy()[:, None], pd.factorize(apis[flags.index])[0], seed)
    return dict(zip(names, (share, low, high), strict=True))
