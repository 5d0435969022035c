"""Values that a person would send: what the specification gives, or one made by its rules and the argument's name."""

from __future__ import annotations

import json
import math
import random
import re
import zlib
from json.encoder import encode_basestring_ascii
from typing import Any

from apipack.openapi.argument_names import snake
from apipack.openapi.patterns import accepts
from apipack.operations.forms import Node, is_stand_in
from apipack.operations.makers import FORMATS, letters, number_maker, text_maker, word
from apipack.operations.pattern_texts import random_match

TEST_SHARE = 4
"""One value in four is for tests alone, told by its CRC-32."""
DRAWS = 24
LONGEST = 60
MACHINE = 2**31 - 1
_NO_EXAMPLE = re.compile(
    r"\s*|string|text|integer|number|value|example|test\d*|foo|bar|abc|xyz|x+|n/?a|null|none|todo|undefined|<.*>|\{.*\}"
    r"|\[.*\]|\.\.\.|your[ _-].*|my[ _-].*here|enter .*|lorem ipsum.*",
    re.I | re.S,
)
_UNSAYABLE = re.compile(r"[\x00-\x1f\x7f`{}<>|\\\u2028\u2029]|```|'.*\"|\".*'")


def sayable(value: Any) -> bool:
    """Whether a sentence can carry the value as it is: text of one short line with one kind of quotes, a number, true
    or false."""
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST and value == value.strip() and not _UNSAYABLE.search(value)
    return isinstance(value, bool | int | float) and len(_json(value)) <= 20


def for_tests(value: Any) -> bool:
    """Whether a made value is one that only tests have."""
    return zlib.crc32(_json(value).encode()) % TEST_SHARE == 0


def _json(value: Any) -> str:
    """`json.dumps` of a value, which takes ten times as long for what is no object or array."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return repr(value)
    return json.dumps(value)


def plausible(leaf: Node, name: str, rng: random.Random, *, given: bool, tests: bool) -> tuple[Any, str] | None:
    """(value, source) for a leaf of a form, None where none can be made that fits and can be said.

    given: prefer what the specification gives (example, default, then enum); else a value of its own. tests: a value
    that no training variant has, where the rules leave a choice. source: example, default, enum, format, pattern, name
    or type.
    """
    if given and (drawn := specified(leaf)) is not None:
        return drawn
    if options := [option for option in leaf.get("enum", ()) if sayable(option)]:
        return (options[0] if given else rng.choice(options)), "enum"
    taken = (leaf.get("example"), leaf.get("default"))
    last: tuple[Any, str] | None = None
    flat = snake(name)
    for _ in range(DRAWS):
        drawn = _made(leaf, flat, rng)
        if drawn is None:
            continue
        if for_tests(drawn[0]) == tests and not (tests and drawn[0] in taken):
            return drawn
        last = last or drawn
    return last


def specified(leaf: Node) -> tuple[Any, str] | None:
    """(value, source) of the specification's example or default; None where neither can be taken as it is."""
    for source in ("example", "default"):
        if source in leaf and (value := _given(leaf, leaf[source])) is not None:
            return value, source
    return None


def _given(leaf: Node, value: Any) -> Any:
    """What the specification gives, where it fits and a sentence can carry it; None for a placeholder; secrets were
    taken out of the form."""
    if isinstance(value, str) and (_NO_EXAMPLE.fullmatch(value) or is_stand_in(value)):
        return None
    return value if fits(leaf, value) and sayable(value) else None


def fits(leaf: Node, value: Any) -> bool:
    """Whether the leaf's rules allow the value."""
    if leaf.get("enum") and value not in leaf["enum"]:
        return False
    if leaf["kind"] == "boolean":
        return isinstance(value, bool)
    if leaf["kind"] in ("integer", "number"):
        return _number_fits(leaf, value)
    if not isinstance(value, str) or not leaf.get("least", 0) <= len(value) <= leaf.get("most", LONGEST):
        return False
    return "pattern" not in leaf or accepts(leaf["pattern"], value)


def _number_fits(leaf: Node, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if leaf["kind"] == "integer" else int | float):
        return False
    low, high, step = leaf.get("low"), leaf.get("high"), leaf.get("step")
    within = (low is None or value >= low) and (high is None or value <= high)
    return within and (not step or abs(value / step - round(value / step)) < 1e-9)


def _made(leaf: Node, name: str, rng: random.Random) -> tuple[Any, str] | None:
    kind = leaf["kind"]
    if kind == "boolean":
        return rng.random() < 0.5, "type"
    if kind in ("integer", "number"):
        return _made_number(leaf, name, rng)
    about = leaf.get("about", "")
    if (maker := FORMATS.get(str(leaf.get("format", "")).lower())) and fits(leaf, value := maker(rng, name)):
        return value, "format"
    maker, source = text_maker(name, about)
    for _ in range(3):
        if fits(leaf, value := maker(rng, name)) and sayable(value):
            return value, source
    if "pattern" in leaf:
        value = random_match(leaf["pattern"], rng, leaf.get("least", 0), leaf.get("most"))
        return (value, "pattern") if value is not None and fits_made(leaf, value) and sayable(value) else None
    value = _of_length(str(maker(rng, name)), leaf, rng)
    return (value, source) if fits(leaf, value) and sayable(value) else None


def fits_made(leaf: Node, value: str) -> bool:
    """`fits` without the pattern, which the text was made from."""
    return fits({key: rule for key, rule in leaf.items() if key != "pattern"}, value)


def _of_length(text: str, leaf: Node, rng: random.Random) -> str:
    """The text, cut or lengthened to the leaf's bounds."""
    most, least = leaf.get("most", LONGEST), leaf.get("least", 0)
    if len(text) > most:
        short = [
            candidate for candidate in (text.split(" ")[0], word(rng), letters(rng, most)) if len(candidate) <= most
        ]
        text = short[0].strip(" -_.") if short else text[:most]
    while len(text) < least:
        text = f"{text}-{word(rng)}"
    return text[: max(least, min(most, len(text)))]


def _bound(limit: float | None) -> float | None:
    """A bound of a number, but for those of the machine's integers, which nobody means."""
    return None if limit is None or abs(limit) >= MACHINE else limit


def _made_number(leaf: Node, name: str, rng: random.Random) -> tuple[int | float, str] | None:
    whole = leaf["kind"] == "integer"
    if (maker := number_maker(name)) is not None:
        for _ in range(3):
            value = maker(rng, name)
            if fits(leaf, value):
                return value, "name"
    low, high, step = _bound(leaf.get("low")), _bound(leaf.get("high")), leaf.get("step") or (1 if whole else 0.5)
    if low is None and high is None:
        low, high = 1, 500
    if low is None:
        low = (high or 0) - 500
    high = low + 500 if high is None else high
    first, last = -(-low // step), high // step
    if last < first:
        value = low if not whole else None
        return None if value is None or not fits(leaf, value) else (value, "type")
    value = rng.randint(int(first), int(min(last, first + 100_000))) * step
    value = int(value) if whole or value == int(value) else round(value, 6)
    return (value, "type") if fits(leaf, value) else None
