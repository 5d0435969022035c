"""The API-specific re-ranker on made-up APIs whose endpoints say what the embeddings cannot know."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModel, AutoTokenizer

from apipack.models.places import ModelError, embedder
from apipack.retrieval.examples import Pool, Reranker, call_text, cosine, rank, rerank
from apipack.retrieval.params import Rerank
from apipack.retrieval.relevance import relevance, shape
from apipack.retrieval.reranker_features import FEATURES
from apipack.retrieval.reranker_training import RerankError, held_out, train, train_weights, training_lists
from apipack.retrieval.reranking import load_reranker
from tests.parameters import PARAMS

P = PARAMS.rerank.model_copy(
    update={"kind": "api", "queries": 24, "examples": 6, "epochs": 6.0, "batch": 16, "max_tokens": 32, "lr": 2e-3}
)
VERBS = {"GET": "Show", "DELETE": "Remove", "POST": "Create"}


def rows(api: str, nouns: list[str]) -> list[dict[str, Any]]:
    made = []
    for noun in nouns:
        for method, verb in VERBS.items():
            url = f"https://{api}.example/{noun}"
            request: dict[str, Any] = {"method": method, "url": url, "headers": [], "body": None}
            made.append(
                {
                    "id": f"{api}-{noun}-{method}",
                    "api": api,
                    "cluster": f"{api}-{noun}-{method}",
                    "instruction": f"{verb} the {noun}.",
                    "template": url,
                    "request": json.dumps(request),
                }
            )
    return made


TRAIN = rows("shop", ["invoice", "order", "parcel", "voucher"]) + rows("zoo", ["lion", "keeper", "ticket", "cage"])


def embed(texts: list[str]) -> np.ndarray:
    """Alike when the verb is."""
    return np.array([[text.startswith(verb) for verb in VERBS.values()] for text in texts], dtype=np.float32)


def test_lists_are_graded_by_their_requests_and_never_of_two_apis() -> None:
    lists = training_lists(TRAIN, P, 0, embed)
    assert training_lists(TRAIN, P, 0, embed) == lists != training_lists(TRAIN, P, 1, embed)
    assert len(lists) == 24 and {len(row["examples"]) for row in lists} == {len(row["labels"]) for row in lists} == {6}
    by_instruction, by_call = {row["instruction"]: row for row in TRAIN}, {call_text(row): row for row in TRAIN}
    for row in lists:
        asked, shown = by_instruction[row["query"]], [by_call[example] for example in row["examples"]]
        assert {other["api"] for other in shown} == {asked["api"]} and asked not in shown
        assert row["labels"] == [relevance(shape(asked), shape(other)) for other in shown]


@pytest.fixture(scope="module")
def shallow(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The embedded model's embeddings and first layer: enough for six nouns, and trained in seconds."""
    folder = tmp_path_factory.mktemp("shallow")
    source = embedder("embedded")
    AutoModel.from_pretrained(source, num_hidden_layers=1).save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return str(folder)


def test_it_learns_saves_and_is_read_again(tmp_path: Path, shallow: str) -> None:
    """What one layer can learn in a few steps: examples that read something out are the good ones."""
    lists = training_lists(TRAIN, P, 0, embed)
    lists = [{**row, "labels": [0.95 if "GET" in text else 0.05 for text in row["examples"]]} for row in lists]
    figures = train(lists, tmp_path, P.model_copy(update={"model": shallow}), 0)
    assert figures["pairs"] == 144 and 0 < figures["mean_grade"] < 1
    weighed = train_weights(TRAIN, tmp_path, P, 0, embed)
    assert weighed["held_out_queries"] == 12 and set(weighed["weights"]) == set(FEATURES)
    reranker = load_reranker(P, tmp_path)
    assert reranker is not None and reranker.depth == P.depth and reranker.weights is not None
    assert reranker.weights.tolist() == [weighed["weights"][name] for name in FEATURES]
    pairs = [(row["query"], text) for row in lists for text in row["examples"]]
    scores = reranker.score(pairs)
    good = np.array(["GET" in text for _, text in pairs])
    assert scores[good].mean() > scores[~good].mean() + 0.2
    again = reranker.score([("Show the lion.", "a"), ("Show the lion.", "b"), ("Show the lion.", "a")])
    assert again[0] == again[2] and len(again) == 3 and reranker.score([]).tolist() == []


def test_the_weights_are_learned_on_apis_that_the_cross_encoder_has_not_seen() -> None:
    apis = [row for n in range(10) for row in rows(f"api{n}", ["invoice"])]
    tuned, held = held_out(apis, 0)
    assert len({row["api"] for row in held}) == 2 and len(tuned) + len(held) == len(apis)
    assert not {row["api"] for row in held} & {row["api"] for row in tuned}
    assert held_out(apis, 0) == (tuned, held) != held_out(apis, 1)


def test_the_weights_decide_the_order_of_the_head_alone() -> None:
    """Whatever the cross-encoder says: with weight on the cosine alone, the order is the one it was given."""
    pool, query = Pool(TRAIN), {**TRAIN[1], "id": "q", "cluster": "q"}
    says = {call_text(row): float(number) for number, row in enumerate(TRAIN)}
    alone = Reranker(lambda pairs: np.array([says[example] for _, example in pairs]), 9, call_text)
    ranked = rank([query], pool, cosine([query], pool, embed), None)
    [by_score] = rerank([query], pool, ranked, alone, embed)
    assert [says[call_text(pool.rows[i])] for i in by_score[:9]] == sorted(
        (says[call_text(pool.rows[i])] for i in ranked[0][:9]), reverse=True
    )
    assert by_score[9:].tolist() == ranked[0][9:].tolist()
    [by_cosine] = rerank([query], pool, ranked, replace(alone, weights=np.array([1.0, 0, 0])), embed)
    assert by_cosine.tolist() == ranked[0].tolist() != by_score.tolist()


def test_switch(tmp_path: Path) -> None:
    assert load_reranker(P.model_copy(update={"kind": "none"}), tmp_path) is None
    generic: Rerank = P.model_copy(update={"kind": "generic", "generic": str(tmp_path / "nowhere")})
    with pytest.raises(ModelError, match="cannot load the cross-encoder"):
        load_reranker(generic, tmp_path)


def test_nothing_to_compare_is_one_clear_error(tmp_path: Path) -> None:
    assert training_lists(TRAIN[:1], P, 0, embed) == [] == training_lists([], P, 0, embed)
    with pytest.raises(RerankError, match=r"raise crawl.limit or set rerank.kind: none"):
        train([], tmp_path, P, 0)
    with pytest.raises(RerankError, match=r"raise crawl.limit or set rerank.kind: none"):
        train_weights([], tmp_path, P, 0, embed)
