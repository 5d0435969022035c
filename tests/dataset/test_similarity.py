import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from apipack.dataset import similarity
from apipack.dataset.bounds import Bounds, Letters
from apipack.dataset.similarity import nearest, text

ROW = {
    "method": "GET",
    "path": "/pets/{id}",
    "functionality": "Get a pet",
    "description": "By its id.",
    "arguments": '[["id", "path", true, "integer", false]]',
}


def test_text_has_what_a_model_could_repeat_and_not_the_host() -> None:
    assert text(ROW) == "GET /pets/{id}\nGet a pet\nBy its id.\npath:id"
    assert text({**ROW, "template": "https://another.example/pets/{id}"}) == text(ROW)


def test_nearest_is_exact_over_blocks_and_duplicates() -> None:
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("abcd "), 30)) for _ in range(300)]
    pool = texts[150:] + texts[150:200]
    alike, places = nearest(texts[:160], pool, workers=2)
    for query, ratio, place in zip(texts[:160], alike, places, strict=True):
        every = [fuzz.ratio(query, choice) / 100 for choice in pool]
        assert ratio == max(every)
        assert place == int(np.argmax(every))
    assert alike[150:].tolist() == [1.0] * 10


def test_below_the_least_is_nothing_and_an_empty_pool_is_far() -> None:
    alike, _ = nearest(["abcdef", "abcdex"], ["abcdef", "zzzz"], workers=1, least=0.9)
    assert alike.tolist() == [1.0, 0.0]
    assert nearest(["a"], [], workers=1)[0].tolist() == [0.0]


def test_a_similarity_that_is_the_least_itself_counts_and_least_changes_no_value() -> None:
    assert nearest(["abcdefghij"], ["abcdefghix"], workers=1, least=0.9)[0].tolist() == [0.9]
    for length in range(1, 60):
        query, pool = "a" * length + "b", ["a" * length + "c"]
        (exact,), _ = nearest([query], pool, workers=1)
        assert nearest([query], pool, workers=1, least=exact)[0].tolist() == [exact]
        assert nearest([query], pool, workers=1, least=np.nextafter(exact, 1))[0].tolist() == [0.0]


TEXTS = st.text(st.sampled_from("aabcdé\n\ud800") | st.characters(), max_size=90)


@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, min_size=1, max_size=40), st.sampled_from([0.0, 0.5, 0.9]))
def test_nearest_is_what_comparing_all_pairs_gives(queries: list[str], pool: list[str], least: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("BLOCK", 16), ("BATCH", 3), ("FIRST", 2), ("MANY", 4)):
            patch.setattr(similarity, name, value)
        alike, places = nearest(queries, pool, workers=1, least=least)
    if queries:
        every = process.cdist(queries, pool, scorer=fuzz.ratio, dtype=np.float64) / 100
        best = every.max(axis=1)
        assert alike.tolist() == np.where(best < least, 0, best).tolist()
        assert places[best >= least].tolist() == every.argmax(axis=1)[best >= least].tolist()


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=8))
def test_no_bound_is_below_the_ratio(query: str, texts: list[str]) -> None:
    block, places = Bounds(texts, Letters(texts)), np.arange(len(texts))
    ratios = np.array([fuzz.ratio(query, text) / 100 for text in texts]) - 1e-9
    if any(texts) and query:
        assert (block.by_letters(query) >= ratios).all()
        assert (block.by_quarters([query], places)[0] >= ratios).all()
        assert (block.by_halves(query, places) >= ratios).all()
