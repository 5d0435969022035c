"""An operation's own words, as they read inside a sentence."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from apipack.instructions.english import (
    articled,
    mended,
    mine,
    of_third_person,
    second_verbs,
    with_articles,
    without_start,
)

Row = dict[str, Any]

VERBS = frozenset(files("apipack.instructions").joinpath("verbs.txt").read_text(encoding="utf-8").split())

_SENTENCE = re.compile(
    r"(?<![eE]\.g\.)(?<!i\.e\.)(?<=[.!?])\s|(?<=[a-z)])\.(?=[A-Z][a-z]+ )|\s(?=NOTE:|Note:|Deprecated)"
)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_ADDRESS = re.compile(r"https?://\S+")
_ARTICLE = re.compile(r"^(?:A|An|The)\b")
_OBJECT = re.compile(r"(?:an?|the|all|this|one|my|its|any) \w", re.I)
_PLACEHOLDER = re.compile(r"\(\)|[{}<>\[\]|`*#\\\"]")
_BEFORE_PLURAL = re.compile(r"(?:[`*]+|</\w+>)(?=s\b)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ONE_WORD = frozenset(
    "IoT OAuth GraphQL GitHub GitLab eBay iOS macOS LinkedIn YouTube PayPal WhatsApp VMware DevOps DynamoDB "  # noqa: SIM905
    "JavaScript OpenAPI WebSocket PowerBI SharePoint OneNote OneDrive PubSub VMs IDs APIs URLs IPs SKUs ARNs iSCSI "
    "OpenSearch CloudWatch CloudFront CloudFormation CloudTrail CloudSearch CloudHSM PowerShell QuickSight GuardDuty "
    "SageMaker AppStream MediaLive BigQuery EventBridge ElastiCache CodeCommit CodePipeline WorkSpaces WorkDocs "
    "WorkMail MySQL PostgreSQL MariaDB MongoDB NoSQL SignalR DocuSign OpenID".split()
)
_IN_ONE = re.compile(rf"(?:{'|'.join(sorted(_ONE_WORD))})(?![a-z])")
_IDENTIFIER = re.compile(r"\b(?=\w*(?:_|[a-z0-9][A-Z]))\w+")
_ABOUT_ITSELF = re.compile(
    r"^(?:please )?(?:use|call|invoke) (?:this|the) (?:\w+ )?(?:api|endpoint|method|operation|call|route|resource)"
    r" (?:to|for) |^this (?:\w+ )?(?:api|endpoint|method|operation|call|request|route|resource|service)"
    r",? (?:is used to |is to |can be used to |will |allows you to |lets you |enables you to )?"
    r"|^the [\w ]{3,40} API (?:lets|allows|enables) you (?:to )?"
    r"|^(?:allows? you|enables? you|used|lets you|provides? a way|provides? the ability) to ",
    re.I,
)
_ADVERBS = frozenset("permanently partially bulk asynchronously immediately manually temporarily safely".split())  # noqa: SIM905
_ALSO_NOUNS = frozenset(
    "call match record order rate print pay trace review echo map score vote turn back charge rank cast cache lookup "  # noqa: SIM905
    "place poll measure monitor name award backup compute combine force format respond reply route stage "
    "support".split()
)
"""Verbs for certain only where an object with a determiner follows: `match a patient`, but not `match history`."""
_WITH_PREPOSITION = re.compile(
    r"(?:pay for|(?:comment|vote) on|(?:reply|respond|react) to|vote for|opt (?:in|out)) \w", re.I
)
"""Verbs of which the preposition makes certain that they are no nouns: `pay for an order`."""
_LIKE_A_VERB = re.compile(
    r"(?!(?:the|this|that|these|those|given|not|with|without|when|whether|where|once|only|also|and|for|from|into|upon|over"
    r"|under|after|before|while|until|unless|since|because|can|could|will|would|may|must|should|has|have|had|are|was|were"
    r"|does|did|how|what|which|who|why|you|your|such|both|all|any|each|per|via|than|then|there|but|nor|now|new)\b)"
    r"[a-z]{3,}(?<!ing)(?<!ed)(?<!ly)(?<!s)"
)
"""A first word before an object with a determiner is a verb, whether it is listed or not: `lend a book`."""
_DOUBLED = frozenset(
    {"submit", "begin", "reset", "commit", "transfer", "refer", "permit", "unmap", "unset", "untag", "rerun"}
)
_SHORT = re.compile(r"[bcdfghjklmnpqrstvz]{1,3}[aeiou][bdfgklmnprtz]")
_OF_ODATA = re.compile(r"^OData Service for namespace ([\w.]+)$")
_ABBREVIATION = re.compile(
    r"\b(?:api|apis|id|ids|url|urls|uri|uris|ip|json|xml|csv|sms|pdf|dns|vpc|ssl|http|https|vm|vms)\b"
)
_TITLE_SUFFIX = re.compile(
    r"[\s:,-]+(?:(?:REST )?APIs?[\s-]+)?(?:documentation|docs?|reference|specifications?|swagger(?: (?:spec|docs?|ui))?"
    r"|open ?api(?: spec(?:ification)?)?|definition)$",
    re.I,
)


def api_name(row: Row) -> str:
    """The API's title as it reads in a sentence: `the … API`, once."""
    return _api_name(row["api_name"], row["api"])


@lru_cache(maxsize=1_000)
def _api_name(title: str, api: str) -> str:
    name = " ".join(_TITLE_SUFFIX.sub("", title.strip(" .")).split()) or api
    name = re.sub(r"^the\s+", "", name, flags=re.I)
    name = _OF_ODATA.sub(lambda match: match[1].replace(".", " ").title(), name)
    if re.search(r"\bAPI\b(?!s?$)", name):
        return f"the {name}"
    name = re.sub(r"\bAPIs?$", "", name).strip(" .-–:") or api
    return f"the {name} API"


def phrase(text: str) -> str:
    """The first sentence, without its full stop, template marks, links, joined-up identifiers, and `this request …`.

    `getPetById` and `get_pet_by_id` become `get pet by id`: an instruction that repeats the endpoint's name leaks it.
    """
    text = _LINK.sub(r"\1", text) if "](" in text else text
    text = _ADDRESS.sub(" ", text) if "://" in text else text
    first = _SENTENCE.split(text.strip(), maxsplit=1)[0]
    spoken = _IDENTIFIER.sub(_spoken_identifier, _PLACEHOLDER.sub(" ", _BEFORE_PLURAL.sub("", first)))
    spoken = without_start(" ".join(spoken.split()), _ABOUT_ITSELF).strip(" .:;,!?-")
    return with_articles(mine(_ABBREVIATION.sub(_in_capitals, mended(spoken, VERBS)))).strip(" .:;,!?-")


def _in_capitals(match: re.Match[str]) -> str:
    text = match[0].upper()
    return f"{text[:-1]}s" if text in ("APIS", "IDS", "URLS", "URIS", "VMS") else text


def _spoken_identifier(match: re.Match[str]) -> str:
    return match[0] if match[0] in _ONE_WORD else spell_out(match[0])


def spell_out(identifier: str) -> str:
    """An identifier as words: `listPetTypes` → `list pet types`; `getMQTTable` → `get MQT table`."""
    whole = _IN_ONE.sub(lambda match: match[0].capitalize(), identifier.replace("_", " "))
    words = _CAMEL.sub(" ", whole).split()
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)


def is_of_identifier(functionality: str, endpoint: str) -> bool:
    """Whether a functionality is nothing but an endpoint's name taken apart."""
    return re.sub(r"\W|_", "", functionality).lower() == re.sub(r"\W|_", "", endpoint).lower()


def imperative(text: str) -> str | None:
    """The phrase as an imperative (`Returns a pet` → `return a pet`), or None when it starts with no known verb."""
    first, _, rest = text.partition(" ")
    word = first.lower()
    if word in _ADVERBS and (action := imperative(rest)) is not None:
        return f"{word} {action}"
    if _OBJECT.match(rest) and (word in _ALSO_NOUNS or _LIKE_A_VERB.fullmatch(word)):
        return articled(second_verbs(f"{word} {rest}", VERBS))
    if _WITH_PREPOSITION.match(text):
        return f"{word} {rest}"
    if word == "list" and rest.lower().startswith("of "):
        return f"get the list {rest}"
    endings = (word.removesuffix(ending) for ending in ("s", "es", "d", "ed"))
    for candidate in (word, *endings, re.sub("ies$", "y", word)):
        if candidate in VERBS and rest:
            rest = _ARTICLE.sub(lambda match: match[0].lower(), rest)
            return articled(second_verbs(f"{candidate} {rest}", VERBS))
    if word.endswith("s") and _OBJECT.match(rest) and (base := of_third_person(word)):
        return second_verbs(f"{base} {rest}", VERBS)
    return None


def gerund(action: str) -> str:
    """An imperative as a gerund: `get a pet` → `getting a pet`."""
    verb, _, rest = action.partition(" ")
    if verb in _ADVERBS and rest:
        return f"{verb} {gerund(rest)}"
    if verb in _DOUBLED or _SHORT.fullmatch(verb):
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
        return _closed(text)
    for end in range(words, words // 2, -1):
        if kept[end - 1].endswith((",", ";")) or kept[end].lower() in {"and", "or", "which", "that", "where", "when"}:
            return _closed(" ".join(kept[:end]))
    return _closed(" ".join(kept[:words]))


def _closed(text: str) -> str:
    """The text without a bracket that is not closed, and what follows it."""
    text = text[: text.rindex("(")] if text.rfind("(") > text.rfind(")") else text
    return text.rstrip(" ,;:")


def lower_first(text: str) -> str:
    """Lower-case first letter, unless the word looks like an acronym or the text like a title."""
    words = text.split()
    if len(text) < 2 or text[1].isupper() or (len(words) > 1 and words[1][0].isupper()):
        return text
    return text[0].lower() + text[1:]
