import numpy as np
from rapidfuzz import fuzz

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
    for query, similarity, place in zip(texts[:160], alike, places, strict=True):
        every = [fuzz.ratio(query, choice) / 100 for choice in pool]
        assert similarity == max(every)
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
