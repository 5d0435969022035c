"""Prompts of tests, without and with examples."""

from typing import Any

from apipack.prompting.corpus import Corpus
from apipack.prompting.prompts import Budget
from apipack.retrieval.examples import RANDOM, RETRIEVED, ZERO
from tests.parameters import PARAMS

P = PARAMS.retrieve
ROOM = Budget(10_000, len)
NAMES = ("api", "api_name", "api_description", "provider", "request", "template", "arguments", "values", "hint")


def row(key: str) -> dict[str, Any]:
    wordings = {"instruction": f"Show {key}.", "test_instruction": f"I need {key}."}
    return {"id": key, **{name: name for name in NAMES}, **wordings, "tags": []}


CORPUS = Corpus({key: row(key) for key in "abcd"}, {(key, "curl"): f"curl {key}" for key in "abcd"})
CHOSEN = {(key, setting): ["b", "c", "d"] for key in "abcd" for setting in (RANDOM, RETRIEVED)}


def test_a_test_shows_its_examples_and_no_others() -> None:
    zero, three = CORPUS.tests(["a"], 2, ["curl"], [ZERO, RETRIEVED], CHOSEN, P, ROOM)
    assert zero["examples"] == [] and three["examples"] == ["b", "c", "d"] and three["last_example"] == "curl d"
    assert "curl d" in three["prompt"] and "curl" not in zero["prompt"].replace("**lang**: curl", "")
