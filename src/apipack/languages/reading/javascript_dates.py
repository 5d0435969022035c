"""JavaScript's Date of constants; what the clock says is not known."""

from __future__ import annotations

import datetime
import re
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_numbers import is_number
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module, Thing, is_known
from apipack.languages.wire import Unreadable

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
LIMIT = 2 * 10**14
"""Milliseconds: of years with four digits."""
UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z)?", re.ASCII)


class Date(Thing):
    """A moment. milliseconds: since the epoch."""

    def __init__(self, milliseconds: int) -> None:
        if not 0 <= milliseconds < LIMIT:
            raise Unreadable("a date far away")
        self.milliseconds = milliseconds

    def get(self, run: Evaluation, name: str) -> Any:
        if name.startswith(("get", "toLocale")) and name not in ("getTime",):
            return MYSTERY
        return super().get(run, name)

    def do_getTime(self, run: Evaluation, given: Arguments) -> int:
        given.take()
        return self.milliseconds

    do_valueOf = do_getTime

    def do_toISOString(self, run: Evaluation, given: Arguments) -> str:
        moment = EPOCH + datetime.timedelta(milliseconds=self.milliseconds)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{self.milliseconds % 1000:03d}Z"

    do_toJSON = do_toISOString


def _utc(run: Evaluation, given: Arguments) -> Any:
    """Date.UTC: parts that are too great go on to the next."""
    if not is_known(given.positional):
        return MYSTERY
    parts = [*given.positional, *[0, 1][len(given.positional) - 1 :]]
    year, month, day, time = parts[0], parts[1], parts[2], parts[3:]
    if not all(isinstance(part, int) and is_number(part) and -1000 < part < 10000 for part in parts):
        raise Unreadable("a date of such parts")
    if year < 1000 or len(time) > 4:
        raise Unreadable("a date of such parts")
    first = datetime.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=datetime.UTC)
    hour, minute, second, part = [*time, 0, 0, 0, 0][:4]
    span = datetime.timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second, milliseconds=part)
    return (first + span - EPOCH) // datetime.timedelta(milliseconds=1)


class DateType(Module):
    """Date, the type."""

    def make(self, run: Evaluation, given: Arguments) -> Any:
        if len(given.positional) != 1 or not is_known(given.positional):
            return MYSTERY
        (value,) = given.positional
        if is_number(value) and isinstance(value, int):
            return Date(value)
        if isinstance(value, Date):
            return Date(value.milliseconds)
        if not isinstance(value, str) or not UTC_TEXT.fullmatch(value):
            return MYSTERY
        moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return Date((moment - EPOCH) // datetime.timedelta(milliseconds=1))

    def call(self, run: Evaluation, given: Arguments) -> Any:
        return MYSTERY

    def get(self, run: Any, name: str) -> Any:
        return self.members.get(name, MYSTERY)


DATE = DateType("Date", {"UTC": Builtin(_utc), "now": MYSTERY})
