"""The API-specific re-ranker on made-up APIs whose endpoints say what the embeddings cannot know."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModel, AutoTokenizer

from apipack.models import ModelError, embedder
from apipack.params import Rerank, load
from apipack.relevance import relevance, shape
from apipack.reranking import RerankError, load_reranker, train, training_pairs

P = load().rerank.model_copy(
    update={"kind": "api", "queries": 24, "examples": 6, "epochs": 6.0, "batch": 16, "max_tokens": 32, "lr": 2e-3}
)
VERBS = {"GET": "Show", "DELETE": "Remove", "POST": "Create"}


def rows(api: str, nouns: list[str]) -> list[dict[str, Any]]:
    made = []
    for noun in nouns:
        for method, verb in VERBS.items():
            url = f"https://{api}.example/{noun}"
            request = {"method": method, "url": url, "headers": [], "body": None}
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


def test_pairs_are_graded_by_their_requests_and_never_of_two_apis() -> None:
    pairs = training_pairs(TRAIN, P, 0, embed)
    assert len(pairs) == 24 * 6 and training_pairs(TRAIN, P, 0, embed) == pairs != training_pairs(TRAIN, P, 1, embed)
    by_text = {row["instruction"]: row for row in TRAIN}
    for pair in pairs:
        asked = by_text[pair["query"]]
        shown = by_text[pair["example"].split(".")[0] + "."]
        assert asked["api"] == shown["api"] and asked["id"] != shown["id"]
        assert pair["label"] == relevance(shape(asked), shape(shown))


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
    pairs = [
        {**pair, "label": 0.95 if " GET " in pair["example"] else 0.05} for pair in training_pairs(TRAIN, P, 0, embed)
    ]
    figures = train(pairs, tmp_path, P.model_copy(update={"model": shallow}), 0)
    assert figures["pairs"] == 144 and 0 < figures["mean_label"] < 1
    reranker = load_reranker(P, tmp_path)
    assert reranker is not None and reranker.depth == P.depth
    scores = reranker.score([(pair["query"], pair["example"]) for pair in pairs])
    good = np.array([pair["label"] > 0.5 for pair in pairs])
    assert scores[good].mean() > scores[~good].mean() + 0.2
    again = reranker.score([("Show the lion.", "a"), ("Show the lion.", "b"), ("Show the lion.", "a")])
    assert again[0] == again[2] and len(again) == 3 and reranker.score([]).tolist() == []


def test_switch(tmp_path: Path) -> None:
    assert load_reranker(P.model_copy(update={"kind": "none"}), tmp_path) is None
    generic: Rerank = P.model_copy(update={"kind": "generic", "generic": str(tmp_path / "nowhere")})
    with pytest.raises(ModelError, match="cannot load the cross-encoder"):
        load_reranker(generic, tmp_path)


def test_nothing_to_compare_is_one_clear_error(tmp_path: Path) -> None:
    assert training_pairs(TRAIN[:1], P, 0, embed) == [] == training_pairs([], P, 0, embed)
    with pytest.raises(RerankError, match=r"raise crawl.limit or set rerank.kind: none"):
        train([], tmp_path, P, 0)
