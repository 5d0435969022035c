"""Java: what HttpURLConnection sends."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_data import RESTRICTED, to_octets
from apipack.languages.reading.sending import Fields, sent
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    Arguments,
    Builtin,
    Mystery,
    Thing,
    known,
    text_of,
)
from apipack.languages.wire import FORM, Unreadable


class Connection(Thing):
    """HttpURLConnection: sent by the first call that needs the answer."""

    inert = frozenset(
        [
            "setConnectTimeout",
            "setReadTimeout",
            "setUseCaches",
            "setInstanceFollowRedirects",
            "setDoInput",
            "disconnect",
            "setAllowUserInteraction",
            "setDefaultUseCaches",
        ]
    )
    ASKING = ("getInputStream", "getResponseCode", "getResponseMessage", "getErrorStream", "getContent",
              "getHeaderField", "getHeaderFields", "getContentType", "getContentLength")  # fmt: skip

    def __init__(self, url: str) -> None:
        self.url, self.method = url, "GET"
        self.fields = Fields()
        self.content: bytes | None = None
        self.length: int | None = None
        self.output = self.is_sent = self.is_connected = False

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.ASKING:
            return Builtin(self.ask)
        return super().get(run, name)

    def ask(self, run: Evaluation, given: Arguments) -> Mystery:
        if not self.is_sent:
            self.is_sent = True
            if self.length is not None and self.length != len(self.content or b""):
                raise Unreadable("a body of another length than was said")
            fields = Fields(self.fields.pairs)
            method = self.method
            if self.content is not None:
                fields.default("Content-Type", FORM)
                method = "POST" if method == "GET" else method
            run.send(sent(method, self.url, fields, self.content))
        return MYSTERY

    def check_open(self, run: Evaluation) -> None:
        """Refuse a change after the connection is made, at which the program fails."""
        run.certain()
        if self.is_connected and not self.is_sent:
            raise Unreadable("a change after the connection is made")

    def do_connect(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        given.take()
        self.is_connected = True

    def do_setRequestMethod(self, run: Evaluation, given: Arguments) -> None:
        self.check_open(run)
        self.method = text_of(*given.take("method", required=1))
        if self.method not in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"):
            raise Unreadable(f"HttpURLConnection refuses {self.method[:20]}")

    def do_setRequestProperty(self, run: Evaluation, given: Arguments) -> None:
        self.check_open(run)
        name, value = given.take("name", "value", required=2)
        if text_of(name).lower() == "content-length":
            return  # it counts the body itself
        if text_of(name).lower() in RESTRICTED:
            raise Unreadable(f"HttpURLConnection leaves out the header {name}")
        self.fields.set(name, value)

    def do_addRequestProperty(self, run: Evaluation, given: Arguments) -> None:
        if self.fields.get(text_of(given.positional[0])) is not None:
            raise Unreadable("a header that is added twice")
        self.do_setRequestProperty(run, given)

    def do_setDoOutput(self, run: Evaluation, given: Arguments) -> None:
        self.check_open(run)
        self.output = given.take("output", required=1) == [True]

    def do_setFixedLengthStreamingMode(self, run: Evaluation, given: Arguments) -> None:
        self.check_open(run)
        (length,) = given.take("length", required=1)
        if not isinstance(known(length), int) or isinstance(length, bool):
            raise Unreadable("a length that is no number")
        self.length = length

    def do_getOutputStream(self, run: Evaluation, given: Arguments) -> Stream:
        run.certain()
        given.take()
        if not self.output:
            raise Unreadable("a body without setDoOutput")
        self.content = self.content or b""
        self.is_connected = True
        return Stream(self)


class Stream(Thing):
    """An output stream or writer of a connection."""

    inert = frozenset({"flush", "close"})

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def do_write(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        content, offset, length = given.take("content", "offset", "length", required=1)
        content = known(content)
        octets = content if isinstance(content, bytes) else text_of(content, "the body").encode()
        if offset is not UNDEFINED and (offset, length) != (0, len(content)):
            raise Unreadable("a part of a body")
        if self.connection.is_sent:
            raise Unreadable("a body after the request")
        self.connection.content = (self.connection.content or b"") + octets

    def do_writeBytes(self, run: Evaluation, given: Arguments) -> None:
        (content,) = given.take("content", required=1)
        if not text_of(content).isascii():
            raise Unreadable("characters that writeBytes cuts")
        self.do_write(run, given)

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("append", "print", "writeUTF"):
            raise Unreadable(f"{name} of a stream is not known here")
        return super().get(run, name)


def new_stream(run: Evaluation, given: Arguments) -> Any:
    """A stream around another; what reads an answer is not known."""
    inner, charset = given.take("stream", "charset", required=1)
    if isinstance(inner, Stream):
        to_octets("", charset if charset is not UNDEFINED else "utf-8")
        return inner
    return MYSTERY
