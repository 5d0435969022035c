"""Tests that show one tool, and three, of a small API."""

import json
from typing import Any

from apipack.instructions.wordings import instructed
from apipack.models.chat import ToolTemplate
from apipack.operations.parsing import parse_spec
from apipack.prompting.corpus import Corpus
from apipack.prompting.prompts import Budget
from apipack.records import TOOLS
from apipack.retrieval.documented import SPEC, SPEC_DISTRACTORS
from tests.parameters import PARAMS
from tests.small_apis import document

HERMES = """{% if tools %}<|im_start|>system
{{ messages[0]['content'] }}
<tools>{% for tool in tools %}
{{ tool | tojson }}{% endfor %}
</tools><|im_end|>
{% endif %}{% for message in messages[1:] %}<|im_start|>{{ message['role'] }}
{% for call in message['tool_calls'] or [] %}<tool_call>
{{ call['function'] | tojson }}
</tool_call>{% endfor %}{{ message['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
"""A chat template that shows tools."""

SPOKEN = PARAMS.instruct.model_copy(update={"values": "spoken", "variants": 30})
PARSED_SPEC = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "harbour")
PARSED = parse_spec(PARSED_SPEC, json.dumps(document("harbour")).encode(), optional=False, max_bytes=10**6).rows
ROWS = [row | said for row, said in zip(PARSED, instructed(PARSED, SPOKEN, 0), strict=True)]
CORPUS = Corpus({row["id"]: row for row in ROWS}, {})
ROOM = Budget(10_000, len)


def tool_tests(template: ToolTemplate | None = None, tokens: int = 10_000) -> list[dict[str, Any]]:
    ids = [row["id"] for row in ROWS[:3]]
    documented = {(ids[0], SPEC): ids[:1], (ids[0], SPEC_DISTRACTORS): ids[::-1]}
    p = PARAMS.retrieve.model_copy(update={"documentation_tokens": tokens})
    given: tuple[Any, ...] = ({}, p, ROOM, documented, None, template)
    return CORPUS.tests(ids[:1], 2, [TOOLS], [SPEC, SPEC_DISTRACTORS], *given)
