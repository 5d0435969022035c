"""Whether the right call is one that its grammar allows, of operations spread over a dataset.

    python -m benchmarks.grammars data/dataset/operations 2000

Each grammar is of the operation's whole documentation, and both of its requests are written as cURL, as Python and as a
call of its tool, in our own form and in that of a chat template. One line of JSON a form: how many are allowed and
refused, and why others have no grammar.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llguidance import LLMatcher, LLParserLimits, LLTokenizer

from apipack.inference.constrained import MAX_LEXER_STATES
from apipack.io import parts, read_table
from apipack.models.chat import CallForm
from apipack.operations.documentation import Documentation
from apipack.progress import progress
from apipack.prompting.call_grammar import call_grammar, tool_grammar
from apipack.prompting.corpus import tool_call, written
from apipack.prompting.grammar_terms import NoGrammar
from apipack.prompting.toolbox import Toolbox
from apipack.records import TOOLS

TEMPLATED = "chat template"
FORMS = ("curl", "python", TOOLS, TEMPLATED)
HERMES = CallForm(('<tool_call>\n{"name": "', '", "arguments": ', "}\n</tool_call>"), ", ", ": ")
COLUMNS = ["id", "functionality", "form", "arguments", "template", "endpoint", "request", "test_request"]
BYTES, LIMITS = LLTokenizer("byte"), LLParserLimits(max_lexer_states=MAX_LEXER_STATES)
Row = dict[str, Any]


def main(folder: Path, operations: int) -> None:
    counts: dict[str, Counter[str]] = {form: Counter() for form in FORMS}
    started = time.process_time()
    files = parts(folder)
    every = max(1, sum(len(read_table(part, ["id"])) for part in files) // operations)
    for part in progress(files, len(files), "grammars"):
        for row in read_table(part, COLUMNS).to_pylist()[::every]:
            for form in FORMS:
                counts[form].update(_outcomes(row, form))
    for form, of_form in counts.items():
        print(json.dumps({"form": form, **dict(sorted(of_form.items()))}))
    print(json.dumps({"seconds": round(time.process_time() - started, 1)}))


def _outcomes(row: Row, form: str) -> Iterator[str]:
    """What becomes of each of an operation's requests."""
    documentation = Documentation.of(row)
    try:
        toolbox = Toolbox.of([row], lambda _: True)
        if form == TEMPLATED:
            grammar = tool_grammar(toolbox, form=HERMES)
        else:
            grammar = tool_grammar(toolbox) if form == TOOLS else call_grammar([documentation], form)
    except NoGrammar as error:
        yield f"no grammar: {error.reason}"
        return
    for request in dict.fromkeys((row["request"], row["test_request"])):
        call = tool_call(row, request) if form in (TOOLS, TEMPLATED) else written(form, request)
        if call is not None and form == TEMPLATED:
            call = f"<tool_call>\n{json.dumps(json.loads(call), ensure_ascii=False)}\n</tool_call>"
        if call is None:
            yield "no call"
            continue
        matcher = LLMatcher(BYTES, grammar, limits=LIMITS)
        tokens = BYTES.tokenize_str(call)
        allowed = (
            not matcher.is_error() and matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()
        )
        yield "allowed" if allowed else "not followed" if matcher.is_error() else "refused"
        if not allowed and "-v" in sys.argv:  # shows each
            print(form, call, matcher.get_error()[:200], sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
