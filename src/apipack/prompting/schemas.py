"""The tables of the stages retrieve and sample."""

import pyarrow as pa

from apipack.io import COUNT, TEXT, TEXTS, schema

TESTS = schema(
    id=TEXT,
    api=TEXT,
    level=COUNT,
    language=TEXT,
    setting=TEXT,
    prompt=TEXT,
    reference=TEXT,
    last_example=TEXT,
    request=TEXT,
    template=TEXT,
    arguments=TEXT,
    values=TEXT,
    examples=TEXTS,
    documented=TEXTS,
    grammar=TEXT,
    no_grammar=TEXT,
    abstain=TEXT,
)
"""One test prompt a row. `last_example`: call of the example nearest the task, null for 0-shot. `examples`: ids of
the operations whose calls the prompt shows, `documented`: of those that it documents, best last. `values`: what the
instruction says, as in INSTRUCTIONS; null where it is of the kind that says none. `grammar`: of the calls that the
documentation allows (`call_grammar`), `no_grammar`: why there is none; both null where nothing is documented.
`abstain`: what is right where no call is (`abstention`), otherwise null."""

TOOL_TESTS = pa.schema([*TESTS, *schema(question=TEXT, toolbox=TEXT)])
"""Where calls are of tools: `question`, what a chat asks beside the tools; `toolbox`: these (`Toolbox.to_json`)."""
TESTS_OF = {"code": TESTS, "tools": TOOL_TESTS}
"""By evaluate.form."""

TRAIN = schema(id=TEXT, language=TEXT, variant=COUNT, setting=TEXT, prompt=TEXT, completion=TEXT, tokens=COUNT)
"""One training row: an instance without or with examples. `tokens`: of prompt and completion at most."""
