"""Predictions of sweeps' runs: the first tests of a share are right."""

from collections.abc import Mapping, Sequence

import pandas as pd

LEVEL = 3


def predictions(
    shares: Mapping[str, float],
    settings: Sequence[str] = ("0shot",),
    languages: Sequence[str] = ("curl",),
    tests: int = 40,
) -> pd.DataFrame:
    """shares: of each model. Seven APIs; the same tests in every run."""
    return pd.DataFrame(
        {"model": model, "id": str(n), "api": str(n % 7), "level": LEVEL, "setting": setting, "language": language}
        | {"call": "" if model == "copy" else "curl x", "request_match": n < share * tests}
        for model, share in shares.items()
        for setting in settings
        for language in languages
        for n in range(tests)
    )


def runs(labels: Mapping[str, str], **columns: Sequence[object]) -> pd.DataFrame:
    """A row a run. columns: `params.NAME` or `metrics.NAME`, with two underscores for a full stop."""
    named = {name.replace("__", "."): values for name, values in columns.items()}
    usual: dict[str, object] = {
        "params.seed": "0",
        "params.size": "40",
        "params.finetune.model": "embedded",
        "metrics.request_match": 0.5,
    }
    return pd.DataFrame(usual | named, index=list(labels))
