"""A model that knows nothing writes calls that the documentation allows, where it is made to."""

import re
from pathlib import Path

import pytest

from apipack.inference.answering import Answered, answer
from tests.parameters import PARAMS
from tests.tiny import save_tiny

ALLOWED = re.compile(r"curl --url 'https://x\.example/[0-9]{1,3}'")
GRAMMAR = 'start: CALL\nCALL: "curl --url \'https://x.example/" /[0-9]{1,3}/ "\'"\n'
OTHER = GRAMMAR.replace("x.example", "y.example")
PROMPTS = [f"prompt {'x ' * number}" for number in range(5)]
LIMITS = PARAMS.evaluate.model_copy(update={"new_tokens": 60, "batch": 2})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_tiny(tmp_path_factory.mktemp("tiny")))


def test_outputs_keep_to_their_own_grammar_and_end_with_it(tiny: str, tmp_path: Path) -> None:
    grammars = [GRAMMAR, OTHER, GRAMMAR, GRAMMAR, OTHER]
    outputs, took = answer(tiny, None, PROMPTS, LIMITS, "\n\n", tmp_path / "o.sqlite", grammars=grammars)
    for grammar, output in zip(grammars, outputs, strict=True):
        text = output.text.replace("y.example", "x.example")
        assert ALLOWED.fullmatch(text) and not output.cut
        assert ("y.example" in output.text) == (grammar == OTHER)
    assert took.generated == 5 and took.unusable == 0 and took.mask_tokens > 5 * 4 and took.mask_seconds > 0
    free, _ = answer(tiny, None, PROMPTS, LIMITS, "\n\n", tmp_path / "o.sqlite")
    assert not any(ALLOWED.match(output.text) for output in free)  # kept apart from the others
    again = answer(tiny, None, PROMPTS, LIMITS, "\n\n", tmp_path / "o.sqlite", grammars=grammars)
    assert again == (outputs, Answered(0))


@pytest.mark.parametrize("broken", ["start: CALL\nCALL: /(/\n", "start: a\na: b\n", "start: /(a{500}b{500}){900}/\n"])
def test_a_grammar_that_cannot_be_used_is_counted(tiny: str, tmp_path: Path, broken: str) -> None:
    grammars = [GRAMMAR, broken, GRAMMAR]
    outputs, took = answer(tiny, None, PROMPTS[:3], LIMITS, "\n\n", tmp_path / "o.sqlite", grammars=grammars)
    assert [bool(output.text) for output in outputs] == [True, False, True]
    assert took.unusable == 1 and took.generated == 2
