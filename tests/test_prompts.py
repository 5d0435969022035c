from apipack.params import load
from apipack.prompts import Shot, completion, extract_call, prompt

ROW = {"api_name": "Pets", "api_description": "All about pets and more", "tags": ["pet"], "provider": "pets.example"}
SHORT = load().retrieve.model_copy(update={"description_words": 3, "output": ["api_call"]})
FULL = SHORT.model_copy(update={"output": ["domain", "api_call", "api_provider", "lang"]})


def test_prompt() -> None:
    text = prompt(ROW, "curl", "List pets", [Shot("Get a pet", "curl one")], SHORT)
    assert text == (
        "**api_description**: Pets. All about pets\n**lang**: curl\n\n"
        "**instruction**: Get a pet\n**output**:\ncurl one\n\n"
        "**instruction**: List pets\n**output**:\n"
    )


def test_extract_undoes_completion() -> None:
    call = "curl --request GET \\\n  --url 'https://x'\n# **lang** in a comment"
    for p in (SHORT, FULL):
        assert extract_call(completion(ROW, "curl", call, p)) == call
        assert extract_call(completion(ROW, "curl", call, p) + "\n\n**instruction**: another") == call


def test_fenced_calls_are_unwrapped_whatever_the_model() -> None:
    assert extract_call("Sure:\n```bash\ncurl x\n```\nDone.") == "curl x"
    assert extract_call("```\ncurl y") == "curl y"
    assert extract_call("") == ""
