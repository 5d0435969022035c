"""String literals with backslash escapes: how nine of the ten languages write text between quotes.

Letters of any script stay as they are (all ten read UTF-8 source); control characters, line separators and
bidirectional marks are escaped, so that code looks like what it does (Trojan Source, CVE-2021-42574).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from apipack.languages.wire import Unreadable

UNSAFE = (
    *range(0x20),
    *range(0x7F, 0xA0),
    *(0x061C, 0x200B, 0x200E, 0x200F, 0xFEFF),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFFF9, 0xFFFC),
    *(0xFFFE, 0xFFFF),
)

LINE_STRING = r'"(?:[^"\\\r\n]++|\\.)*+"'
"""A double-quoted literal on one line."""

_SAFE = re.compile(f"[^\\\\{re.escape(''.join(map(chr, UNSAFE)))}]*+")
_FORMS = {
    "octal": r"(?P<octal>[0-7]{1,3})",
    "octal3": r"(?P<octal>[0-7]{3})",
    "nul": r"(?P<nul>0)(?![0-9])",
    "bare_nul": r"(?P<nul>0)",
    "hex": r"x(?P<hex>[0-9A-Fa-f]{2})",
    "greedy_hex": r"x(?P<hex>[0-9A-Fa-f]{1,2})(?![0-9A-Fa-f])",
    "u4": r"u(?P<u4>[0-9A-Fa-f]{4})",
    "u8": r"U(?P<u8>[0-9A-Fa-f]{8})",
    "braces": r"u\{(?P<braces>[0-9A-Fa-f]{1,6})\}",
}


@dataclass(frozen=True)
class Literals:
    """One language's escapes.

    point: how an unsafe code point is written. forms: the numeric escapes it reads, names of `_FORMS`.
    simple: the other escapes. unknown: what a backslash before anything else does; `drop` leaves the
    character, `keep` both, `refuse` is no program. never: characters exempt from `unknown`, refused.
    octets: octal and hexadecimal escapes are bytes of UTF-8, not code points. pairs: `\\u` takes surrogates.
    least: the first code point that `\\u` may name.
    """

    point: Callable[[int], str]
    forms: tuple[str, ...]
    simple: Mapping[str, str]
    unknown: str = "refuse"
    never: str = ""
    octets: bool = False
    pairs: bool = False
    least: int = 0
    _tables: dict[str, dict[int, str]] = field(default_factory=dict, init=False, repr=False)
    _escape: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        common = {ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
        for quote in "\"'":
            self._tables[quote] = {code: self.point(code) for code in UNSAFE} | common | {ord(quote): f"\\{quote}"}
        escapes = "|".join((*(_FORMS[form] for form in self.forms), "(?P<simple>.)"))
        object.__setattr__(self, "_escape", re.compile(rf"\\(?:{escapes})", re.DOTALL))

    def quote(self, text: str, mark: str = '"') -> str:
        """The literal of a text between the given quotation marks."""
        escaped = text.replace(mark, f"\\{mark}") if _is_safe(text) else text.translate(self._tables[mark])
        return f"{mark}{escaped}{mark}"

    def shortest(self, text: str, mark: str) -> str:
        """The literal between `mark`, or between the other mark where that spares escapes (JSON bodies)."""
        other = "'" if mark == '"' else '"'
        return self.quote(text, other if mark in text and other not in text else mark)

    def unquote(self, literal: str) -> str:
        """The text of a literal given with its quotation marks; raises Unreadable on an impossible escape."""
        mark, inner = literal[0], literal[1:-1]
        plain = inner.replace(f"\\{mark}", mark)
        if "\\" not in plain:
            return plain
        text = self._escape.sub(self._meaning, inner)
        try:
            if self.octets:
                return text.encode("utf-8", "surrogateescape").decode("utf-8")
            return text.encode("utf-16", "surrogatepass").decode("utf-16") if self.pairs else text
        except UnicodeError:
            raise Unreadable("escapes are not Unicode text") from None

    def _meaning(self, escape: re.Match[str]) -> str:
        kind = escape.lastgroup or ""
        value = escape[kind]
        if kind == "simple":
            return self._simple(value)
        code = int(value, 8 if kind == "octal" else 16)
        if code > 0x10FFFF or (0xD800 <= code < 0xE000 and not self.pairs):
            raise Unreadable(f"escape {escape[0]} is no character")
        if (kind == "octal" and code > 0xFF) or (kind in ("u4", "u8") and code < self.least):
            raise Unreadable(f"escape {escape[0]} is out of range")
        if kind in ("octal", "hex") and code > 0x7F and self.octets:
            return chr(0xDC00 + code)
        return chr(code)

    def _simple(self, character: str) -> str:
        if character in self.simple:
            return self.simple[character]
        if self.unknown == "refuse" or character in self.never:
            raise Unreadable(f"unknown escape \\{character}")
        return character if self.unknown == "drop" else f"\\{character}"


def is_plain(text: str, *avoid: str) -> bool:
    """Whether a text has no backslash, unsafe character or string to avoid: it needs no escapes."""
    return _is_safe(text) and not any(mark in text for mark in avoid)


@lru_cache(maxsize=16)
def _is_safe(text: str) -> bool:
    """Remembered, since ten languages quote the same URL and body one after another."""
    if text.isascii():
        return text.isprintable() and "\\" not in text
    return _SAFE.fullmatch(text) is not None


C_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}

JAVASCRIPT = Literals(
    point=lambda code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}",
    forms=("nul", "hex", "u4", "braces"),
    simple={"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"},
    unknown="drop",
    never="xu0123456789\r\n\u2028\u2029",
    pairs=True,
)
_SCRIPT_END = re.compile("</(?=script)", re.IGNORECASE)
JAVASCRIPT_STRING = r"""(?:'(?:[^'\\\r\n]++|\\.)*+'|"(?:[^"\\\r\n]++|\\.)*+")"""


def javascript_string(text: str) -> str:
    """A JavaScript literal, single-quoted by habit; it cannot close a script element around it."""
    literal = JAVASCRIPT.shortest(text, "'")
    return _SCRIPT_END.sub(r"<\\/", literal) if "</" in literal else literal
