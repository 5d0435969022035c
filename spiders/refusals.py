"""What a hub has and we cannot use, or names and does not have."""

from __future__ import annotations

from collections.abc import Iterable

from scrapy.http import Response
from twisted.python.failure import Failure


class Refusal(ValueError):
    """Raised while an answer is read. Its text is a reason that lies in what was asked for, as metrics count it."""


class Refusals:
    """A `Refusal` is a failure of the request whose answer was read: the request's errback says what that means."""

    def process_spider_exception(self, response: Response, exception: Exception) -> Iterable[object] | None:
        if not isinstance(exception, Refusal) or response.request is None or response.request.errback is None:
            return None
        response.request.errback(Failure(exception))
        return ()
