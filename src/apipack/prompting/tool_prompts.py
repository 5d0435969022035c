"""How a model is asked for a call of a tool: in its chat template, where that shows tools, otherwise in our own text.

Our own text is that of the other languages (`prompts`): the documentation is a tool a line, the language is `tools`,
and the completion is `toolbox.call_text`. A chat has the same without the tools, which stand beside its messages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from apipack.models.chat import ToolTemplate
from apipack.prompting.no_call import RULE
from apipack.prompting.prompts import Shot, pieces, prompt
from apipack.prompting.toolbox import Toolbox
from apipack.records import TOOLS
from apipack.retrieval.params import Retrieve

Row = dict[str, Any]
SYSTEM = "Call the one tool that does what is asked, with the values that are said and no others."
ABSTAINING = "Call the one tool that does what is asked, with the values that are said, or write what is right instead."


def of_tools(
    row: Row | None,
    instruction: str,
    shots: Sequence[Shot],
    p: Retrieve,
    toolbox: Toolbox,
    template: ToolTemplate | None,
) -> Row:
    """What a test has besides (`schemas.TOOL_TESTS`): the chat's question, the toolbox, and its prompt in the template
    where there is one. row, shots: as in `prompts.prompt`."""
    question = question_of(row, instruction, shots, p)
    asked = {} if template is None else {"prompt": template.prompt(chat(question), toolbox.openai)}
    return {"question": question, "toolbox": toolbox.to_json(), **asked}


def question_of(row: Row | None, instruction: str, shots: Sequence[Shot], p: Retrieve) -> str:
    """A chat's question: what is known of the API, the examples, and what is asked."""
    *before, _ = pieces(row, TOOLS, instruction, shots, p, RULE if p.abstain else "")
    return "".join([*before, instruction])


def chat(question: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system_of(question)}, {"role": "user", "content": question}]


def system_of(question: str) -> str:
    """What a chat says first: where the question has the rule of abstaining, that a call need not be right."""
    return ABSTAINING if RULE in question else SYSTEM


def instance(
    row: Row | None,
    instruction: str,
    shots: Sequence[Shot],
    p: Retrieve,
    toolbox: Toolbox,
    documentation: str,
    answer: str,
    template: ToolTemplate | None,
) -> tuple[str, str]:
    """(prompt, completion) to train on. answer: a call of a tool, or what is right instead of one. documentation: the
    text that shows the tools."""
    if template is None:
        return prompt(row, TOOLS, instruction, shots, p, documentation), answer
    messages = chat(question_of(row, instruction, shots, p))
    if not answer.startswith("{"):  # no call
        return template.prompt(messages, toolbox.openai), answer
    call = json.loads(answer)
    written = template.completion(messages, toolbox.openai, call["name"], call["arguments"])
    return template.prompt(messages, toolbox.openai), written
