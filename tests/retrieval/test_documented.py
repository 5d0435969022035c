"""Which operations a prompt documents, and that the right one is where it should be."""

import numpy as np

from apipack.retrieval.documented import (
    ABSENT,
    KINDS,
    MISSING,
    OTHER_API,
    SPEC,
    SPEC_DISTRACTORS,
    SPEC_RETRIEVED,
    candidates,
    choose_documented,
    examples_of,
)
from apipack.retrieval.examples import RETRIEVED, ZERO, Row
from apipack.retrieval.words import by_words

REQUEST = '{"method":"GET","url":"https://x.example/a","headers":[],"body":null}'


def row(api: str, number: int, cluster: str | None = None) -> Row:
    key = f"{api}{number}"
    texts = {"functionality": f"thing {number}", "instruction": f"Show thing {number}", "template": f"https://x/{key}"}
    return {"id": key, "api": api, "cluster": cluster or key, "request": REQUEST, **texts}


ROWS = [*(row("a", number) for number in range(6)), row("a", 9, "a0"), *(row("b", number) for number in range(6))]
POOL = candidates(ROWS)


def chosen(settings: list[str], shown: int = 4, own_api: bool = False) -> dict[tuple[str, str], list[str]]:
    queries = ROWS[:3]
    score = by_words(queries, POOL)
    return choose_documented(queries, POOL, settings, shown, 0, score, own_api)


def test_each_kind_documents_the_right_operation_or_the_likeliest() -> None:
    documented = chosen([*KINDS, ZERO])
    assert set(documented) == {(f"a{number}", kind) for number in range(3) for kind in KINDS}
    for number in range(3):
        key = f"a{number}"
        assert documented[key, SPEC] == [key]
        assert len(documented[key, SPEC_RETRIEVED]) == 4 and documented[key, SPEC_RETRIEVED][-1] == key
        assert key in documented[key, SPEC_DISTRACTORS] and len(set(documented[key, SPEC_DISTRACTORS])) == 4
    assert "a9" not in documented["a0", SPEC_DISTRACTORS]  # a near duplicate would be right as well
    assert documented == chosen([*KINDS])  # the same each time


def test_distractors_are_of_any_api_or_of_the_operation_s_own() -> None:
    some = chosen([SPEC_DISTRACTORS], 6).values()
    assert {key[0] for ids in some for key in ids} == {"a", "b"}
    own = chosen([SPEC_DISTRACTORS], 6, own_api=True).values()
    assert {key[0] for ids in own for key in ids} == {"a"}


def test_where_no_call_is_right_the_right_operation_is_not_shown() -> None:
    documented = chosen([ABSENT, OTHER_API, MISSING, SPEC_DISTRACTORS])
    for number in range(3):
        key = f"a{number}"
        assert documented[key, ABSENT] == [one for one in documented[key, SPEC_DISTRACTORS] if one != key]
        assert [one[0] for one in documented[key, OTHER_API]] == ["b"] and documented[key, MISSING] == [key]
    assert choose_documented(ROWS[:1], candidates(ROWS[:3]), [OTHER_API], 4, 0, None) == {("a0", OTHER_API): []}


def test_a_setting_with_examples_documents_the_same() -> None:
    documented = chosen([SPEC_RETRIEVED, f"{SPEC_RETRIEVED}_3shot"])
    assert documented["a1", SPEC_RETRIEVED] == documented["a1", f"{SPEC_RETRIEVED}_3shot"]
    assert examples_of(f"{SPEC}_3shot") == RETRIEVED == examples_of(RETRIEVED) and examples_of(SPEC) == ZERO


def test_a_ranking_is_needed_only_for_other_operations() -> None:
    queries = ROWS[:1]
    assert choose_documented(queries, POOL, [SPEC], 4, 0, None) == {("a0", SPEC): ["a0"]}
    assert np.all(POOL.of("a") < len(ROWS))
