"""PHP: dates that a program writes out, in UTC; what the clock or the zone of a machine says is not known."""

from __future__ import annotations

import datetime
import re
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Mystery, Thing
from apipack.languages.wire import Unreadable

LETTERS = {
    "Y": "%Y", "m": "%m", "d": "%d", "H": "%H", "i": "%M", "s": "%S", "D": "%a", "l": "%A", "M": "%b", "F": "%B",
    "A": "%p", "h": "%I", "y": "%y", "v": "000", "u": "000000", "P": "+00:00", "O": "+0000",
    "c": "%Y-%m-%dT%H:%M:%S+00:00",
}  # fmt: skip
"""Of a format → of strftime."""
LIMIT = 2 * 10**11
ISO = re.compile(r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(?::\d\d)?)?(?P<zone> ?UTC|Z|\+00:00)?", re.ASCII)


def formatted(moment: datetime.datetime, pattern: str) -> str:
    """A moment of UTC in PHP's format."""

    def written(match: re.Match[str]) -> str:
        letter = match[0]
        if letter.startswith("\\"):
            return letter[1:]
        if letter not in LETTERS:
            raise Unreadable("a format of a date")
        return moment.strftime(LETTERS[letter])

    return re.sub(r"\\.|[A-Za-z]", written, pattern, flags=re.DOTALL)


def gmdate(pattern: str, seconds: Any = UNDEFINED) -> Any:
    if seconds is UNDEFINED or seconds is None:
        return MYSTERY
    if type(seconds) is not int or not 0 <= seconds < LIMIT:
        raise Unreadable("a date far away")
    return formatted(datetime.datetime.fromtimestamp(seconds, datetime.UTC), pattern)


class Zone(Thing):
    """DateTimeZone of UTC."""


class Moment(Thing):
    """DateTime and DateTimeImmutable, of which only the format is known."""

    def __init__(self, value: datetime.datetime) -> None:
        self.value = value

    def do_format(self, run: Evaluation, given: Arguments) -> Any:
        (pattern,) = given.take("format", required=1)
        return MYSTERY if isinstance(pattern, Mystery) else formatted(self.value, pattern)

    def do_getTimestamp(self, run: Evaluation, given: Arguments) -> int:
        given.take()
        return int(self.value.timestamp())


def zone_of(run: Evaluation, given: Arguments) -> Any:
    (name,) = given.take("timezone", required=1)
    return Zone() if name in ("UTC", "Z", "+00:00") else MYSTERY


def moment_of(run: Evaluation, given: Arguments) -> Any:
    text, zone = given.take("datetime", "timezone")
    match = ISO.fullmatch(text) if isinstance(text, str) else None
    if match is None or not (match["zone"] or isinstance(zone, Zone)):
        return MYSTERY
    plain = text.removesuffix("+00:00").removesuffix("Z").removesuffix("UTC").rstrip()
    return Moment(datetime.datetime.fromisoformat(plain).replace(tzinfo=datetime.UTC))
