"""The table of what a stage left out."""

from apipack.io import TEXT, schema

DROPS = schema(id=TEXT, language=TEXT, reason=TEXT, detail=TEXT)
"""Why a row (`id`, or a spec's file, and a language or null) did not go on."""
