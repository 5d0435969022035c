"""Which candidates become the training and the test wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz


@dataclass(frozen=True, slots=True)
class Candidate:
    """likelihood: mean log-likelihood of the candidate given its prompt; back: that of the operation's text given
    the candidate; both in nats a token, None where they could not be had. reason: why it is not accepted."""

    text: str
    reason: str | None = None
    likelihood: float | None = None
    back: float | None = None


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Accepted candidates, no text twice, best first: by back-translation, then by their own likelihood, then by
    order. The authors' published examples are chosen by the first (`back_trans_input_tokens_mean`)."""
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        if candidate.reason is None:
            first.setdefault(candidate.text.casefold(), candidate)
    low = float("-inf")
    return sorted(
        first.values(),
        key=lambda candidate: (
            -(low if candidate.back is None else candidate.back),
            -(low if candidate.likelihood is None else candidate.likelihood),
        ),
    )


def select(candidates: Sequence[Candidate], max_similarity: float) -> tuple[str | None, str | None]:
    """(training wording, test wording): the best, and the best of the others that is less similar to it than
    `max_similarity` (rapidfuzz ratio, 0 to 1), or the least similar; None where there is none."""
    best = ranked(candidates)
    if not best:
        return None, None
    train = best[0].text
    return train, another(best[1:], train, max_similarity)


def another(candidates: Sequence[Candidate], train: str, max_similarity: float) -> str | None:
    """The best of the accepted candidates that is less similar to the training wording than `max_similarity`, or the
    least similar."""
    texts = [candidate.text for candidate in ranked(candidates)]
    if not texts:
        return None
    alike = {text: fuzz.ratio(train, text) / 100 for text in texts}
    return next((text for text in texts if alike[text] < max_similarity), min(texts, key=alike.__getitem__))
