"""The table of the stage evaluate."""

from apipack.io import COUNT, FLAG, TEXT, schema

PREDICTIONS = schema(
    model=TEXT,
    id=TEXT,
    api=TEXT,
    level=COUNT,
    language=TEXT,
    setting=TEXT,
    prompt_sha256=TEXT,
    output=TEXT,
    cut=FLAG,
    call=TEXT,
    reference=TEXT,
    endpoint_match=FLAG,
    call_match=FLAG,
    request_match=FLAG,
    passed=FLAG,
    hallucinated=FLAG,
    syntax_error=FLAG,
    verdict=TEXT,
)
"""`model`: tuned, base, copy, or a name of evaluate.served. `output`: raw completion; `cut`: it ended
at evaluate.new_tokens, null where that was not recorded; `call`: what was taken from it.
The six flags are of `evaluation.verdicts`; `verdict`: whether the call was executed for the last three, or only read
back (static). These four are null where the packages or the data for them are missing."""
