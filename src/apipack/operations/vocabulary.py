"""The words that values are made of (words.toml)."""

import tomllib
from importlib.resources import files

_RAW: dict[str, str] = tomllib.loads(files("apipack.operations").joinpath("words.toml").read_text(encoding="utf-8"))

COUNTRIES = tuple(tuple(entry.split(maxsplit=1)) for entry in " ".join(_RAW["countries"].split()).split("|"))
"""(ISO 3166 code, name)."""
WORDS = {name: tuple(text.split()) for name, text in _RAW.items() if name != "countries"}
