"""The form in which a chat template writes calls of tools, and its grammar."""

import json
from functools import partial
from operator import itemgetter
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from apipack.inference.constrained import Vocabulary
from apipack.models.chat import OWN_FORM, ToolTemplate, tool_template
from apipack.models.places import ModelError, resolve
from apipack.prompting.corpus import grammar_of
from apipack.prompting.toolbox import Toolbox
from apipack.records import Request
from tests.toolboxes import HERMES, tool_tests

WRITTEN = """<tool_call>
{{ call['function'] | tojson }}
</tool_call>"""
LLAMA = """{"name": "{{ call['function']['name'] }}", "parameters": {{ call['function']['arguments'] | tojson }}}"""
LISTED = """[TOOL_CALLS] [{{ call['function'] | tojson }}]<|call_end|>"""
SPECIAL = ["[TOOL_CALLS]", "<|call_end|>"]
FORMS = {"hermes": HERMES, "llama": HERMES.replace(WRITTEN, LLAMA), "listed": HERMES.replace(WRITTEN, LISTED)}
NO_FORM = {
    "fields": HERMES.replace(
        WRITTEN, "{{ call['function']['name'] }}({{ call['function']['arguments'].keys() | list }})"
    ),
    "between": HERMES.replace(
        WRITTEN, "{{ call['function']['name'] }}[TOOL_CALLS]{{ call['function']['arguments'] | tojson }}"
    ),
    "asks for an id": HERMES.replace(WRITTEN, "{{ raise_exception('no id') if 'id' not in call }}"),
    "says more": HERMES.replace("{{ message['content'] }}", "{% if message['tool_calls'] %}so:{% endif %}").replace(
        "{% if add_generation_prompt %}<|im_start|>assistant\n",
        "{% if add_generation_prompt %}<|im_start|>tool caller\n",
    ),
}


def template_of(folder: Path, text: str) -> ToolTemplate:
    tokenizer = AutoTokenizer.from_pretrained(resolve("embedded"))
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL})
    tokenizer.chat_template = text
    tokenizer.save_pretrained(folder)
    template = tool_template(str(folder))
    assert template is not None
    return template


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """That of the tokenizer of all templates."""
    tokenizer = template_of(tmp_path_factory.mktemp("tokenizer"), HERMES).tokenizer
    return Vocabulary(tokenizer, len(tokenizer))


def tokens_of(template: ToolTemplate, text: str) -> list[int]:
    return list(template.tokenizer(text, add_special_tokens=False)["input_ids"])


def follows(vocabulary: Vocabulary, tokens: list[int], grammar: str) -> bool:
    """Whether the tokens are a whole call along the grammar."""
    matcher = vocabulary.matcher(grammar)
    return bool(matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting())


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("abstain", [False, True])
def test_the_grammar_allows_what_the_template_writes_and_nothing_else(
    vocabulary: Vocabulary, tmp_path: Path, name: str, abstain: bool
) -> None:
    template = template_of(tmp_path, FORMS[name])
    form, tokenizer = template.form(), template.tokenizer
    assert form is not None and (form.comma, form.colon) == (", ", ": ")
    assert [len(form.opening), len(form.closing)] == ([1, 1] if name == "listed" else [0, 0])
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    for test in tool_tests(template):
        toolbox = Toolbox.from_json(test["toolbox"])
        shown = [tool.documentation.trimmed(tool.optional) for tool in toolbox.tools]
        grammar, _ = grammar_of(shown, "tools", abstain, toolbox, form)
        assert grammar is not None and (abstain or grammar == test["grammar"])
        named, arguments = itemgetter("name", "arguments")(json.loads(test["reference"]))
        right = template.completion(messages, toolbox.openai, named, arguments)
        allowed = partial(follows, vocabulary, grammar=grammar)
        assert allowed(tokens_of(template, right))
        read = str(tokenizer.decode(tokenizer(right)["input_ids"], skip_special_tokens=True))
        assert toolbox.read(read).request == Request.from_json(test["request"])
        for name, given in (("another_tool", arguments), (named, arguments | {"zzz": 1}), (named, {})):
            written = template.completion(messages, toolbox.openai, name, given)
            assert not allowed(tokens_of(template, written))
        assert not allowed(tokens_of(template, test["reference"]))  # in our own form
        assert allowed(tokens_of(template, "no_call")) == abstain


@pytest.mark.parametrize("name", NO_FORM)
def test_other_templates_have_no_grammar(tmp_path: Path, name: str) -> None:
    template = template_of(tmp_path, NO_FORM[name])
    assert template.form() is None
    if name == "asks for an id":
        with pytest.raises(ModelError, match="the model's chat template writes no such call: no id"):
            template.completion([{"role": "user", "content": "u"}], [], "f", {})
    if name not in ("asks for an id", "says more"):
        assert {(test["grammar"], test["no_grammar"]) for test in tool_tests(template)} == {(None, "chat_template")}


def test_our_own_form_is_that_of_the_text(tmp_path: Path) -> None:
    test = tool_tests()[0]
    start, between, end = OWN_FORM.around
    call = json.loads(test["reference"])
    arguments = json.dumps(call["arguments"], separators=(OWN_FORM.comma, OWN_FORM.colon))
    assert test["reference"] == f"{start}{call['name']}{between}{arguments}{end}"
