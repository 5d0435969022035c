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
    exact_match=FLAG,
    passed=FLAG,
    hallucinated=FLAG,
    syntax_error=FLAG,
    unreadable=FLAG,
    predicted_arguments=COUNT,
    reference_arguments=COUNT,
    right_arguments=COUNT,
    abstained=TEXT,
    abstain=TEXT,
    verdict=TEXT,
)
"""`model`: tuned, base, copy, or a name of evaluate.served. `output`: raw completion; `cut`: it ended
at evaluate.new_tokens, null where that was not recorded; `call`: what was taken from it.
The other flags are of `evaluation.verdicts`. `unreadable`: the call was neither read nor executed, so that those which
its request tells are null. `*_arguments`: how many the call has, its reference has, and both have; null, like
`exact_match`, where the instruction says no values. `verdict`: whether the call was executed, or only read (static).
`abstained`: what the output writes instead of a call, `abstain`: what is right
instead of one (`prompting.no_call`); where it is not null, `request_match` says whether both are the same, and flags
of calls are null or false. `passed`, `hallucinated` and `syntax_error` are null where the packages or the data for them
are missing."""
