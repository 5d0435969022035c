"""The table of the stage evaluate."""

from apipack.io import COUNT, FLAG, TEXT, schema

RATES = ("pass_rate", "hallucination_rate", "syntax_error_rate")

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
    pass_rate=FLAG,
    hallucination_rate=FLAG,
    syntax_error_rate=FLAG,
    verdict=TEXT,
)
"""`model`: tuned, base, copy, or a name of evaluate.served. `output`: raw completion; `cut`: it ended
at evaluate.new_tokens, null where that was not recorded; `call`: what was taken from it.
RATES are of evaluation.verdicts; `verdict`: whether the call was executed for them, or only read back (static). Both
are null where the packages for them are missing."""
