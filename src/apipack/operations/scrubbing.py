"""Secrets and personal data that specifications leave in their examples, replaced by stand-ins.

Tokens with a shape of their own are known by the patterns of detect-secrets; other credentials by the name
they stand under and how random they look. Phone numbers count when libphonenumber finds them valid.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, islice
from types import MappingProxyType
from urllib.parse import unquote

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.telegram_token import TelegramBotTokenDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from apipack.records import Request

Found = Mapping[str, int]
NOTHING: Found = MappingProxyType({})
SECRET, EMAIL, PHONE = "REPLACE_SECRET_VALUE", "user{at}example.com", "{plus}12025550100"
LEAST_SECRET, LEAST_ENTROPY = 16, 3.2  # characters; bits a character: words stay below, random keys above

_DETECTORS = (
    AWSKeyDetector,
    AzureStorageKeyDetector,
    DiscordBotTokenDetector,
    GitHubTokenDetector,
    GitLabTokenDetector,
    JwtTokenDetector,
    MailchimpDetector,
    OpenAIDetector,
    PypiTokenDetector,
    SendGridDetector,
    SlackDetector,
    SquareOAuthDetector,
    StripeDetector,
    TelegramBotTokenDetector,
    TwilioKeyDetector,
)
_SHAPES = [pattern.pattern for detector in _DETECTORS for pattern in detector.denylist if "aws." not in pattern.pattern]
_TOKEN = re.compile(
    rf"(?<![A-Za-z0-9])(?:AIza[\w-]{{35}}|{'|'.join(f'(?:{shape})' for shape in _SHAPES)})(?![A-Za-z0-9])"
)
_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+(?: |%20|\+))*PRIVATE(?: |%20|\+)KEY(?:(?!-----END).){0,20000}-----END[^-]{1,60}-----",
    re.S,
)
_NAMED = re.compile(
    r"""((?:api_?-?key|access_?-?key|token|secret|passw(?:or)?d|credential|private_?-?key|authorization)[\w-]{0,20}
    (?:"\s*:\s*"|\\"\s*:\s*\\"|=|%22%3A%22|:\ )(?:Bearer\ |Basic\ )?)
    ([A-Za-z0-9+/_.~-]{16,4000}+={0,2}+(?!\ REPLACE_))""",
    re.I | re.X,
)
_NAMES = ("key", "token", "secret", "passw", "credential", "authorization")
_LONG = re.compile(r"[A-Za-z0-9+/_.~-]{16}")
_DIGITS = re.compile(r"\d(?:[ .()-]|%20){0,2}\d{3}")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}(@|%40)((?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})(?![\w-])")
_ORIGIN = re.compile(r"^([^:]*://[^/]*/?)")
_RESERVED = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|net|org|edu))?|test|invalid|localhost|local|domain\.(?:com|tld))", re.I
)
_PHONE = re.compile(
    r"(?<![\w.%+/-])(?:(?:\+|%2B)\d{1,3}(?:[ .()-]|%20){0,2}(?:\d(?:[ .()-]|%20){0,2}){6,12}\d"
    r"|\(?[2-9]\d{2}\)?(?:[ .-]|%20)[2-9]\d{2}[ .-]\d{4})(?![\w-])"
)

_NAME_AND_VALUE = (
    rf"(?i:{'|'.join(_NAMES)})[\w-]*(?:\\?\"\s*:\s*\\?\"|=|%22%3A%22|: )(?:(?i:Bearer|Basic) )?[\w+/.~-]{{16}}"
)
_PHONES = (
    r"(?:\+|%2B)\d{1,3}(?:(?:[ .()-]|%20)*\d){7}",
    r"[2-9]\d{2}\)?(?:[ .-]|%20)[2-9]\d{2}[ .-]\d{4}",
)
_LOOK = "|".join(("PRIVATE", r"AIza[\w-]{35}", *_SHAPES, _NAME_AND_VALUE, *_PHONES))
_LOOK = re.sub(r"\{(\d+),\d*\}", r"{\1,}", _LOOK.replace(r"(?!\w)", ""))
_LOOK_EMAIL = r"(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2}"
"""What an ASCII text has in which `scrub` changes anything, in what RE2 knows: no looks around, no large counts."""


def scrub_all(texts: Sequence[str]) -> list[tuple[str, Found]]:
    """`scrub` of each text, where Arrow's RE2 looks first, forty times faster than `re`."""
    column = pa.array(texts, pa.string())
    suspects, addresses = (pc.match_substring_regex(column, look).to_pylist() for look in (_LOOK, _LOOK_EMAIL))
    scrubbed = []
    for text, is_suspect, has_address in zip(texts, suspects, addresses, strict=True):
        if is_suspect or not text.isascii():
            scrubbed.append(scrub(text))
        else:
            scrubbed.append(_scrub_emails(text) if has_address else (text, NOTHING))
    return scrubbed


def scrub_columns(columns: Sequence[Sequence[str]]) -> list[list[tuple[str, Found]]]:
    """`scrub_all` of each column, and of all in one call: Arrow compiles its expression for every call anew."""
    scrubbed = iter(scrub_all(list(chain.from_iterable(columns))))
    return [list(islice(scrubbed, len(column))) for column in columns]


def _scrub_emails(text: str) -> tuple[str, Found]:
    finds: list[str] = []
    text = _EMAIL.sub(partial(_email, finds), text)
    return text, Counter(finds) if finds else NOTHING


def scrub(text: str) -> tuple[str, Found]:
    """The text with stand-ins, and how many of each kind: `secret`, `email`, `phone`. JSON and percent-encoded
    text stay what they are."""
    # Cheap looks first: nearly all texts hold nothing, and there are hundreds of thousands.
    long, digits = _LONG.search(text), _DIGITS.search(text)
    email = "@" in text or "%40" in text
    if not (long or digits or email or "PRIVATE" in text):
        return text, NOTHING
    finds: list[str] = []
    if "PRIVATE" in text:
        text = _PEM.sub(partial(_secret, finds), text)
    if long:
        text = _TOKEN.sub(partial(_secret, finds), text)
        lower = text.lower()
        if any(name in lower for name in _NAMES):
            text = _NAMED.sub(partial(_named, finds), text)
    if email:
        text = _EMAIL.sub(partial(_email, finds), text)
    if digits:
        text = _PHONE.sub(partial(_phone, finds), text)
    return text, Counter(finds) if finds else NOTHING


def _secret(finds: list[str], _: re.Match[str]) -> str:
    finds.append("secret")
    return SECRET


def _named(finds: list[str], match: re.Match[str]) -> str:
    if not looks_random(match[2]):
        return match[0]
    return match[1] + _secret(finds, match)


def _email(finds: list[str], match: re.Match[str]) -> str:
    if _RESERVED.fullmatch(match[2]):
        return match[0]
    finds.append("email")
    return EMAIL.format(at=match[1])


def _phone(finds: list[str], match: re.Match[str]) -> str:
    if not is_phone(unquote(match[0])):
        return match[0]
    finds.append("phone")
    return PHONE.format(plus="%2B" if match[0].startswith("%") else "+")


def scrub_request(request: Request) -> tuple[Request, Found]:
    """The request with stand-ins in path, query, header values and body; its host stays."""
    return scrub_requests([request])[0][0]


def scrub_requests(
    requests: Sequence[Request], columns: Sequence[Sequence[str]] = ()
) -> tuple[list[tuple[Request, Found]], list[list[tuple[str, Found]]]]:
    """`scrub_request` of each, and `scrub_all` of each column; Arrow looks at all of them together."""
    addresses = [_ORIGIN.split(request.url, maxsplit=1) for request in requests]
    paths, texts = [target for *_, target in addresses], [request.body or "" for request in requests]
    targets, bodies, *others = scrub_columns([paths, texts, *columns])
    scrubbed = []
    for request, (_, origin, _), target, body in zip(requests, addresses, targets, bodies, strict=True):
        lines = [_scrub_header(f"{name}: {value}") for name, value in request.headers]
        finds = [target[1], *(in_line for _, in_line in lines), body[1]]
        if not any(finds):
            scrubbed.append((request, NOTHING))
            continue
        counts: Counter[str] = Counter()
        for more in finds:
            counts.update(more)
        names = (name for name, _ in request.headers)
        headers = tuple((name, line[len(name) + 2 :]) for name, (line, _) in zip(names, lines, strict=True))
        text = None if request.body is None else body[0]
        scrubbed.append((Request(request.method, origin + target[0], headers, text), counts))
    return scrubbed, others


@lru_cache(maxsize=1_000)
def _scrub_header(line: str) -> tuple[str, Found]:
    """`scrub`, remembered: an API's operations send the same headers."""
    return scrub(line)


def looks_random(text: str) -> bool:
    """Whether the text is as mixed as a generated key: letters and digits, high Shannon entropy, no stand-in."""
    if len(text) < LEAST_SECRET or re.match(r"(?:REPLACE|SOME|YOUR)_", text, re.I):
        return False
    if not (re.search(r"\d", text) and re.search(r"[A-Za-z]", text)):
        return False
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts) >= LEAST_ENTROPY


def is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "US"))
    except phonenumbers.NumberParseException:
        return False
