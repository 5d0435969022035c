"""How values are made: by a schema's format, by the name of a number or a text, by what is said of it.

Nothing here is anybody's: people and firms are invented, hosts are example.com, example.org and example.net (RFC 2606),
addresses and numbers are of ranges that are kept for documentation (RFC 5737,
RFC 3849, +1 202-555-01xx, +44 7700 900xxx).
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from apipack.operations.vocabulary import COUNTRIES, WORDS

Maker = Callable[[random.Random, str], Any]
"""rng and the argument's name in snake_case → a value."""


def word(rng: random.Random) -> str:
    return rng.choice(WORDS["nouns"])


def letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=count))


def _slug(rng: random.Random, _: str = "") -> str:
    return f"{rng.choice(WORDS['adjectives'])}-{word(rng)}"


def _title(rng: random.Random, _: str = "") -> str:
    first, noun = rng.choice(WORDS["adjectives"]).capitalize(), word(rng).capitalize()
    return f"{noun} {rng.randint(2, 99)}" if rng.random() < 0.3 else f"{first} {noun}"


def _note(rng: random.Random, _: str = "") -> str:
    subject, noun = rng.choice(WORDS["subjects"]), word(rng).capitalize()
    form = rng.choice(("{s} for {n}", "{s} of the {n} team", "Notes on the {s} at {n}", "{n}: {s} {k}"))
    text = form.format(s=subject, n=noun, k=rng.choice(WORDS["statuses"]))
    return text[0].upper() + text[1:]


def _code(rng: random.Random, name: str) -> str:
    """An identifier: a few letters of what it identifies and a number."""
    words = [word for word in name.split("_") if word not in ("id", "ids", "identifier", "key", "uid", "guid", "no")]
    prefix = re.sub(r"[^a-z]", "", words[-1])[:4] if words else ""
    number = f"{rng.randint(10_000, 99_999)}"
    return f"{prefix}-{number}" if len(prefix) > 1 else f"{letters(rng, 2)}{number}"


def _uuid(rng: random.Random, _: str = "") -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _day(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(2022, 2027), rng.randint(1, 12), rng.randint(1, 28)


def _date(rng: random.Random, _: str = "") -> str:
    return "{:04d}-{:02d}-{:02d}".format(*_day(rng))


def _date_time(rng: random.Random, name: str = "") -> str:
    return f"{_date(rng)}T{_clock(rng)}:00Z"


def _clock(rng: random.Random, _: str = "") -> str:
    return f"{rng.randint(0, 23):02d}:{rng.choice((0, 10, 15, 20, 30, 40, 45, 50)):02d}"


def _given_name(rng: random.Random, _: str = "") -> str:
    return rng.choice(WORDS["given"])


def _family_name(rng: random.Random, _: str = "") -> str:
    return rng.choice(WORDS["family"])


def _domain(rng: random.Random, _: str = "") -> str:
    return f"{word(rng)}.example.{rng.choice(('com', 'org', 'net'))}"


def _email(rng: random.Random, _: str = "") -> str:
    return f"{_given_name(rng).lower()}.{_family_name(rng).lower()}@example.{rng.choice(('com', 'org', 'net'))}"


def _url(rng: random.Random, name: str = "") -> str:
    return f"https://{_domain(rng)}/{_slug(rng)}"


def _phone(rng: random.Random, _: str = "") -> str:
    if rng.random() < 0.5:
        return f"+1202555{rng.randint(100, 199):04d}"
    return f"+447700900{rng.randint(0, 999):03d}"


def _street(rng: random.Random, _: str = "") -> str:
    return f"{rng.randint(2, 199)} {rng.choice(WORDS['streets'])} {rng.choice(('Street', 'Road', 'Lane', 'Avenue'))}"


def _firm(rng: random.Random, _: str = "") -> str:
    return f"{rng.choice(WORDS['firms'])} {rng.choice(('Foods', 'Logistics', 'Works', 'Labs', 'Trading', 'Studio'))}"


def _arn(rng: random.Random, name: str) -> str:
    service = next(iter(name.split("_")), "resource")
    return f"arn:aws:{service[:10]}:{rng.choice(WORDS['regions'])}:123456789012:{_slug(rng)}"


def _opaque(rng: random.Random, _: str = "") -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", k=16))


def _file(rng: random.Random, _: str = "") -> str:
    return f"{_slug(rng)}.{rng.choice(WORDS['extensions'])}"


def _field(rng: random.Random, _: str = "") -> str:
    return rng.choice(WORDS["fields"])


def _sort(rng: random.Random, _: str = "") -> str:
    return rng.choice(("", "-")) + _field(rng)


def _odata_filter(rng: random.Random, _: str = "") -> str:
    if rng.random() < 0.5:
        return f"displayName eq '{_title(rng)}'"
    return f"{rng.choice(('createdDateTime', 'lastModifiedDateTime'))} ge {_date(rng)}"


def _filter(rng: random.Random, _: str = "") -> str:
    return f"{_field(rng)}={rng.choice(WORDS['statuses'])}"


def _of(name: str) -> Maker:
    return lambda rng, _: rng.choice(WORDS[name])


def _country(rng: random.Random, _: str = "") -> str:
    return rng.choice(COUNTRIES)[1]


def _country_code(rng: random.Random, _: str = "") -> str:
    return rng.choice(COUNTRIES)[0]


def _decimal(low: int, high: int, places: int = 2) -> Maker:
    return lambda rng, _: round(rng.uniform(low, high), places)


def _whole(low: int, high: int, step: int = 1) -> Maker:
    return lambda rng, _: rng.randrange(low, high + 1, step)


def _as_text(make: Maker) -> Maker:
    return lambda rng, name: str(make(rng, name))


def _limit(rng: random.Random, _: str = "") -> int:
    return rng.choice((5, 8, 10, 12, 15, 20, 24, 25, 30, 40, 48, 50, 60, 75, 80, 100))


FORMATS: dict[str, Maker] = {
    "date": _date,
    "date-time": _date_time,
    "datetime": _date_time,
    "time": lambda rng, _: f"{_clock(rng)}:00Z",
    "uuid": _uuid,
    "guid": _uuid,
    "email": _email,
    "uri": _url,
    "url": _url,
    "hostname": _domain,
    "ipv4": lambda rng, _: f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}",
    "ipv6": lambda rng, _: f"2001:db8::{rng.randint(1, 0xFFFE):x}",
    "duration": lambda rng, _: f"P{rng.randint(1, 30)}D",
    "google-datetime": _date_time,
    "google-duration": lambda rng, _: f"{rng.randint(5, 900)}s",
    "google-fieldmask": _field,
    "phone": _phone,
    **dict.fromkeys(("int32", "int64", "uint32", "uint64"), _as_text(_whole(100, 99_999))),
    **dict.fromkeys(("float", "double", "decimal"), _as_text(_decimal(1, 500))),
}

_NUMBER_RULES: tuple[tuple[str, Maker], ...] = (
    (
        r"(?:limit|page_?size|per_?page|max_?(?:results|records|items|entries)|^top$|^max$|^count$|^size$|^take$)$",
        _limit,
    ),
    (r"(?:^|_)page(?:_?(?:number|num|no|index))?$", _whole(1, 12)),
    (r"(?:offset|skip|start_?(?:index|at|from)?|^from)$", _whole(10, 500, 5)),
    (r"(?:^|_)year$", _whole(2015, 2027)),
    (r"(?:^|_)month$", _whole(1, 12)),
    (r"(?:^|_)days?(?:_of_month)?$", _whole(1, 28)),
    (r"(?:^|_)hours?$", _whole(1, 23)),
    (r"(?:^|_)minutes?$", _whole(1, 59)),
    (r"port$", _whole(8000, 9400)),
    (r"lat(?:itude)?$", _decimal(-60, 60, 4)),
    (r"(?:lng|lon|long|longitude)$", _decimal(-150, 150, 4)),
    (r"(?:price|amount|cost|total|fee|balance|subtotal|salary|rate)$", lambda rng, _: round(rng.uniform(3, 900), 2)),
    (r"(?:price|amount|cost|total|fee|balance|subtotal|salary)(?:_cents)?$", _whole(3, 900)),
    (r"(?:quantity|qty)$", _whole(1, 48)),
    (r"(?:percent|percentage|discount)$", _whole(5, 95)),
    (r"age$", _whole(18, 80)),
    (r"(?:timeout|ttl|seconds|interval|duration|expires_in|expiration|delay)$", _whole(15, 900, 5)),
    (r"(?:priority|order|position|rank|level|index|sequence)$", _whole(1, 20)),
    (r"(?:width|height|length|weight|depth|distance|radius|diameter)$", _whole(2, 240)),
    (r"(?:timestamp|_time|_at|_date|date|time|since|until|before|after)$", _whole(1_640_995_200, 1_799_999_999, 60)),
    (r"(?:zip|postal_?code)$", _whole(10_100, 99_400)),
    (r"version$", _whole(2, 40)),
    (r"(?:^|_)(?:id|ids|no|number|key|ref|num)\d*$|[a-z]id$", _whole(1_000, 99_999)),
)
_TEXT_RULES: tuple[tuple[str, Maker], ...] = (
    (r"e_?mail(?:_address)?(?:es)?$|mailbox$|^(?:to|from|cc|bcc)_(?:email|address)$", _email),
    (r"(?:^|_)ip(?:_?v?4)?(?:_address)?$|^ips$", FORMATS["ipv4"]),
    (r"cidr(?:_?block)?$", lambda rng, _: f"10.{rng.randint(0, 250)}.0.0/16"),
    (r"mac(?:_address)?$", lambda rng, _: f"00:00:5e:00:53:{rng.randint(0, 255):02x}"),
    (r"(?:phone|mobile|fax|msisdn|telephone)(?:_?number)?$|^(?:cell|tel)$", _phone),
    (r"arn$", _arn),
    (r"(?:first|given|fore)_?name$", _given_name),
    (r"(?:last|family|sur)_?name$", _family_name),
    (
        r"(?:user|login|screen|nick|mail_nick)_?name$|^(?:login|user|owner|author|assignee|username)$|_login$",
        lambda rng, _: f"{_given_name(rng)}.{word(rng)}".lower(),
    ),
    (
        r"(?:full|contact|customer|employee|holder|person|recipient|sender|legal)_name$|^(?:recipient|attention)$",
        lambda rng, _: f"{_given_name(rng)} {_family_name(rng)}",
    ),
    (
        r"company(?:_name)?$|organi[sz]ation(?:_name)?$|vendor(?:_name)?$|merchant$|employer$|supplier$|publisher$",
        _firm,
    ),
    (r"(?:city|town|locality|place|destination|origin)(?:_name)?$", _of("cities")),
    (r"country_?code|country_?iso|^(?:iso|cc|country_?2|geo)$", _country_code),
    (r"country(?:_name)?$|nationality$", _country),
    (r"currency", _of("currencies")),
    (r"(?:language|lang)(?:_?code)?s?$", _of("languages")),
    (r"locale(?:_?code)?$|culture$", _of("locales")),
    (r"time_?zone(?:_id)?$|^tz$", _of("zones")),
    (r"region(?:_?(?:name|code|id))?$|availability_zone$|^zone$|location$", _of("regions")),
    (r"^(?:state|province)(?:_?code)?$|state_?(?:code|province)$", _of("states")),
    (r"(?:street|address)(?:_?(?:line)?_?\d?)?$|street_name$", _street),
    (r"(?:zip|postal|post)_?(?:code)?$", lambda rng, _: str(rng.randint(10_100, 99_400))),
    (r"(?:domain|host|hostname|server|(?:^|_)site)(?:_?name)?$|fqdn$|^dns$", _domain),
    (r"(?:url|uri|link|href|website|webhook|homepage|callback|redirect)(?:_?(?:url|uri))?$", _url),
    (r"colou?r$", _of("colours")),
    (
        r"(?:^|_)(?:enabled|disabled|allowed|required)$|^(?:is|has|enable|disable)_",
        lambda rng, _: rng.choice(("true", "false")),
    ),
    (r"api_?version$", _date),
    (r"version$", lambda rng, _: f"{rng.randint(1, 9)}.{rng.randint(0, 19)}.{rng.randint(0, 9)}"),
    (r"(?:date_?time|timestamp|_at|_time|_on|modified|created|updated)$|^(?:start|end)_?time$|time_?stamp", _date_time),
    (
        r"(?<!candi)(?<!up)(?<!vali)(?<!man)(?<!consoli)date(?:s|_from|_to|_?time|\d)?$"
        r"|(?:^|_)(?:since|until|before|after|day|start|end|deadline|birthday|dob)$"
        r"|^(?:(?:created|updated|modified|valid|available|active|starts?|ends?|period|range)_)?(?:from|to)$",
        _date,
    ),
    (r"time$", _clock),
    (r"(?:^|_)(?:days|hours|minutes|weeks|months)$", _as_text(_whole(2, 90))),
    (r"(?:^|_)year$", _as_text(_whole(2015, 2027))),
    (r"(?:^|_)month$", _as_text(_whole(1, 12))),
    (r"uuid$|guid$|(?:tenant|subscription|correlation)_?id$|^sid$", _uuid),
    (
        r"(?:page|next|continuation|continue|cursor|marker|sync|skip|delta)_?tokens?$|^(?:cursor|marker|continue|bookmark)$"
        r"|etag$|fingerprint$|hash$|checksum$|^if_(?:none_)?match$|digest$",
        _opaque,
    ),
    (r"(?:^|_)(?:file|document|attachment|image|photo|video|object)_?name$|^(?:file|filename|attachment)$", _file),
    (r"(?:path|folder|directory|prefix|uri_path)$", lambda rng, _: f"{word(rng)}/{_slug(rng)}"),
    (
        r"mime_?type$|content_?type$|media_?type$",
        lambda rng, _: rng.choice(
            ("application/pdf", "application/json", "image/png", "image/jpeg", "text/csv", "text/plain", "video/mp4")
        ),
    ),
    (r"^(?:filter|filters)$", _odata_filter),
    (r"filter$|selector$|^(?:where|condition)$", _filter),
    (r"(?:^|_)(?:sort|sort_?by|order_?by|ordering|sort_?field)$", _sort),
    (r"(?:sort|sort_?order|order|direction|sort_?direction|dir)$", lambda rng, _: rng.choice(("asc", "desc"))),
    (
        r"^(?:select|fields?|expand|include|includes|columns?|attributes?|exclude|group_?by|properties|selected_?fields"
        r"|opt_fields|update_?mask)$",
        _field,
    ),
    (
        r"(?:^|_)(?:q|query|search|search_?(?:term|text|string|query)|keywords?|term|text_?query|phrase)$",
        lambda rng, _: f"{rng.choice(WORDS['adjectives'])} {word(rng)}",
    ),
    (r"^(?:limit|top|page_?size|per_?page|max_?results|max_?items|count|size)$", _as_text(_limit)),
    (r"^(?:page|page_?(?:number|num|index))$", _as_text(_whole(1, 12))),
    (r"^(?:offset|skip|start_?index)$", _as_text(_whole(10, 500, 5))),
    (r"(?:price|amount|cost|total|fee|balance|unit_price)$", _as_text(_decimal(3, 900))),
    (r"(?:quantity|qty)$", _as_text(_whole(1, 48))),
    (r"lat(?:itude)?$", _as_text(_decimal(-60, 60, 4))),
    (r"(?:lng|lon|longitude)$", _as_text(_decimal(-150, 150, 4))),
    (r"status(?:es)?$|^state$|_state$|phase$", _of("statuses")),
    (r"(?:^|_)(?:type|kind|category|mode|class|visibility|scope|tier|plan|format|usage)s?$", _of("kinds")),
    (r"role(?:_name)?s?$", _of("roles")),
    (r"gender$|^sex$", lambda rng, _: rng.choice(("female", "male", "other"))),
    (r"unit(?:_of_measure)?s?$", _of("units")),
    (r"department$|division$", _of("departments")),
    (r"(?:tag|label|keyword|topic)s?(?:_name)?$", lambda rng, _: word(rng)),
    (r"sku$|(?:_|^)code$|barcode$|serial(?:_?number)?$|reference$|^ref$|_ref$|number$|_no$", _code),
    (
        r"(?:description|comment|comments|note|notes|message|body|content|text|summary|details|reason|remarks?|purpose"
        r"|caption|instructions?|abstract|bio)$",
        _note,
    ),
    (r"(?:subject|title|headline|display_?name|label|heading)$", _title),
    (r"(?:^|_)(?:ids?|identifiers?|uid|oid|pk|key|handle|sid)\d*$|[a-z]id\d*$", _code),
    (
        r"(?:slug|alias|bucket|repo|repository|branch|namespace|workspace|project|org|resource|instance|cluster|group|queue"
        r"|database|table|container|account|app|application|device|environment|pipeline|job|cache|vault|network|subnet"
        r"|profile|policy|rule|function|stack|key_?space|realm|slot|package|release|stage|team|node|volume|snapshot)"
        r"(?:_?name)?$|_slug$|resource_?name$",
        _slug,
    ),
    (r"name$", _title),
)
NUMBERS = tuple((re.compile(pattern), make) for pattern, make in _NUMBER_RULES)
TEXTS = tuple((re.compile(pattern), make) for pattern, make in _TEXT_RULES)
_ABOUT: tuple[tuple[re.Pattern[str], Maker], ...] = (
    (re.compile(r"\bphone number\b|\bE\.164\b", re.I), _phone),
    (re.compile(r"\be-?mail address\b", re.I), _email),
    (re.compile(r"\bISO.?8601\b|\byyyy-mm-dd\b|\bRFC.?3339\b", re.I), _date),
    (re.compile(r"\bUUID\b|\bGUID\b"), _uuid),
    (re.compile(r"\bURL\b"), _url),
    (re.compile(r"\b(?:id|identifier|ID)s? of\b|\bunique identifier\b"), _code),
)


@lru_cache(maxsize=50_000)
def number_maker(name: str) -> Maker | None:
    """The maker of a number by its argument's name; None where that tells nothing."""
    return next((make for pattern, make in NUMBERS if pattern.search(name)), None)


@lru_cache(maxsize=50_000)
def text_maker(name: str, about: str) -> tuple[Maker, str]:
    """The maker of a text by its argument's name, else by what is said of it, else by nothing but its type."""
    maker = _maker_of_name(name) if len(name) > 2 and name not in ("from", "value", "key") else None
    if maker is not None:
        return maker, "name"
    for pattern, of_words in _ABOUT:
        if pattern.search(about):
            return of_words, "name"
    maker = _maker_of_name(name)
    return (_slug, "type") if maker is None else (maker, "name")


@lru_cache(maxsize=50_000)
def _maker_of_name(name: str) -> Maker | None:
    return next((make for pattern, make in TEXTS if pattern.search(name)), None)
