"""Prompts that show tools, and what outputs call."""

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from apipack.models.chat import tool_template
from apipack.models.places import resolve
from apipack.prompting.toolbox import Toolbox, calls_in
from apipack.records import Request
from tests.tiny import save_tiny
from tests.toolboxes import HERMES, ROWS, tool_tests


def test_a_prompt_shows_the_tools_and_its_reference_calls_one() -> None:
    for test, number in zip(tool_tests(), (1, 3), strict=True):
        toolbox = Toolbox.from_json(test["toolbox"])
        assert toolbox.to_json() == test["toolbox"] and len(toolbox.tools) == number
        shown = test["prompt"].partition("**documentation**:\n")[2].partition("\n**lang**: tools\n")[0]
        assert [json.loads(line) for line in shown.splitlines()] == [one["function"] for one in toolbox.openai]
        assert toolbox.read(test["reference"]).request == Request.from_json(test["request"])
        assert test["question"].endswith(ROWS[0]["instruction"]) and "parameters" not in test["question"]


def test_what_has_no_room_is_left_out_of_a_tool_and_may_be_called_all_the_same() -> None:
    short = Toolbox.from_json(tool_tests(tokens=1)[0]["toolbox"])
    (tool,) = short.openai
    body = tool["function"]["parameters"]["properties"]["body"]
    assert list(body["properties"]) == ["name"]  # which is required
    call = json.dumps({"name": tool["function"]["name"], "arguments": {"body": {"name": "a", "length": 3}}})
    made = short.read(call).request
    assert made is not None and made.body == '{"name":"a","length":3}'


def test_tools_of_one_name_are_told_apart() -> None:
    same = [{**row, "endpoint": "list"} for row in ROWS[:3]]
    toolbox = Toolbox.of(same, lambda _: True)
    assert [one.name for one in toolbox.tools] == ["list", "list_2", "list_3"]
    request = Request.from_json(same[1]["request"])
    assert toolbox.read(toolbox.call(same[1], request)).request == request


CALL = {"name": "f", "arguments": {"a": [1, {"b": "}"}]}}
FORMS = {
    "bare": json.dumps(CALL),
    "tags": f"Sure.\n<tool_call>\n{json.dumps(CALL)}\n</tool_call>",
    "list": f"[TOOL_CALLS] [{json.dumps(CALL)}]",
    "openai": json.dumps({"type": "function", "function": {**CALL, "arguments": json.dumps(CALL["arguments"])}}),
    "parameters": json.dumps({"name": "f", "parameters": CALL["arguments"]}),
}


@pytest.mark.parametrize("form", FORMS)
def test_calls_are_read_in_the_forms_of_chat_templates(form: str) -> None:
    assert calls_in(FORMS[form]) == [("f", CALL["arguments"])]


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("I cannot do that {sorry}", "no_tool_call"),
        ('{"name": "Create_a_berth", "arguments": {"body": {"na', "no_tool_call"),
        ('{"name": 7, "arguments": {}}', "no_tool_call"),
        ('{"name": "a", "arguments": {}}\n{"name": "a", "arguments": {}}', "several_tool_calls"),
        ('{"name": "drop_all", "arguments": {}}', "no_such_tool"),
        ('{"name": NAME, "arguments": {"body": {}, "x": 1}}', "unknown_argument"),
        ('{"name": NAME, "arguments": {}}', "missing_argument"),
        ('{"name": NAME, "arguments": [1]}', "arguments_no_object"),
        ('{"name": NAME, "arguments": {"body": {"name": "\\ud800"}}}', "body_not_unicode"),
        ("[" * 9_999, "no_tool_call"),
    ],
)
def test_an_output_that_makes_no_request_says_why(output: str, problem: str) -> None:
    toolbox = Toolbox.of(ROWS[:1], lambda _: True)
    reading = toolbox.read(output.replace("NAME", json.dumps(toolbox.tools[0].name)))
    assert reading.request is None and reading.problem == problem and reading.code.encode() is not None


def test_a_chat_template_that_shows_tools_is_used(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "tiny")
    assert tool_template(str(resolve("embedded"))) is None  # its template has none
    (folder / "chat_template.jinja").write_text(HERMES)
    template = tool_template(str(folder))
    assert template is not None
    test = tool_tests(template)[0]
    toolbox = Toolbox.from_json(test["toolbox"])
    assert test["prompt"].count("<|im_start|>") == 3 and test["prompt"].endswith("<|im_start|>assistant\n")
    assert json.dumps(toolbox.openai[0]["function"]["name"]) in test["prompt"].partition("</tools>")[0]
    call = json.loads(test["reference"])
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    written = template.completion(messages, toolbox.openai, call["name"], call["arguments"])
    assert written.startswith("<tool_call>\n{") and written.endswith("}\n</tool_call>")
    assert toolbox.read(written).request == Request.from_json(test["request"])
    assert AutoTokenizer.from_pretrained(folder).eos_token not in written
