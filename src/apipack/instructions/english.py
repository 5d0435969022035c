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
_INVOKE = re.compile(r"^invoke (function|action) (\w[\w ]*?)\s*(?:\(.*)?$", re.I)
_TITLED = re.compile(r"^[A-Z][\w -]{1,24}: ?(?=([A-Za-z]+) \w)")
_THE_OPERATION = re.compile(
    r"^(?:the )?(?:operation|method|call|endpoint|api)? ?(?:is )?(?:used )?to (?=([a-z]+) \w)", re.I
)
_OPERATION_DOES = re.compile(r"^the (?:[\w ]{1,30} )?(?:operation|method|function|endpoint) (?=[a-z]{3,}s )", re.I)
_EITHER = re.compile(r"^(\w+) ?/ ?(\w+) (?=\w)")
_RELATED = re.compile(r"^(.+?) (get|create|update|delete|replace) to (?:many|one) (related|relationships?)$", re.I)
_AND_VERB = re.compile(
    r"\b(and|or|then) ((?:also |then |optionally )?)([a-z]{3,14}?)(ies|(?<=sh|ch|ss)es|(?<=x|z)es|s)"
    r"(?= (?:an?|the|its|their|his|any|all|each|every|it|them|one|this|that|those|these|information|details|my|your)\b)"
)
_SECOND_OF_TWO = re.compile(
    r"\b(and|or|and/or) (provide|return|retrieve|get|create|delete|remove|send|add|generate|allow|replace|update)s"
    r"(?= (?!(?:for|of|in|to|on|from|by|with|and|or|about)\b)[a-z])"
)
_YOU_AS_OBJECT = re.compile(
    r"\b((?:allow|help)(?:s|ing)?|lets?|letting|enabl(?:es?|ing)|for|to|from|with|by|of|about|gives?|tells?|shows?|sends?"
    r"|requires?) you\b",
    re.I,
)
_MINE = (
    (_YOU_AS_OBJECT, r"\1 me"),
    (re.compile(r"\b(?:you are|you're)(?!\w)", re.I), "I am"),
    (re.compile(r"\b(?:you have|you've)(?!\w)", re.I), "I have"),
    (re.compile(r"\byour\b", re.I), "my"),
    (re.compile(r"\byours\b", re.I), "mine"),
    (re.compile(r"\byourself\b", re.I), "myself"),
    (re.compile(r"\byou\b", re.I), "I"),
)
_LIST_OF = re.compile(r"\b(?:list|collection) of (?!(?:an?|the|all|each|every|one) )((?:[\w-]+ )*)([a-z]{3,})$")
_WRONG = re.compile(
    r"\b(?:a(?= [aeioAEIO])|an(?= [bcdfgjklmnpqrstvwyz])|a(?= [FHLMNRSX][A-Z])) ([a-z]{3,}|[A-Z][a-z]{3,}|[A-Z]{2,5})\b"
)
_HEAD = re.compile(
    r"\b(?:of|for|in|from|by|to|with|on|at|as|and|or|that|which|using|via|per|into|under|between|based|when)\b|[(,;:/]"
)
_DETERMINERS = frozenset(
    "a an the all any every each some this that these those its their my your our his her no one two three many more "  # noqa: SIM905
    "most multiple several both another which what of for in from by to with on at as out up off down about "
    "into whether if it them me information details metadata data current started and or via using".split()
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
    "membership traffic billing version staff equipment software storage stock work news available".split()
)


def mended(text: str, verbs: frozenset[str]) -> str:
    """A phrase of a specification without labels, dates, HTTP methods before its verb, and what only OData says."""
    text = without_start(text, _PREFIX)
    text = _OF_ME.sub(" of the signed-in user", _NAVIGATION.sub("", _DATED.sub("", text)))
    if (match := _OR_UPDATE.match(text)) and match[1].split()[0].lower() not in verbs:
        text = f"{match[2].lower()} {match[1].lower()}{match[3]}"
    if match := _INVOKE.match(text):
        return _invoked(match[2].strip(), match[1].lower(), verbs)
    text = without_start(text, _OPERATION_DOES)
    for opening in (_TITLED, _THE_OPERATION):
        if (match := opening.match(text)) and match[1].lower() in verbs:
            text = text[match.end() :]
    if (match := _EITHER.match(text)) and {match[1].lower(), match[2].lower()} <= verbs:
        text = f"{match[1]} or {match[2].lower()} {text[match.end() :]}"
    if match := _RELATED.match(text):
        return f"{match[2].lower()} {match[3].lower()} {match[1]}"
    match = _HTTP_VERB.match(text)
    if (
        match
        and match[1].lower() in verbs
        and not text.lower().startswith(("get list of", "get search", "get view of"))
    ):
        text = text[match.end() :]
    return _verb_first(text, verbs)


def without_start(text: str, start: re.Pattern[str]) -> str:
    """The text without what a pattern that begins with `^` matches; `sub` would try it at every place."""
    match = start.match(text)
    return text[match.end() :] if match else text


def mine(text: str) -> str:
    """What is said to a reader, said by one: `list the promotion codes of your shop` is of `my shop`."""
    if "you" not in text and "You" not in text:
        return text
    for said, instead in _MINE:
        text = said.sub(instead, text)
    return text


def _invoked(name: str, kind: str, verbs: frozenset[str]) -> str:
    """A function or action of OData: `snooze reminder` is called; `get alerts` says itself what it does."""
    first, _, rest = name.partition(" ")
    if first.lower() in verbs and rest and rest.split()[0] not in ("by", "to", "for", "as", "on", "with", "from"):
        return name
    return f"call the {name} {kind}"


def _verb_last(text: str, verbs: frozenset[str]) -> str:
    """`Contract notes query field definitions`: the verb of an identifier behind its resource, with what follows it."""
    words = text.split()
    if not 2 <= len(words) <= 12 or words[0].lower() in verbs or not all(word.isalnum() for word in words):
        return text
    lower = [word.lower() for word in words]
    place = next((at for at in range(len(words) - 1, 0, -1) if lower[at] in _LAST_VERBS), 0)
    if not place or lower[place - 1] == "to" or not _PROSE.isdisjoint(lower):
        return text
    verb, resource, rest = _LAST_VERBS[lower[place]], lower[:place], lower[place + 1 :]
    how = ""
    while resource[-1] in _HOW and len(resource) > 1:
        how, resource = _HOW[resource[-1]] + how, resource[:-1]
    by = " by URL parameter" if resource[-2:] == ["url", "parameter"] and len(resource) > 2 else ""
    resource = resource[:-2] if by else resource
    if resource[-1] == "child" and len(resource) > 1:
        resource, rest = resource[:-1], ["child", *rest] if rest else ["children"]
    article = ["the"] if verb == "query" else []
    said = [*article, *rest, "of", "the", *resource] if rest else ["the", *resource]
    return f"{how}{verb} {' '.join(said)}{by}"


_HOW = {"partial": "partially ", "bulk": "bulk "}
_LAST_VERBS = {verb: verb for verb in ("query", "create", "update", "patch", "delete", "retrieve", "read", "save")} | {
    "destroy": "delete"
}
_PROSE = frozenset("the a an of for with that in by and or is are from this as at into".split())  # noqa: SIM905


def _verb_first(text: str, verbs: frozenset[str]) -> str:
    """`Accounts list by subscription`: the verb of an identifier that names its resource first."""
    words = text.split()
    if not 2 <= len(words) <= 7 or words[0].lower() in verbs or not all(word.isalpha() for word in words):
        return _verb_last(text, verbs)
    if words[-2].lower() in _HOW and len(words) > 2:
        return _verb_last(text, verbs)
    for index in range(1, len(words)):
        verb = words[index].lower()
        if verb in _SUFFIX_VERBS and (
            index == len(words) - 1 or words[index + 1].lower() in ("by", "for", "all", "in")
        ):
            rest = words[index + 1 :]
            every = ["all"] if rest and rest[0].lower() == "all" else []
            return " ".join([verb, *every, words[0].lower(), *words[1:index], *rest[len(every) :]])
    return _verb_last(text, verbs)


_SUFFIX_VERBS = frozenset("list get create update delete patch insert remove clone move copy cancel".split())  # noqa: SIM905


def second_verbs(action: str, verbs: frozenset[str]) -> str:
    """`generate a link and uploads the file` → `… and upload the file`."""

    def base(match: re.Match[str]) -> str:
        stem = match[3] + "y" if match[4] == "ies" else match[3]
        whole = match[3] + match[4]
        stem = stem if stem in verbs else (whole[:-1] if whole[:-1] in verbs else stem)
        return f"{match[1]} {match[2]}{stem}"

    return _AND_VERB.sub(base, _SECOND_OF_TWO.sub(r"\1 \2", action))


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
    if words[0].lower() == "access" and (len(words) == 1 or words[1].lower() in ("to", "and", "of", "for")):
        return action
    if words[0].lower() == "specific" and len(words) > 1:
        head = _HEAD.split(rest, maxsplit=1)[0].split()
        return action if _is_plural(head[-1]) else f"{verb} a {rest}"
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


def with_articles(text: str) -> str:
    """`a instruction`, `an season` and `a list of robot application`, as specifications have them, mended."""
    text = _WRONG.sub(lambda match: f"{_a(match[1])} {match[1]}", text)
    match = _LIST_OF.search(text)
    if match is None or _HEAD.search(match[1]) or match[2] in _UNCOUNTED | _DETERMINERS:
        return text
    if any(_is_plural(word) for word in (*match[1].split(), match[2])):
        return text
    one = match[2]
    many = (
        f"{one[:-1]}ies"
        if re.search("[^aeiou]y$", one)
        else f"{one}{'es' if re.search('(?:s|x|ch|sh)$', one) else 's'}"
    )
    return text[: match.start(2)] + many


def _a(word: str) -> str:
    """`a` or `an`, by how the word begins."""
    lower = word.lower()
    if word.isupper() and 1 < len(word) <= 5:
        return "an" if word[0] in "AEFHILMNORSX" else "a"
    if lower.startswith(("uni", "use", "usa", "uti", "eu", "one", "ure", "ubi")):
        return "a"
    return "an" if lower[0] in "aeiou" or lower.startswith(("hour", "honest")) else "a"
