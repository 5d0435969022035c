"""What makes an instruction unfit, as rules: one request, from the user's side, that leaks nothing.

A row is {api_name, functionality, description, endpoint, candidate}, and may have `path`. Each rule is a
yes-or-no question with a name; `reasons` lists the names that say yes. The rules that a person would
reject an instruction for are in HARD; the others are only evidence for `judging`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Row = dict[str, Any]

_PREAMBLE = re.compile(
    r"\W*(here\b|to \w+ [^.?!\n]{0,200}(?:,| you can) ?(?:you|please|kindly|use|follow|run|send|execute|enter)\b"
    r"|to [^.?!\n]{3,250}:|if you (?:want|need|would|wish)\b|sure\b|certainly\b|of course\b|absolutely\b|okay\b"
    r"|example\b|(?:a |one )?possible\b|the following\b|below\b|as an ai\b|you (?:can|could|should|may|need)\b)",
    re.I,
)
_ANNOUNCED = re.compile(
    r"\W*[^.?!\n]{0,120}\b(?:example|sample|possible|user) (?:query|instruction|request|question)s?\b[^.?!\n]{0,80}:",
    re.I,
)
_ROLE = re.compile(r"\W*(?:(?:user|human|customer|example|sample)(?: (?:query|request|input|says?))?|query|q|prompt|"
                   r"instruction|task|assistant|answer|input|output)\W{0,3}:", re.I)  # fmt: skip
_ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*•$>])\s", re.M)
_ANSWERS = {
    "```": re.compile("```"),
    "{": re.compile(r"\{\s*\""),
    "<": re.compile(r"</?\w+>"),
    "curl": re.compile(r"\bcurl\s+-", re.I),
    "step": re.compile(r"\bsteps? \d", re.I),
    "first,": re.compile(r"\bfirst,", re.I),
}
"""What a text in lower case has, and then what of it makes it an answer."""
_META = re.compile(r"\bquer(?:y|ies)\b", re.I)
_ASKS_FOR_QUERY = re.compile(
    r"\b(?:correct|right|necessary|proper|user|example|following|possible|my|the|a) quer(?:y|ies)\b"
    r"|\bquer(?:y|ies) (?:to|for|that|which|should)\b", re.I)  # fmt: skip
_PATH = re.compile(r"(?<![\w:/.])/(?:[\w{}.~-]+/)*[\w{}~-]*[a-z{][\w{}~-]*(?=[\s\"'`?.,;)]|$)", re.I)
_METHOD_PATH = re.compile(r"\b(?:GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS)\s+/", re.A)
_DULL = re.compile(r"apis?|services|version|v\d+|only")
_BLANK = re.compile(r"\[[A-Z][^\]]{1,40}\]|<[a-z_ ]{2,30}>|\bX{3,}\b|\by{3,}\b", re.A)
_MARKS_OF_BLANKS = ("[", "<", "XXX", "yyy")
_ALSO_NOUN = re.compile(r"\s*(query|check|test|start|reset|build)\s+(\w+)", re.I)
_ARTICLE = r"\b(?:a|an|the|this|that|some|specific|particular|given|existing|my) "
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = frozenset(
    {"a", "an", "the", "of", "for", "and", "in", "on", "to", "with", "from", "rest", "restful", "service"}
)
MAX_WORDS = 90


def reasons(row: Row) -> list[str]:
    """Names of the rules that a row breaks, in order; empty for an instruction that no rule objects to."""
    return [name for name, breaks in RULES if breaks(row)]


def reject(row: Row, candidate: str) -> str | None:
    """The first hard reason to reject `candidate` as an instruction for an operation (schema OPERATIONS), or None."""
    asked = {**row, "candidate": candidate}
    return next((name for name, breaks in HARD_RULES if breaks(asked)), None)


def is_identifier(endpoint: str) -> bool:
    """Whether an endpoint's name is joined up, so that nobody says it by chance: `getPet`, `get_pet`, `get-pet`."""
    return bool(re.search(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]|[_/]|\w[-.]\w", endpoint))


def leaks_endpoint(row: Row) -> bool:
    endpoint = row["endpoint"].strip()
    if len(endpoint) < 4 or not is_identifier(endpoint):
        return False
    return _holds(row["candidate"].replace("\\", ""), endpoint)


def leaks_path(row: Row) -> bool:
    text = row["candidate"]
    if "/" not in text:
        return False
    path = row.get("path") or ""
    if path.count("/") > 1 and path in text:
        return True
    return bool(_METHOD_PATH.search(text) or any(match[0].count("/") > 1 for match in _PATH.finditer(text)))


def has_preamble(row: Row) -> bool:
    text = row["candidate"]
    return bool(_PREAMBLE.match(text) or (":" in text and _ANNOUNCED.match(text)))


def is_answer(row: Row) -> bool:
    """Has a list, code or steps, as answers do and requests do not."""
    text = row["candidate"]
    lower = text.lower()
    listed = _ITEM.search(text) if "\n" in text else _ITEM.match(text)
    return bool(listed) or any(mark in lower and pattern.search(text) for mark, pattern in _ANSWERS.items())


def has_blanks(row: Row) -> bool:
    text = row["candidate"]
    return any(mark in text for mark in _MARKS_OF_BLANKS) and _BLANK.search(text) is not None


def talks_about_a_query(row: Row) -> bool:
    """Asks for help with wording a query, where the operation has nothing to do with queries."""
    if "quer" not in row["candidate"].lower() or not _META.search(row["candidate"]):
        return False
    return not _META.search(f"{row['functionality']} {row['description']} {row['api_name']}")


def misreads_the_verb(row: Row) -> bool:
    """`Query alias details` taken for the details of a `query alias`."""
    match = _ALSO_NOUN.match(row["functionality"])
    return bool(match and re.search(_ARTICLE + re.escape(match[1]) + " " + re.escape(match[2]), row["candidate"], re.I))


def several_texts(row: Row) -> bool:
    return "\n" in row["candidate"].strip()


def names_share(row: Row) -> float:
    """Share of the words that tell the API's name that the candidate has; 1.0 for a name without such words."""
    wanted, text = _telling_words(row["api_name"]), row["candidate"].lower()
    unsaid = [word for word in wanted if len(word) < 4 or word not in text]
    if not unsaid:  # nearly always
        return 1.0
    said = set(_WORD.findall(text))
    joined = re.sub(r"[^a-z0-9]", "", text)
    missing = [word for word in unsaid if word not in said and (len(word) < 4 or word not in joined)]
    return (len(wanted) - len(missing)) / len(wanted)


@lru_cache(maxsize=1_000)
def _telling_words(api_name: str) -> frozenset[str]:
    name = re.sub(r"\([^)]*\)", " ", api_name).lower()
    return frozenset(word for word in _WORD.findall(name) if word not in _COMMON and not _DULL.fullmatch(word))


def _holds(text: str, token: str) -> bool:
    """Whether the text has the token, whatever its case, with no letter or digit beside it."""
    text, token = text.lower(), token.lower()
    at = text.find(token)
    while at >= 0:
        end = at + len(token)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return True
        at = text.find(token, at + 1)
    return False


Rule = tuple[str, Callable[[Row], bool]]

HARD_RULES: tuple[Rule, ...] = (
    ("empty", lambda row: not row["candidate"].strip()),
    ("preamble", has_preamble),
    ("role_label", lambda row: bool(_ROLE.match(row["candidate"]))),
    ("answer", is_answer),
    ("several_texts", several_texts),
    ("leaks_endpoint", leaks_endpoint),
    ("leaks_path", leaks_path),
    ("placeholder", has_blanks),
    ("talks_about_a_query", talks_about_a_query),
    ("misreads_the_verb", misreads_the_verb),
    ("no_api_name", lambda row: names_share(row) < 0.3),
    ("too_long", lambda row: len(row["candidate"].split()) > MAX_WORDS),
)
SOFT_RULES: tuple[Rule, ...] = (
    ("asks_for_a_query", lambda row: bool(_ASKS_FOR_QUERY.search(row["candidate"]))),
    ("code_marks", lambda row: "`" in row["candidate"]),
    ("several_questions", lambda row: row["candidate"].count("?") > 1),
)
RULES = HARD_RULES + SOFT_RULES
HARD = tuple(name for name, _ in HARD_RULES)
