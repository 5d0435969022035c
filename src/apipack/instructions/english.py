"""What specifications write that nobody says, mended: identifiers as summaries, missing articles, second verbs."""

from __future__ import annotations

import re

_OF_ME = re.compile(r" (?:from|for|in|to) me$")
_OR_UPDATE = re.compile(r"^([\w ]+?) (create (?:or|and) (?:update|replace))\b(.*)$", re.I)
_HTTP_VERB = re.compile(r"^(?:get|post|put|patch|delete|head|options)\s+(?=(\w+)\b)", re.I)
_DATED = re.compile(r"\s+(?:v\s?)?(?:19|20)\d{6}$|\s+(?:19|20)\d\d \d\d \d\d$")
_PREFIX = re.compile(
    r"^(?:(?:description|summary|activity name|operation|action|title|purpose)\s*:[_\s]*"
    r"|(?:beta|deprecated|new|preview|experimental|internal)\s*[:!-]\s*|\W*(?:\(\w+\)|\[\w+\])\s*"
    r"|[\w ]{2,24} - (?=[A-Z]\w+ \w))",
    re.I,
)
_NAVIGATION = re.compile(r"\b(?:the |new )?navigation property(?: to)? ", re.I)
_INVOKE = re.compile(r"^invoke (?:function|action) (\w+)(.*)$", re.I)
_AND_VERB = re.compile(
    r"\b(and|or|then) ((?:also |then |optionally )?)([a-z]{3,14}?)(ies|(?<=sh|ch|ss)es|(?<=x|z)es|s)"
    r"(?= (?:an?|the|its|their|his|any|all|each|every|it|them|one|this|that|those|these|information|details|your)\b)"
)
_HEAD = re.compile(
    r"\b(?:of|for|in|from|by|to|with|on|at|as|and|or|that|which|using|via|per|into|under|between|based|when)\b|[(,;:/]"
)
_DETERMINERS = frozenset(
    "a an the all any every each some this that these those its their my your our his her no one two three many more "  # noqa: SIM905
    "most multiple several both another which what specific of for in from by to with on at as out up off down about "
    "into whether if it them me information details metadata data access current started and or via using".split()
)
_NO_ARTICLE_AFTER = frozenset("list search query browse log sign opt see check".split())  # noqa: SIM905
MAKING = frozenset(
    "create add register insert make build generate open start new upload submit post issue schedule place book send "  # noqa: SIM905
    "launch initiate request".split()
)
_PLURAL = re.compile(r"(?:[^su]s|ies|ses|xes|ches|shes|people|children|media|data|criteria|indices|vertices)$", re.I)
_SINGULAR_S = re.compile(
    r"(?:status|address|access|process|analysis|business|news|basis|class|alias|bus|gas|axis)$", re.I
)
_UNCOUNTED = frozenset(
    "information info metadata content access data feedback usage health history inventory help connectivity "  # noqa: SIM905
    "membership traffic billing version".split()
)


def mended(text: str, verbs: frozenset[str]) -> str:
    """A phrase of a specification without labels, dates, HTTP methods before its verb, and what only OData says."""
    text = _PREFIX.sub("", text)
    text = _OF_ME.sub(" of the signed-in user", _NAVIGATION.sub("", _DATED.sub("", text)))
    if (match := _OR_UPDATE.match(text)) and match[1].split()[0].lower() not in verbs:
        text = f"{match[2].lower()} {match[1].lower()}{match[3]}"
    if match := _INVOKE.match(text):
        text = f"{match[1]}{match[2]}" if match[1].lower() in verbs else f"call {match[1]}{match[2]}"
    match = _HTTP_VERB.match(text)
    if (
        match
        and match[1].lower() in verbs
        and not text.lower().startswith(("get list of", "get search", "get view of"))
    ):
        text = text[match.end() :]
    return _verb_first(text, verbs)


def _verb_first(text: str, verbs: frozenset[str]) -> str:
    """`Accounts list by subscription`: the verb of an identifier that names its resource first."""
    words = text.split()
    if not 2 <= len(words) <= 7 or words[0].lower() in verbs or not all(word.isalpha() for word in words):
        return text
    for index in range(1, len(words)):
        verb = words[index].lower()
        if verb in _SUFFIX_VERBS and (
            index == len(words) - 1 or words[index + 1].lower() in ("by", "for", "all", "in")
        ):
            rest = words[index + 1 :]
            every = ["all"] if rest and rest[0].lower() == "all" else []
            return " ".join([verb, *every, words[0].lower(), *words[1:index], *rest[len(every) :]])
    return text


_SUFFIX_VERBS = frozenset("list get create update delete patch insert remove clone move copy cancel".split())  # noqa: SIM905


def second_verbs(action: str, verbs: frozenset[str]) -> str:
    """`generate a link and uploads the file` → `… and upload the file`."""

    def base(match: re.Match[str]) -> str:
        stem = match[3] + "y" if match[4] == "ies" else match[3]
        whole = match[3] + match[4]
        stem = stem if stem in verbs else (whole[:-1] if whole[:-1] in verbs else stem)
        return f"{match[1]} {match[2]}{stem}"

    return _AND_VERB.sub(base, action)


def of_third_person(word: str) -> str | None:
    """`bans` → `ban`, `dismisses` → `dismiss`; None for what is no verb: `this`, `details`."""
    if len(word) < 4 or word in _NO_VERBS or word.endswith(("ss", "us", "is")):
        return None
    for ending, kept in (("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ies", "y")):
        if word.endswith(ending):
            return word.removesuffix(ending) + kept
    return word[:-1]


_NO_VERBS = frozenset(
    ("details", "does", "has", "was", "always", "towards", "represents", "contains", "its", "as", "describes", "means")
)


def articled(action: str) -> str:
    """An imperative with the article that its object lacks: `create pull request` → `create a pull request`."""
    verb, _, rest = action.partition(" ")
    words = rest.split()
    if not words or verb in _NO_ARTICLE_AFTER or words[0].lower() in _DETERMINERS or words[0][0].isdigit():
        return action
    if words[0].lower().endswith(("ly", "ing", "'s")) or not words[0][0].isalnum():
        return action
    head = _HEAD.split(rest, maxsplit=1)[0].split()
    if not head or _is_plural(head[-1]) or re.search(r"\d", head[-1]):
        return action
    if head[0].lower() == "list" and verb in ("get", "retrieve", "fetch"):
        return f"{verb} the {rest}"
    if verb in MAKING and head[-1].lower() not in _UNCOUNTED and not (head[0].lower() in ("new",) and len(head) == 1):
        return f"{verb} {_a(words[0])} {rest}"
    return f"{verb} the {rest}"


def _is_plural(noun: str) -> bool:
    return bool(_PLURAL.search(noun)) and not _SINGULAR_S.search(noun)


def _a(word: str) -> str:
    """`a` or `an`, by how the word begins."""
    lower = word.lower()
    if word.isupper() and 1 < len(word) <= 5:
        return "an" if word[0] in "AEFHILMNORSX" else "a"
    if lower.startswith(("uni", "use", "usa", "uti", "eu", "one", "ure", "ubi")):
        return "a"
    return "an" if lower[0] in "aeiou" or lower.startswith(("hour", "honest")) else "a"
