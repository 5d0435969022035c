"""The recipe on the backend that needs no model, and what it does with a model's bad answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from apipack.inference.backends.base import Completion, Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.recorded import Recorded
from apipack.instructions import asking, diversity
from apipack.instructions.recipe import run
from apipack.instructions.rules import reject
from apipack.instructions.selection import Candidate, select
from apipack.instructions.template_backend import TemplateBackend
from apipack.instructions.wordings import judge_of
from apipack.models.store import Store
from tests.parameters import PARAMS

P = PARAMS.instruct
NAMES = ("pet", "owner", "vet", "cage", "toy")
ROWS = [
    {
        "id": f"id{place}",
        "api": "pets.example",
        "api_name": "Pet Store API",
        "functionality": f"List every {name}",
        "description": f"Returns each {name} of the store with its number.",
        "endpoint": f"list_{name}",
        "path": f"/store/{name}",
    }
    for place, name in enumerate(NAMES)
]


def rules(pairs: Sequence[tuple[dict, str]]) -> list[str | None]:
    return [reject(row, text) for row, text in pairs]


class Recording:
    """A model that gives every fifth completion in a given way; remembers what it was asked."""

    identity = "recording"

    def __init__(self, fault: Completion | Failure | None) -> None:
        self.fault = fault
        self.asked: list[Prompt] = []
        self._inner = TemplateBackend(P.description_words)

    def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
        self.asked += prompts
        for place, prompt in enumerate(prompts):
            if not prompt.facts:
                yield place, Completion(f"Please, {prompt.user.splitlines()[2]}")
            elif self.fault is not None:
                yield from ((place * n + k, self.fault) for k in range(n))
            else:
                yield from ((place * n + at, made) for at, made in self._inner.generate([prompt], n))

    def loglikelihood(self, pairs: Sequence[tuple[Prompt, str]]) -> Iterator[tuple[int, LogLikelihood | Failure]]:
        return self._inner.loglikelihood(pairs)


def test_three_seeds_an_api_then_five_candidates_an_operation_then_both_likelihoods() -> None:
    model = Recording(None)
    made = run(ROWS, model, model, rules, P, 0)
    assert [row["id"] for row in made.rows] == [row["id"] for row in ROWS]
    assert made.counts["seeds"] == 3 and made.counts["seeds_rewritten"] == 3
    assert len(made.candidates) == made.counts["accepted"] == 5 * len(ROWS)
    assert all(one["likelihood"] < 0 and one["back_likelihood"] < 0 for one in made.candidates)
    for done, row in zip(made.rows, ROWS, strict=True):
        best = max((one for one in made.candidates if one["id"] == row["id"]), key=lambda one: one["back_likelihood"])
        assert done["instruction"] == best["candidate"] != done["test_instruction"]
    prompts = [prompt for prompt in model.asked if prompt.facts]
    for prompt in prompts:
        shown = prompt.user.count("Request: Please, ")
        assert shown == (2 if f"Request: Please, {prompt.facts['functionality']}" in prompt.user else shown)
        assert 2 <= shown <= 3
        assert prompt.user.endswith(f"Endpoint: {prompt.facts['endpoint']}\nAPI: Pet Store API\n\nRequest:")


def test_an_operation_is_never_an_example_for_itself() -> None:
    model = Recording(None)
    run(ROWS, model, model, rules, P, 0)
    for prompt in model.asked:
        if prompt.facts:
            assert prompt.user.count(f"Endpoint: {prompt.facts['endpoint']}\n") == 1


def test_bad_answers_are_counted_asked_again_and_replaced_by_the_grammar() -> None:
    for fault, reason in (
        (Failure("timeout", ""), "timeout"),
        (Completion("I'm sorry, but I cannot help with that."), "refusal"),
        (Completion("   "), "empty"),
        (Completion("Here is the request: list them with the Pet Store API."), "preamble"),
    ):
        model = Recording(fault)
        made = run(ROWS, model, model, rules, P, 0)
        assert made.counts[f"rejected_{reason}"] == 5 * len(ROWS) * (1 + P.rewrites)
        assert made.counts["fallback_no_candidate"] == len(made.rows) == len(ROWS)
        assert all("Pet Store API" in row["instruction"] for row in made.rows)
        seeds = [prompt.seed for prompt in model.asked if prompt.facts]
        assert len(set(seeds)) == len(seeds) == len(ROWS) * (1 + P.rewrites)


def test_a_second_run_generates_nothing_and_gives_the_same(tmp_path: Path) -> None:
    sampling = Sampling(P.temperature, P.top_p, P.new_tokens)
    results = []
    for expected in (3 + 5 * len(ROWS), 0):
        with Store(tmp_path / "store.sqlite") as store:
            writer = Recorded(Recording(None), store, sampling)
            made = run(ROWS, writer, writer, rules, P, 0)
        results.append((made.rows, made.candidates))
        assert writer.generated == expected
    assert results[0] == results[1]


@pytest.mark.heavy
def test_judges_of_params() -> None:
    """The rules decide first; the learned model or the writer is asked about what they let pass."""

    class Strict(Recording):
        def generate(self, prompts: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Completion | Failure]]:
            yield from ((at, Completion("Bad." if "cages" in one.user else "Good")) for at, one in enumerate(prompts))

    pairs = [(ROWS[0], f"{opening} every pet with the Pet Store API?") for opening in ("How do I list", "Here is", "")]
    pairs[2] = (ROWS[0], "How do I sell cages abroad and then paint the vet with the Pet Store API?")
    expected = {
        "rules": [None, "preamble", None],
        "llm": [None, "preamble", "llm"],
        "model": [None, "preamble", "model"],
    }
    for name, reasons in expected.items():
        assert judge_of(P.model_copy(update={"judge": name}), Strict(None))(pairs) == reasons


def test_selection_by_back_translation_then_a_different_wording() -> None:
    options = [
        Candidate("List the pets of the store please.", None, -1.0, -3.0),
        Candidate("How do I list all pets?", None, -2.0, -1.0),
        Candidate("How do I list all pets??", None, -2.0, -1.1),
        Candidate("Best of all", "preamble", -0.1, -0.1),
    ]
    assert select(options, 0.9) == ("How do I list all pets?", "List the pets of the store please.")
    assert select(options[1:3], 0.9) == ("How do I list all pets?", "How do I list all pets??")
    assert select(options[1:2], 0.9) == ("How do I list all pets?", None)
    assert select(options[3:], 0.9) == (None, None)


def test_prompts_are_versioned_by_their_content() -> None:
    recipe = {"system", "rewrite", "candidate", "back_translation", "operation", "judge"}
    assert set(asking.versions()) == recipe | {"rewrite_values", "candidate_values", "values"}
    assert len(set(asking.versions().values())) == 9


def test_clean_takes_off_quotes_and_labels() -> None:
    assert asking.clean(' "List pets." ') == ("List pets.", None)
    assert asking.clean("Request: List pets.") == ("List pets.", None)
    assert asking.clean("As an AI, I…")[1] == "refusal" and asking.clean("123 !")[1] == "malformed"


def test_diversity_tells_varied_from_dull() -> None:
    dull = diversity.figures(["list all the pets"] * 50)
    varied = diversity.figures([f"{verb} the {name}" for verb in ("get", "drop", "keep") for name in NAMES])
    assert dull["distinct_2"] < 0.05 < varied["distinct_2"] and dull["near_duplicates"] == 1.0
    assert dull["exact_duplicates"] == 0.98 and varied["exact_duplicates"] == 0.0
    assert diversity.similarity(["same text", "abc"], ["same text", "xyz"])["share_from_0.9"] == 0.5
