"""The tables of the stage instruct."""

from apipack.io import COUNT, REAL, TEXT, schema

INSTRUCTIONS = schema(
    id=TEXT,
    instruction=TEXT,
    test_instruction=TEXT,
    request=TEXT,
    test_request=TEXT,
    values=TEXT,
    test_values=TEXT,
    hint=TEXT,
)
"""Two wordings an operation: one to train on, another for level 1 tests, each with the request that it asks for
(`Request.to_json`) and the values that it says (JSON list of [place, name, value, source]). `hint`: words that tell the
operation from others of its API, null where no values are said."""

CANDIDATES = schema(id=TEXT, place=COUNT, candidate=TEXT, reason=TEXT, likelihood=REAL, back_likelihood=REAL)
"""What a language model wrote for an operation, in order. `reason`: why it was not accepted, or null. `likelihood`,
`back_likelihood`: mean natural log-likelihood a token of the candidate, and of the operation's text given it."""
