"""Numbers with a fixed count of decimals, where languages round in the same way."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from apipack.languages.wire import Unreadable


def fixed(value: float, form: str) -> str:
    """The number as `%{form}f` writes it. What C rounds by the binary value, and others by the decimal one, is refused
    where these differ."""
    text = f"%{form}f" % value
    places = int(form.partition(".")[2] or 6)
    if Decimal(text) != Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):
        raise Unreadable("a number that is rounded in several ways")
    return text
