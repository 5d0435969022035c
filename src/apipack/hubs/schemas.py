"""The table of the stage crawl."""

from apipack.io import COUNT, FLAG, TEXT, schema

SPECS = schema(
    hub=TEXT,
    provider=TEXT,
    api=TEXT,
    version=TEXT,
    source_url=TEXT,
    media_type=TEXT,
    derived=FLAG,
    licence=TEXT,
    bytes=COUNT,
    sha256=TEXT,
    file=TEXT,
)
"""One row a collected specification, the index beside the bodies; `file` is the body's name in the folder;
`derived`: the hub has no document, this one is made from what it shows. `licence`: of the source, for documents that
name none; empty where it is not known."""
