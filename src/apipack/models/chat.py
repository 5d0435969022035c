"""How a model's own chat template shows tools and writes a call of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from apipack.models.places import ModelError, resolve

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Json = Mapping[str, Any]
_PROBE = "probe_of_tools"
_PROBED: dict[str, Any] = {"k1": 1, "k2": [2, 3]}
_WRITTEN = re.compile(
    rf'(.*){_PROBE}(.*)\{{"k1"(?P<colon>: ?)1(?P<comma>, ?)"k2"(?P=colon)\[2(?P=comma)3\]\}}(.*)', re.DOTALL
)
_SHOWN = {
    "type": "function",
    "function": {"name": _PROBE, "description": "", "parameters": {"type": "object", "properties": {}}},
}


@dataclass(frozen=True, slots=True)
class CallForm:
    """How a call of a tool is written. around: its texts before the name, between name and arguments, and behind them.
    comma, colon: of its JSON. opening, closing: special tokens before and behind."""

    around: tuple[str, str, str]
    comma: str = ","
    colon: str = ":"
    opening: tuple[int, ...] = ()
    closing: tuple[int, ...] = ()


OWN_FORM = CallForm(('{"name":"', '","arguments":', "}"))
"""That of `prompting.toolbox.call_text`."""


@dataclass(frozen=True, slots=True)
class ToolTemplate:
    """A chat template that shows tools."""

    tokenizer: PreTrainedTokenizerBase

    def prompt(self, messages: Sequence[Json], tools: Sequence[Json]) -> str:
        """The text that the model goes on with."""
        return self._text(messages, tools, add_generation_prompt=True)

    def completion(self, messages: Sequence[Json], tools: Sequence[Json], name: str, arguments: Any) -> str:
        """What the model is to write for a call, without its end-of-text mark. Raises `ModelError` where the template
        does not write a call after what it lets a model go on with."""
        from jinja2 import TemplateError

        call = {"type": "function", "function": {"name": name, "arguments": arguments}}
        turn = {"role": "assistant", "content": "", "tool_calls": [call]}
        asked = self.prompt(messages, tools)
        try:
            whole = self._text([*messages, turn], tools, add_generation_prompt=False)
        except TemplateError as error:
            raise ModelError(f"the model's chat template writes no such call: {error}") from error
        if not whole.startswith(asked):
            raise ModelError("the model's chat template writes another text before a call than before an answer")
        return whole[len(asked) :].partition(str(self.tokenizer.eos_token))[0]

    def form(self) -> CallForm | None:
        """The form of its calls; None where a call is not a name before the JSON of its arguments."""
        try:
            written = self.completion([{"role": "user", "content": "x"}], [_SHOWN], _PROBE, _PROBED)
        except ModelError:
            return None
        found = _WRITTEN.fullmatch(written)
        if found is None:
            return None
        start, between, end = found[1], found[2], found[5]
        special = {token.content: key for key, token in self.tokenizer.added_tokens_decoder.items() if token.special}
        opening: list[int] = []
        closing: list[int] = []
        while first := next(filter(start.startswith, special), None):
            opening.append(special[first])
            start = start[len(first) :]
        while last := next(filter(end.endswith, special), None):
            closing.insert(0, special[last])
            end = end[: -len(last)]
        texts = (start, between, end)
        if any(mark in text for mark in (_PROBE, *special) for text in texts):
            return None
        return CallForm(texts, found["comma"], found["colon"], tuple(opening), tuple(closing))

    def _text(self, messages: Sequence[Json], tools: Sequence[Json], add_generation_prompt: bool) -> str:
        chat: Any = list(messages)
        text = self.tokenizer.apply_chat_template(
            chat, tools=list(map(dict, tools)), tokenize=False, add_generation_prompt=add_generation_prompt
        )
        return str(text)


@cache
def tool_template(name: str) -> ToolTemplate | None:
    """Of a language model; None where it has no chat template, or one that shows no tools. Raises `ModelError`."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(resolve(name))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot load the tokenizer of {name}: {' '.join(str(error).split()):.300}") from error
    if "tools" not in str(tokenizer.chat_template):
        return None
    template = ToolTemplate(tokenizer)
    shown = template.prompt([{"role": "user", "content": "x"}], [_SHOWN])
    return template if _PROBE in shown else None
