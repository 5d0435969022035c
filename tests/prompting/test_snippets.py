"""Code is found in whatever a model writes around it."""

import pytest

from apipack.languages.codec import read, render
from apipack.prompting.snippets import snippet
from apipack.records import LANGUAGES, Request

POST = Request("POST", "https://api.x.example/v2/b", (("Content-Type", "application/json"),), '{"t":1}')
TAGS = {"curl": "bash", "libcurl": "c", "node": "javascript"}
AROUND = {
    "nothing": "{code}",
    "a fence": "```{tag}\n{code}\n```",
    "sentences": "Here is the call:\n\n```{tag}\n{code}\n```\n\nIt sends a POST.",
    "an install fence": "First install:\n```bash\npip install requests\n```\nThen:\n```{tag}\n{code}\n```",
    "an info string": '```{tag} title="call"\n{code}\n```',
    "a space before the tag": "``` {tag}\n{code}\n```",
    "tildes": "~~~{tag}\n{code}\n~~~",
    "four marks": "````{tag}\n{code}\n````",
    "braces": "```{{.{tag}}}\n{code}\n```",
    "no tag": "```\n{code}\n```",
    "no end": "```{tag}\n{code}",
    "the answer first": '```json\n{{"t": 1}}\n```\n```{tag}\n{code}\n```',
    "the answer last": '```{tag}\n{code}\n```\nAnswer:\n```json\n{{"url": "https://x"}}\n```',
    "two ways": "```{tag}\n{code}\n```\nor:\n```{tag}\n{code}\n```",
    "thoughts": "<think>Maybe ```x```.</think>\n```{tag}\n{code}\n```",
    "a label": "**api_call**: {code}",
    "another form's label": "API_Call: {code}",
    "a sentence before": "Sure! Here it is:\n\n{code}",
    "a sentence after": "{code}\n\nReplace the token with your own.",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_call(language: str, around: str) -> None:
    code = render(language, POST)
    text = AROUND[around].format(code=code, tag=TAGS.get(language, language))
    assert read(language, snippet(text, language)) == POST


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fence_in_a_list_a_quotation_or_with_other_line_ends(language: str) -> None:
    fence = f"```{TAGS.get(language, language)}\n{render(language, POST)}\n```"
    for text in (
        "1. Call:\n\n" + "\n".join(f"   {line}" for line in fence.split("\n")),
        "\n".join(f"> {line}" for line in fence.split("\n")),
        fence.replace("\n", "\r\n"),
    ):
        assert read(language, snippet(text, language)) == POST


def test_prompts_of_a_terminal() -> None:
    call = render("curl", POST)
    for text in (f"```console\n$ {call}\n```", f'```\n$ {call}\n{{"id": 1}}\n```', f"$ {call}", f"me@host:~$ {call}"):
        assert read("curl", snippet(text, "curl")) == POST
    session = "\n".join(f">>> {line}" for line in render("python", POST).split("\n"))
    assert read("python", snippet(session, "python")) == POST


def test_inline_code_is_a_call_where_it_has_a_url() -> None:
    assert (
        snippet("Install `curl` and run `curl -I https://h.example/a` once.", "curl") == "curl -I https://h.example/a"
    )


def test_line_ends_of_a_body_stay() -> None:
    code = "curl https://h.example -d 'a\r\nb'"
    assert snippet(code, "curl") == code
