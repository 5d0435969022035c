"""The verdict is difflib's own, whatever the texts: popular characters, repeats, ties between longest blocks."""

import difflib
import math
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apipack.evaluation.difflib_ratio import ratio_above
from apipack.languages.codec import render
from apipack.records import LANGUAGES
from tests.evaluation.test_metrics import GOLD

CODE = "ab c\n\t_-/'\"{}()019XYZ"


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text of about 200 characters, where popularity begins, often of repeats, and the same with some edits."""
    alphabet = draw(st.sampled_from(["ab", "abcdefgh \n", CODE, "a\0 \x1c", "aé漢"]))
    unit = draw(st.text(alphabet, min_size=1, max_size=60))
    length = draw(st.sampled_from([3, 40, 198, 199, 200, 201, 299, 300, 450]))
    reference = (unit * length)[: length // 2] + draw(st.text(alphabet, max_size=length // 2, min_size=length // 2))
    text = list(reference)
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 8))
        text[start:end] = draw(st.sampled_from([text[start:end][::-1], list(unit[:3]), []]))
    turn = draw(st.sampled_from([0, 0, 0, 1, 10]))
    return "".join(text[turn:] + text[:turn]), reference


@given(edited(), st.floats(0, 1, exclude_max=True))
@settings(max_examples=400, deadline=None)
@example(("b" * 200 + "x", "x" + "b" * 200), 0.9)
def test_the_verdict_is_difflib_s(texts: tuple[str, str], threshold: float) -> None:
    ratio = difflib.SequenceMatcher(None, *texts).ratio()
    for limit in {threshold, 0.9, min(ratio, 0.99), math.nextafter(ratio, 0)}:  # at and just below the ratio, too
        assert ratio_above(*texts, limit) == (ratio > limit)


def test_calls_with_random_edits() -> None:
    rng = random.Random(0)
    seen = set()
    for language in LANGUAGES:
        base = render(language, GOLD)
        for _ in range(60):
            text = list(base)
            for _ in range(rng.randrange(1, 40)):
                place = rng.randrange(len(text))
                text[place : place + rng.randrange(3)] = rng.choices("ab '/&", k=rng.randrange(3))
            expected = difflib.SequenceMatcher(None, "".join(text), base).ratio() > 0.9
            seen.add(expected)
            assert ratio_above("".join(text), base, 0.9) == expected
    assert seen == {True, False}


@pytest.mark.parametrize("text", ["", "x" * 300, "ab" * 150, "abcdefgh" * 40])
def test_equal_texts_have_ratio_one(text: str) -> None:
    assert difflib.SequenceMatcher(None, text, text).ratio() == 1 and ratio_above(text, text, 0.99)


def test_a_common_subsequence_as_long_as_the_verdict_needs_is_found() -> None:
    """rapidfuzz loses it when it is told that length as its cut-off."""
    text = "".join(random.Random(0).choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=190))
    assert ratio_above(text[10:] + text[:10], text, math.nextafter(180 / 190, 0))
    assert not ratio_above(text[10:] + text[:10], text, 180 / 190)
