"""A recorded backend: nothing that was generated is generated twice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from apipack.inference.backends.base import Failure, LogLikelihood, Prompt, Sampling
from apipack.inference.recorded import Recorded, key_of
from apipack.instructions.template_backend import TemplateBackend
from apipack.models.store import Store

GREEDY = Sampling(0.0, 1.0, 8)
ROW = {"id": "x", "api": "a", "api_name": "Pets", "functionality": "List pets", "description": "", "endpoint": "l"}


def prompts(*users: str) -> list[Prompt]:
    return [Prompt("s", user, 0, ROW) for user in users]


def test_what_is_stored_is_not_generated_again_and_a_change_generates_what_it_touches(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.sqlite"

    def generated(asked: list[Prompt], sampling: Sampling = GREEDY, words: int = 24) -> int:
        with Store(path) as store:
            backend = Recorded(TemplateBackend(words), store, sampling)
            assert sorted(at for at, _ in backend.generate(asked, 2)) == list(range(2 * len(asked)))
            return backend.generated

    assert generated(prompts("a", "b")) == 4
    assert generated(prompts("a", "b")) == 0
    assert generated(prompts("a", "changed")) == 2
    assert generated(prompts("a", "b"), Sampling(0.5, 1.0, 8)) == 4
    assert generated(prompts("a", "b"), words=12) == 4  # another model
    assert generated([Prompt("s", "a", 1, ROW)]) == 1  # seeds 1 and 2, of which 1 is there
    assert generated(prompts("c", "c")) == 2  # the same question twice is one


def test_failures_are_counted_and_tried_again(tmp_path: Path) -> None:
    class Failing(TemplateBackend):
        def generate(self, asked: Sequence[Prompt], n: int = 1) -> Iterator[tuple[int, Failure]]:
            yield from ((at, Failure("timeout", "")) for at in range(len(asked)))

    with Store(tmp_path / "s") as store:
        for _ in range(2):
            backend = Recorded(Failing(24), store, GREEDY)
            assert [outcome for _, outcome in backend.generate(prompts("a"), 3)] == [Failure("timeout", "")] * 3
            assert backend.failures == {"timeout": 3} and len(store) == 0


def test_likelihoods_are_stored_too(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        for expected in (1, 0):
            backend = Recorded(TemplateBackend(24), store, GREEDY)
            ((_, first), (_, second)) = backend.loglikelihood([(prompts("list pets")[0], "pets")] * 2)
            assert isinstance(first, LogLikelihood) and first == second and first.total < 0
            assert backend.scored == expected


def test_keys_tell_parts_apart() -> None:
    assert key_of("ab", "c") != key_of("a", "bc") and key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
