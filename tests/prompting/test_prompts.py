import pytest

from apipack.models.places import token_counter
from apipack.prompting.prompts import Budget, Shot, completion, extract_call, fitting, prompt
from tests.parameters import PARAMS

ROW = {"api_name": "Pets", "api_description": "All about pets and more", "tags": ["pet"], "provider": "pets.example"}
SHORT = PARAMS.retrieve.model_copy(update={"description_words": 3, "output": ["api_call"]})
FULL = SHORT.model_copy(update={"output": ["domain", "api_call", "api_provider", "lang"]})


def test_prompt() -> None:
    text = prompt(ROW, "curl", "List pets", [Shot("Get a pet", "curl one")], SHORT)
    assert text == (
        "**api_description**: Pets. All about pets\n**lang**: curl\n\n"
        "**instruction**: Get a pet\n**output**:\ncurl one\n\n"
        "**instruction**: List pets\n**output**:\n"
    )


def test_an_unknown_api_has_no_description() -> None:
    assert prompt(None, "go", "List pets", [], SHORT) == "**lang**: go\n\n**instruction**: List pets\n**output**:\n"


def test_whole_examples_go_worst_first_until_the_prompt_fits() -> None:
    shots = [Shot(f"Get pet number {n}", f"curl https://pets.example/{n}/" + "é/" * 20 * n) for n in (3, 2, 1)]
    words = Budget(0, lambda text: len(text.split()))
    full = words.count(prompt(ROW, "curl", "List pets", shots, SHORT))
    one = words.count(prompt(ROW, "curl", "List pets", shots[-1:], SHORT))
    for tokens, left in ((10_000, 3), (full, 3), (full - 1, 2), (one, 1), (one - 1, 0)):
        kept = fitting(ROW, "curl", "List pets", shots, SHORT, Budget(tokens, words.count))
        assert list(kept) == shots[len(shots) - left :]


@pytest.mark.heavy
def test_the_model_s_own_tokens_are_counted() -> None:
    count = token_counter("embedded")
    shots = [Shot(f"Get pet number {n}", f"curl --url 'https://pets.example/v1/{n}/é'") for n in range(20)]
    for tokens in (100, 150, 237, 400):
        kept = fitting(ROW, "curl", "List pets", shots, SHORT, Budget(tokens, count))
        text, more = (prompt(ROW, "curl", "List pets", shots[-n:], SHORT) for n in (len(kept), len(kept) + 1))
        assert kept and count(text) <= tokens < count(more)


def test_extract_undoes_completion() -> None:
    call = "curl --request GET \\\n  --url 'https://x'\n# **lang** in a comment"
    for p in (SHORT, FULL):
        assert extract_call(completion(ROW, "curl", call, p)) == call
        assert extract_call(completion(ROW, "curl", call, p) + "\n\n**instruction**: another") == call


def test_fenced_calls_are_unwrapped_whatever_the_model() -> None:
    assert extract_call("Sure:\n```bash\ncurl x\n```\nDone.") == "curl x"
    assert extract_call("```\ncurl y") == "curl y"
    assert extract_call("") == ""
