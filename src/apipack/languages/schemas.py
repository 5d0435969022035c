"""The table of the stage render."""

from apipack.io import TEXT, schema

CALLS = schema(id=TEXT, language=TEXT, call=TEXT)
