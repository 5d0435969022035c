"""The natural language of a specification's texts, told by py3langid.

Single summaries are too short to tell: of the hub's operations one in twenty five is taken for another
language, nearly always wrongly. All texts of a specification together are told well.
"""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

ENGLISH = "en"
MOST_TEXT = 800  # characters
CERTAIN = 0.9  # probability from which another language than English is believed


def natural_language(text: str) -> str:
    """ISO 639 code of a text's language; English unless another one is certain."""
    code, probability = _identifier().classify(text[:MOST_TEXT])
    return str(code) if probability >= CERTAIN else ENGLISH


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.nb_ptc = identifier.nb_ptc.astype("float32")  # once: 28 MB instead of a conversion a text
    return identifier
