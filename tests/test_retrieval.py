import numpy as np

from apipack.retrieval import RANDOM, RETRIEVED, choose_examples


def embed(texts: list[str]) -> np.ndarray:
    """Unit vectors on a circle: nearer numbers, nearer vectors."""
    angles = np.array([float(text) for text in texts])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


ROWS = [{"id": f"a{i}", "api": "a", "cluster": f"c{i}", "instruction": str(i / 10)} for i in range(8)]
OTHER = [{"id": "b0", "api": "b", "cluster": "b", "instruction": "0.3"}]


def chosen(query: dict[str, str], candidates: list[dict[str, str]] = ROWS + OTHER) -> dict[str, list[str]]:
    return {row["setting"]: row["examples"] for row in choose_examples([query], candidates, 3, 0, embed)}


def test_nearest_of_the_same_api_best_last_without_itself() -> None:
    assert chosen(ROWS[0])[RETRIEVED] == ["a3", "a2", "a1"]
    assert chosen({"id": "q", "api": "a", "cluster": "q", "instruction": "0.02"})[RETRIEVED] == ["a2", "a1", "a0"]


def test_near_duplicates_of_the_query_are_no_examples() -> None:
    query = {"id": "q", "api": "a", "cluster": "c0", "instruction": "0.02"}
    assert "a0" not in chosen(query)[RETRIEVED] + chosen(query)[RANDOM]


def test_random_is_seeded_by_query_and_may_run_short() -> None:
    assert chosen(ROWS[0]) == chosen(ROWS[0])
    assert len(set(chosen(ROWS[0])[RANDOM])) == 3
    assert chosen(OTHER[0]) == {RANDOM: [], RETRIEVED: []}
