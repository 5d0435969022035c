"""Prompts for training and for tests: one code, and the share with examples that params ask for."""

from typing import Any

from apipack.cli.presets import read
from apipack.prompting.corpus import Corpus, few_shot_plan
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
DRAWN = [(key, "curl") for key in "abcd"]
CHOSEN = {(key, setting): ["b", "c", "d"] for key in "abcd" for setting in (RANDOM, RETRIEVED)}


def test_a_training_prompt_is_the_prompt_of_a_test() -> None:
    trained = CORPUS.training([("a", "curl")], {("a", "curl"): RETRIEVED}, CHOSEN, P, ROOM)
    tests = CORPUS.tests(["a"], 2, ["curl"], [ZERO, RETRIEVED], CHOSEN, P, ROOM)
    assert [made["prompt"] for made in trained] == [made["prompt"] for made in tests]
    assert [made["setting"] for made in trained] == [ZERO, RETRIEVED]
    assert trained[0]["prompt"] != trained[1]["prompt"] and "curl d" in trained[1]["prompt"]


def test_the_paper_s_half_without_and_half_with_examples() -> None:
    for preset in ("codellama-13b", "codellama-13b-fsdp"):
        sample = read(preset)["sample"]
        assert sample["wordings"] == 1
        made = CORPUS.training(DRAWN, few_shot_plan(DRAWN, sample["few_shot"], 0), CHOSEN, P, ROOM)
        assert [one["setting"] == ZERO for one in made] == [True, False] * 4


def test_the_plan_keeps_to_its_share_and_draws_both_kinds() -> None:
    drawn = [(f"{n}", "curl") for n in range(2_000)]
    plan = few_shot_plan(drawn, 0.3, 0)
    assert 0.27 < len(plan) / len(drawn) < 0.33 and set(plan.values()) == {RANDOM, RETRIEVED}
    assert few_shot_plan(drawn, 0, 0) == {} and set(few_shot_plan(drawn, 1, 0)) == set(drawn)
