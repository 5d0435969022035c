"""Python: dates and times that a program writes out; what the clock says is not known."""

from __future__ import annotations

import datetime
import re
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module, Mystery, Thing, is_known, known
from apipack.languages.wire import Unreadable

PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
FORMAT = re.compile(r"(?:[^%]|%[YmdHMSyjf%])*")
"""Of strftime, whose other marks hang on the place or the platform."""
EARLIEST = 1000


class Span(Thing):
    """datetime.timedelta."""

    def __init__(self, value: datetime.timedelta) -> None:
        self.value = value


class Zone(Thing):
    """datetime.timezone of a constant offset."""

    def __init__(self, value: datetime.timezone) -> None:
        self.value = value


class Moment(Thing):
    """datetime.datetime or datetime.date."""

    def __init__(self, value: datetime.date) -> None:
        if value.year < EARLIEST:
            raise Unreadable("a year of few digits")
        self.value = value

    def get(self, run: Evaluation, name: str) -> Any:
        return getattr(self.value, name) if name in PARTS and hasattr(self.value, name) else super().get(run, name)

    def written(self) -> str:
        return str(self.value)

    def do_isoformat(self, run: Evaluation, given: Arguments) -> Any:
        values = known(given.positional), known(list(given.named.values()))
        if not isinstance(self.value, datetime.datetime) and any(values):
            raise Unreadable("isoformat of a day")
        return self.value.isoformat(*given.positional, **given.named)

    def do_strftime(self, run: Evaluation, given: Arguments) -> Any:
        (pattern,) = given.take("format", required=1)
        return MYSTERY if isinstance(pattern, Mystery) else self.formatted(pattern)

    def formatted(self, pattern: str) -> str:
        if not FORMAT.fullmatch(pattern) or not pattern.isascii():
            raise Unreadable("a format of a date")
        return self.value.strftime(pattern)

    def do_date(self, run: Evaluation, given: Arguments) -> Moment:
        given.take()
        if not isinstance(self.value, datetime.datetime):
            raise Unreadable("the day of a day")
        return Moment(self.value.date())

    def do_timestamp(self, run: Evaluation, given: Arguments) -> Any:
        given.take()
        if not isinstance(self.value, datetime.datetime) or self.value.tzinfo is None:
            return MYSTERY
        return self.value.timestamp()


def _made(kind: type[datetime.date]) -> Any:
    def make(run: Evaluation, given: Arguments) -> Any:
        zone = given.named.pop("tzinfo", None)
        if not is_known([*given.positional, *given.named.values(), zone]):
            return MYSTERY
        if zone is not None and not isinstance(zone, Zone):
            raise Unreadable("a zone that is not known here")
        named = given.named if zone is None else {**given.named, "tzinfo": zone.value}
        return Moment(kind(*given.positional, **named))

    return make


class Maker(Module):
    """A class of dates, with what it makes otherwise."""

    def call(self, run: Evaluation, given: Arguments) -> Any:
        return self.members["new"].run(run, given)


def _parsed(run: Evaluation, given: Arguments) -> Any:
    (text,) = given.take("date_string", required=1)
    if isinstance(text, Mystery):
        return MYSTERY
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d)?)?", text, re.ASCII):
        raise Unreadable("a date of another form")
    return Moment(datetime.datetime.fromisoformat(text))


def _span(run: Evaluation, given: Arguments) -> Any:
    if not is_known([*given.positional, *given.named.values()]):
        return MYSTERY
    return Span(datetime.timedelta(*given.positional, **given.named))


_CLOCK = dict.fromkeys(("now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "strptime", "combine"), MYSTERY)
UTC = Zone(datetime.UTC)
DATETIME = Module(
    "datetime",
    {
        "datetime": Maker(
            "datetime", {"new": Builtin(_made(datetime.datetime)), "fromisoformat": Builtin(_parsed), **_CLOCK}
        ),
        "date": Maker("date", {"new": Builtin(_made(datetime.date)), **_CLOCK}),
        "timedelta": Builtin(_span),
        "timezone": Module("timezone", {"utc": UTC}),
        "UTC": UTC,
        "time": MYSTERY,
    },
)


def calculated(operator: str, left: Any, right: Any) -> Any:
    """A date and a span added, or one taken from another; raises Unreadable for others."""
    if isinstance(left, Moment) and isinstance(right, Span) and operator in ("+", "-"):
        return Moment(left.value + right.value if operator == "+" else left.value - right.value)
    raise Unreadable("a calculation with dates")
