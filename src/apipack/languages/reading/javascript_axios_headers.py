"""axios 1's headers: an object of header fields that has methods as well."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import header_pairs
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module, Thing, known, text_of
from apipack.languages.wire import Unreadable

NAMED = {"ContentType": "Content-Type", "Authorization": "Authorization", "Accept": "Accept", "UserAgent": "User-Agent"}
"""Fields that have methods of their own, such as setContentType."""


class HeaderObject(dict[Any, Any]):
    """AxiosHeaders."""

    def get(self, key: Any, default: Any = None) -> Any:
        if key in self:
            return self[key]
        if key == "set":
            return Builtin(self.do_set)
        if key in ("get", "has"):
            return Builtin(lambda run, given: self._found(given, key))
        if key == "delete":
            return Builtin(self.do_delete)
        named = NAMED.get(str(key).removeprefix("set")) if str(key).startswith("set") else None
        if named is not None:
            return Builtin(lambda run, given: self.do_set(run, Arguments([named, *given.positional])))
        return MYSTERY if key in ("toJSON", "toString") else default

    def put(self, name: Any, value: Any) -> None:
        if not isinstance(known(value), str | int | float) or isinstance(value, bool):
            raise Unreadable("a header of axios that is no text")
        self._drop(name)
        self[text_of(name)] = value

    def do_set(self, run: Evaluation, given: Arguments) -> HeaderObject:
        run.certain()
        name, value = given.take("header", "value", required=1)
        for key, member in [(name, value)] if isinstance(name, str) else header_pairs(name):
            self.put(key, member)
        return self

    def do_delete(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        self._drop(*given.take("header", required=1))
        return MYSTERY

    def _drop(self, name: Any) -> None:
        for key in [key for key in self if str(key).lower() == text_of(known(name)).lower()]:
            del self[key]

    def _found(self, given: Arguments, method: str) -> Any:
        (name,) = given.take("header", required=1)
        values = [value for key, value in self.items() if str(key).lower() == text_of(known(name)).lower()]
        return bool(values) if method == "has" else values[0] if values else None


class HeadersType(Module):
    """AxiosHeaders, the class."""

    def make(self, run: Evaluation, given: Arguments) -> HeaderObject:
        made = HeaderObject()
        for name, value in header_pairs(optional(*given.take("headers"))):
            made.put(name, value)
        return made


AXIOS_HEADERS: HeadersType = HeadersType(
    "AxiosHeaders", {"from": Builtin(lambda run, given: AXIOS_HEADERS.make(run, given))}
)


class Retrying(Thing):
    """axios-retry, which may send a request again as it was."""

    def get(self, run: Evaluation, name: str) -> Any:
        return self if name == "default" else MYSTERY

    def call(self, run: Evaluation, given: Arguments) -> Any:
        client, options = given.take("client", "options", required=1)
        if not isinstance(client, Thing):
            raise Unreadable("axios-retry of no client")
        if isinstance(options, dict) and not options.keys() <= {"retries", "retryDelay", "retryCondition"}:
            raise Unreadable("an option of axios-retry that is not known here")
        run.call_back(*(options.values() if isinstance(options, dict) else ()))
        return MYSTERY
