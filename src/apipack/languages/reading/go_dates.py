"""Go: dates of constants in UTC; what the clock says is not known."""

from __future__ import annotations

import datetime
import re
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Inert, Mystery, Thing, is_known
from apipack.languages.wire import Unreadable

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
LAYOUT = {"2006": "%Y", "01": "%m", "02": "%d", "15": "%H", "04": "%M", "05": "%S", "Z07:00": "Z"}
"""Of a layout → of strftime."""
PLAIN = re.compile(r"(?:2006|01|02|15|04|05|Z07:00|[-/:., T])*")


class Zone(Thing):
    """time.UTC."""


class Moment(Thing):
    """time.Time."""

    def __init__(self, value: datetime.datetime) -> None:
        self.value = value

    def get(self, run: Evaluation, name: str) -> Any:
        return MYSTERY if name not in ("Format", "UTC", "Unix") else super().get(run, name)

    def do_Format(self, run: Evaluation, given: Arguments) -> Any:
        (layout,) = given.take("layout", required=1)
        if isinstance(layout, Mystery):
            return MYSTERY
        if not PLAIN.fullmatch(layout):
            raise Unreadable("a layout of a date")
        return re.sub("2006|Z07:00|[0-9]{2}", lambda part: self.value.strftime(LAYOUT[part[0]]), layout)

    def do_UTC(self, run: Evaluation, given: Arguments) -> Moment:
        return self

    def do_Unix(self, run: Evaluation, given: Arguments) -> int:
        return int(self.value.timestamp())


def _date(run: Evaluation, given: Arguments) -> Any:
    *parts, zone = given.take("year", "month", "day", "hour", "min", "sec", "nsec", "loc", required=8)
    if not isinstance(zone, Zone) or not is_known(parts):
        return MYSTERY
    year, month, day, hour, minute, second, nanos = parts
    if not 1000 <= year <= 9999 or nanos:
        raise Unreadable("a date far away")
    return Moment(datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC))


class Time(Inert):
    """The package time, of which spans and the clock tell nothing of a request."""

    known = {
        "Date": Builtin(_date),
        "UTC": Zone(),
        "RFC3339": "2006-01-02T15:04:05Z07:00",
        "DateOnly": "2006-01-02",
        "DateTime": "2006-01-02 15:04:05",
        **{month: index + 1 for index, month in enumerate(MONTHS)},
    }

    def get(self, run: Any, name: str) -> Any:
        return self.known.get(name, MYSTERY)


TIME = Time("time")
