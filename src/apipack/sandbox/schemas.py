"""The table of the stage verify."""

from apipack.io import FLAG, TEXT, schema

VERIFIED = schema(
    id=TEXT,
    language=TEXT,
    arrived=FLAG,
    equal=FLAG,
    difference=TEXT,
    status=TEXT,
    detail=TEXT,
    call=TEXT,
    intended=TEXT,
    recorded=TEXT,
)
"""One reference call a row that was executed (or read back). `difference`: what is other than intended, or null;
`status` and `detail`: what became of the program; `recorded`: JSON list of what arrived, where that differs."""
