"""An operation's own words, as they read inside a sentence."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

Row = dict[str, Any]

VERBS = frozenset(files("apipack.instructions").joinpath("verbs.txt").read_text(encoding="utf-8").split())

_SENTENCE = re.compile(r"(?<=[.!?])\s")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ADDRESS = re.compile(r"https?://\S+")
_PLACEHOLDER = re.compile(r"[{}<>\[\]|`*#\\\"]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IDENTIFIER = re.compile(r"\b(?=\w*(?:_|[a-z0-9][A-Z]))\w+")
_ABOUT_ITSELF = re.compile(
    r"^(?:please )?(?:use|call|invoke) (?:this|the) (?:\w+ )?(?:api|endpoint|method|operation|call|route|resource)"
    r" (?:to|for) |^this (?:\w+ )?(?:api|endpoint|method|operation|call|request|route|resource|service)"
    r",? (?:is used to |is to |can be used to |will |allows you to |lets you |enables you to )?"
    r"|^(?:allows? you|enables? you|used|lets you|provides? a way|provides? the ability) to ",
    re.I,
)
_DOUBLED = frozenset(
    {"get", "set", "put", "run", "stop", "submit", "begin", "cut", "drop", "map", "tag", "plan", "reset"}
)


def api_name(row: Row) -> str:
    """The API's title as it reads in a sentence: `the … API`, once."""
    name = re.sub(r"\bAPIs?$", "", row["api_name"].strip(" .")).strip() or row["api"]
    name = re.sub(r"^the\s+", "", " ".join(name.split()), flags=re.I)
    return f"the {name} API"


def phrase(text: str) -> str:
    """The first sentence, without its full stop, template marks, links, joined-up identifiers, and `this request …`.

    `getPetById` and `get_pet_by_id` become `get pet by id`: an instruction that repeats the endpoint's name leaks it.
    """
    first = _SENTENCE.split(_ADDRESS.sub(" ", _LINK.sub(r"\1", text)).strip(), maxsplit=1)[0]
    spoken = _IDENTIFIER.sub(lambda match: spell_out(match[0]), _PLACEHOLDER.sub(" ", first))
    return _ABOUT_ITSELF.sub("", " ".join(spoken.split())).strip(" .:;,!?-")


def spell_out(identifier: str) -> str:
    """An identifier as words: `listPetTypes` → `list pet types`; `getMQTTable` → `get MQT table`."""
    words = _CAMEL.sub(" ", identifier.replace("_", " ")).split()
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)


def imperative(text: str) -> str | None:
    """The phrase as an imperative (`Returns a pet` → `return a pet`), or None when it starts with no known verb."""
    first, _, rest = text.partition(" ")
    word = first.lower()
    if word == "list" and rest.lower().startswith("of "):
        return f"get the list {rest}"
    for candidate in (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)):
        if candidate in VERBS and rest:
            return f"{candidate} {rest}"
    return None


def gerund(action: str) -> str:
    """An imperative as a gerund: `get a pet` → `getting a pet`."""
    verb, _, rest = action.partition(" ")
    if verb in _DOUBLED:
        stem = verb + verb[-1]
    elif verb.endswith("ie"):
        stem = verb[:-2] + "y"
    elif verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        stem = verb[:-1]
    else:
        stem = verb
    return f"{stem}ing {rest}"


def shorten(text: str, words: int) -> str:
    """At most that many words, cut before a comma or joining word where there is one in the second half."""
    kept = text.split()
    if len(kept) <= words:
        return text
    for end in range(words, words // 2, -1):
        if kept[end - 1].endswith((",", ";")) or kept[end].lower() in {"and", "or", "which", "that", "where", "when"}:
            return " ".join(kept[:end]).rstrip(" ,;:")
    return " ".join(kept[:words]).rstrip(" ,;:")


def lower_first(text: str) -> str:
    """Lower-case first letter, unless the word looks like an acronym."""
    return text if len(text) < 2 or text[1].isupper() else text[0].lower() + text[1:]
