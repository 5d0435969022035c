"""Instructions that say their values: the grammar's sentences with what to send, in words made of the arguments' names.

Deterministic by seed, operation and variant; frames of training and of tests are disjoint, as the grammar's are.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from apipack.instructions.english import MAKING
from apipack.instructions.grammar import (
    TEST_ACTION,
    TEST_TOPIC,
    TRAIN_ACTION,
    TRAIN_TOPIC,
    framed,
    in_other_words,
    tasks,
)
from apipack.instructions.phrases import Row, api_name, phrase, shorten, spell_out
from apipack.instructions.rules import reject
from apipack.instructions.saying import Value, says, written
from apipack.openapi.argument_names import snake

TRIES = 8
FEW = 3

TRAIN_INLINE = (
    "{action} with {details}",
    "{action}, with {details}",
    "{action} where {clauses}",
    "{action} for {details}",
)
TEST_INLINE = (
    "{action}, given {details}",
    "{action} ({details})",
    "{action} using {details}",
    "{action} when {clauses}",
)
TRAIN_AFTER = (
    ("The {label} {be} {value}", ", the {label} {be} {value}", " and the {label} {be} {value}"),
    ("Use {value} as the {label}", ", {value} as the {label}", " and {value} as the {label}"),
    ("Set the {label} to {value}", ", the {label} to {value}", " and the {label} to {value}"),
    ("It should have {value} as the {label}", ", {value} as the {label}", " and {value} as the {label}"),
    ("Send {value} as {label}", ", {value} as {label}", " and {value} as {label}"),
)
TEST_AFTER = (
    ("For the {label}, take {value}", "; for the {label}, {value}", "; and for the {label}, {value}"),
    ("The details: {label} {value}", ", {label} {value}", ", {label} {value}"),
    ("I have {value} for the {label}", ", {value} for the {label}", " and {value} for the {label}"),
    ("My {label} {be} {value}", ", my {label} {value}", " and my {label} {value}"),
)
CALLED = ("{action} called {value}", "{action} named {value}")
_QUALIFIED = re.compile(r"\b(?:with|for|where|using|that|which)\b")
_CONTAINS = re.compile(r"^(.+) contains$")
_OF_ID = re.compile(r"^ID ([a-z]+)$")
_NUMBERED = re.compile(r"(.+) (?:id|ID)([1-5])")
_EXTENSION = re.compile(r"^x-(?=\w{3})", re.I)
"""What names of headers that are no standard's begin with."""
_FLAG = re.compile(r"\b(?:flag|option|setting|mode|switch)$")
_PLACES = {"query": "URL"}
NAMES = frozenset({"name", "title", "display name"})
_GENERIC = frozenset(
    "name id type value code key status state description title number date url text label kind amount email "  # noqa: SIM905
    "address version count format mode level unit currency content data country city order note size index".split()
)
_SPELLED = {
    "q": "search term", "query": "search", "queries": "searches", "lat": "latitude", "lng": "longitude",
    "lon": "longitude", "long": "longitude", "qty": "quantity", "dob": "date of birth", "desc": "description",
    "num": "number", "tz": "time zone", "lang": "language", "repo": "repository",
    "org": "organization", "env": "environment", "odata": "OData", "msg": "message", "max": "maximum", "min": "minimum",
    "cc": "country code", "aws": "AWS", "azure": "Azure", "ipaddress": "IP address", "txn": "transaction",
    "amt": "amount", "addr1": "address line 1", "address1": "address line 1", "address2": "address line 2",
}  # fmt: skip
_CALLED = {
    "per_page": "page size", "top": "number of results", "max_results": "maximum number of results",
    "skip": "number of results to skip", "select": "selected fields", "orderby": "sort order", "order_by": "sort order",
    "sort_by": "sort field", "sortby": "sort field", "group_by": "grouping field", "expand": "expanded fields",
    "if_match": "ETag to match", "if_none_match": "ETag not to match", "maxresults": "maximum number of results",
}  # fmt: skip
_UPPER = frozenset(
    "id ids url uri ip sku arn uuid guid api vpc dns ssl vat isbn html json xml csv sms pdf arns skus urls uris ips "  # noqa: SIM905
    "sid cpu gpu iam tcp udp tls ssh utc gps iot acl crm sql hsm mfa sso".split()
)
_ABOUT_START = re.compile(r"^(?:the|a|an|this|your|its|required\W+|optional\W+)\s+|^\W+", re.I)


class Argument(Protocol):
    """What an instruction says of one argument (`operations.filling.Said`)."""

    @property
    def place(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> Value: ...
    @property
    def about(self) -> str: ...


def spoken(
    row: Row, said: Sequence[Argument], seed: int, variant: int, words: int, hint: str = ""
) -> tuple[str | None, str | None]:
    """(instruction, None) that says every value exactly once, or (None, reason).

    row: schema OPERATIONS. said: the arguments, in the operation's order. variant: as in `filling.fill`; negative ones
    are worded for tests. words: of the description at most. hint: what tells the operation from another of its API.
    """
    rng = random.Random(f"{seed}:{row['id']}:{variant}:wording")
    names = labels(said)
    reason = "value_not_said"
    for _ in range(TRIES):
        text = _worded(row, list(zip(names, said, strict=True)), rng, variant < 0, words, hint)
        if not says(text, (argument.value for argument in said)):
            continue
        if (broken := reject(row, text)) is None:
            return text, None
        reason = broken
    return None, reason


def labels(said: Sequence[Argument]) -> list[str]:
    """Words for each argument; where two would be called the same, more of their paths or their places."""
    short = [_of_kind(label(argument.name, argument.about), argument.value) for argument in said]
    if len(set(short)) == len(short):  # nearly always
        return short
    for longer in (_whole, lambda argument: f"{_whole(argument)} in the {_PLACES.get(argument.place, argument.place)}"):
        counts = Counter(short)
        short = [longer(argument) if counts[name] > 1 else name for name, argument in zip(short, said, strict=True)]
    counts = Counter(short)
    return [
        f"{_ordinal(short[:index].count(name))} {name}" if counts[name] > 1 else name
        for index, name in enumerate(short)
    ]


def _of_kind(name: str, value: Value) -> str:
    """The name of a flag says that it is one: `true as the emails enabled flag`."""
    return f"{name} flag" if isinstance(value, bool) and not _FLAG.search(name) else name


def _ordinal(index: int) -> str:
    return ("first", "second", "third", "fourth", "fifth", "sixth")[index] if index < 6 else f"other ({index})"


def _whole(argument: Argument) -> str:
    parts = [part for part in argument.name.split(".") if not part.isdecimal()]
    return _of_kind(" ".join(_words(part) for part in parts) or "body", argument.value)


@lru_cache(maxsize=50_000)
def label(name: str, about: str = "") -> str:
    """What a person calls an argument: `owner.postalCode` is the postal code, `owner.name` the owner name; where a name
    tells nothing, the first words about it."""
    parts = name.split(".")
    in_list = parts[-1].isdecimal()
    parts = [part for part in parts if not part.isdecimal()] or [name]
    if said := _CALLED.get(snake(parts[-1])):
        return said
    text = re.sub(r"^(?:is|has) (?=\w)", "", _words(parts[-1]))
    if text.lower() in _GENERIC and len(parts) > 1:
        owner = _singular(_words(parts[-2]))
        text = owner if owner.endswith(f" {text}") else f"{owner} {text}"
    elif len(text) <= 2 and text.lower() not in _UPPER:
        text = _described(about) or text
    text = _OF_ID.sub(r"\1 ID", _CONTAINS.sub(r"text in the \1", text))
    if match := _NUMBERED.fullmatch(text):
        text = f"{_ordinal(int(match[2]))} {match[1]} ID"
    return _singular(text) if in_list else text


def _words(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", " ", _EXTENSION.sub("", name)).strip()
    plain = plain.lower() if plain.isupper() and " " in plain else plain
    spelled = [_SPELLED.get(word.lower(), word) for word in spell_out(plain).split()]
    return " ".join(_upper(word) if word.lower() in _UPPER else word for word in spelled) or name


def _upper(word: str) -> str:
    """An abbreviation as it is written: `ids` are `IDs`, the `iot` is the `IoT`."""
    text = word.upper()
    return (
        "IoT" if text == "IOT" else text[:-1] + "s" if text in ("IDS", "ARNS", "SKUS", "URLS", "URIS", "IPS") else text
    )


def _described(about: str) -> str | None:
    text = _ABOUT_START.sub("", shorten(phrase(about), 5)).strip()
    return text[0].lower() + text[1:] if 2 < len(text) <= 40 and re.fullmatch(r"[A-Za-z][\w -]*", text) else None


def _singular(text: str) -> str:
    for ending, kept in _SINGULARS:
        if text.endswith(ending) and not text.endswith(("ss", "us", "is")) and len(text) > 3:
            return text[: -len(ending)] + kept
    return text


_SINGULARS = (
    ("iases", "ias"), ("tuses", "tus"), ("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x"), ("s", ""),
)  # fmt: skip


def _worded(row: Row, said: list[tuple[str, Argument]], rng: random.Random, tests: bool, words: int, hint: str) -> str:
    told = tasks(row, words)
    task = told[-1] if tests else told[0]
    said = list(said)
    if rng.random() < 0.5:
        rng.shuffle(said)
    double = rng.random() < 0.3
    api = api_name(row)
    actions, topics = (TEST_ACTION, TEST_TOPIC) if tests else (TRAIN_ACTION, TRAIN_TOPIC)
    if not task.is_action:
        topic = f"{task.text} ({hint})" if hint else task.text
        return rng.choice(topics).format(topic=topic, api=api) + _after(said, rng, tests, double)
    action = in_other_words(task.text, rng)
    if hint:
        action = f"{action} ({hint})"
    action, said = _called(action, said, double, tests)
    inline = 0 < len(said) <= FEW and not hint and (rng.random() < 0.6 or len(said) == 1 and rng.random() < 0.5)
    frame = rng.choice(actions)
    if inline:
        return framed(frame, _inline(action, said, rng, tests, double), api)
    return framed(frame, action, api) + _after(said, rng, tests, double)


def _called(
    action: str, said: list[tuple[str, Argument]], double: bool, tests: bool
) -> tuple[str, list[tuple[str, Argument]]]:
    """`create a berth called 'North 4'`, where a short action makes something that has a name of its own."""
    verb = action.partition(" ")[0]
    named = [pair for pair in said if pair[0] in NAMES and isinstance(pair[1].value, str) and pair[1].place == "body"]
    if (
        verb not in MAKING
        or len(action.split()) > 6
        or len(named) != 1
        or re.search(r"\b(?:for|to|in|from|with|and|or)\b|\(", action)
    ):
        return action, said
    value = written(named[0][1].value, double)
    return CALLED[tests].format(action=action, value=value), [pair for pair in said if pair is not named[0]]


def _inline(action: str, said: list[tuple[str, Argument]], rng: random.Random, tests: bool, double: bool) -> str:
    forms: Sequence[str] = TEST_INLINE if tests else TRAIN_INLINE
    if _QUALIFIED.search(action):
        forms = forms[:2] if tests else forms[2:]
    if any(argument.place != "path" for _, argument in said):
        forms = [form for form in forms if "for {details}" not in form]
    pairs = [(name, written(argument.value, double)) for name, argument in said]
    form = rng.choice(forms)
    if "{details}" in form:
        return form.format(action=action, details=_joined([f"{name} {value}" for name, value in pairs]))
    clauses = [f"the {name} {_be(name)} {value}" for name, value in pairs]
    return form.format(action=action, clauses=_joined(clauses))


def _be(name: str) -> str:
    """The verb of a name: `is`, or `are` where it is a plural."""
    name = name.split(" of ")[0].split(" in ")[0]
    plural = (
        name.endswith("s")
        and len(name) > 3
        and not name.endswith(("ss", "us", "is", "as", "DNS", "GPS", "SMS"))
        or name.endswith("IDs")
    )
    return "are" if plural else "is"


def _joined(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _after(said: list[tuple[str, Argument]], rng: random.Random, tests: bool, double: bool) -> str:
    """A sentence of its own for the values; nothing for none."""
    if not said:
        return ""
    first, more, last = rng.choice(TEST_AFTER if tests else TRAIN_AFTER)
    pieces = []
    for index, (name, argument) in enumerate(said):
        form = first if not index else last if index == len(said) - 1 else more
        pieces.append(form.format(label=name, be=_be(name), value=written(argument.value, double)))
    return f" {''.join(pieces)}."
