"""How a model's own chat template shows tools and writes a call of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from apipack.models.places import ModelError, resolve

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Json = Mapping[str, Any]
_PROBE = "probe_of_tools"


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
        call = {"type": "function", "function": {"name": name, "arguments": arguments}}
        turn = {"role": "assistant", "content": "", "tool_calls": [call]}
        asked, whole = self.prompt(messages, tools), self._text([*messages, turn], tools, add_generation_prompt=False)
        if not whole.startswith(asked):
            raise ModelError("the model's chat template writes another text before a call than before an answer")
        return whole[len(asked) :].partition(str(self.tokenizer.eos_token))[0]

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
    function = {"name": _PROBE, "description": "", "parameters": {"type": "object", "properties": {}}}
    shown = template.prompt([{"role": "user", "content": "x"}], [{"type": "function", "function": function}])
    return template if _PROBE in shown else None
