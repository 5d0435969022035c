"""Go: what mime/multipart and net/textproto write, and what is written into a body."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_data import Buffer, Encoder, as_octets, sprintf
from apipack.languages.reading.go_http import Header, new_header
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.values import MYSTERY, Arguments, Thing, known, text_of
from apipack.languages.wire import Unreadable

_DISPOSITION = re.compile(
    r"""form-data; *name=(?:"([^"\\;]+)"|([\w.-]+))(?:; *filename=(?:"([^"\\;]+)"|([\w.-]+)))?""", re.ASCII
)
_OCTETS = "application/octet-stream"


class MimeHeader(Header):
    """textproto.MIMEHeader."""


def new_mime_header(run: Evaluation, given: Arguments) -> MimeHeader:
    header = MimeHeader()
    header.fields = new_header(run, given).fields
    return header


def file_disposition(run: Evaluation, given: Arguments) -> str:
    """multipart.FileContentDisposition, of names that need no escape."""
    name, file = (text_of(value) for value in given.take("fieldname", "filename", required=2))
    return f'form-data; name="{name}"; filename="{file}"'


class Part(Thing):
    """The writer of one part. index: its place among the parts."""

    def __init__(
        self, parts: list[tuple[str, str, str | None, str | None]], name: str, file: str | None, kind: str | None
    ) -> None:
        self.parts, self.index = parts, len(parts)
        parts.append((name, "", file, kind))

    def write(self, octets: bytes) -> None:
        if self.index != len(self.parts) - 1:
            raise Unreadable("a part that is over is written to")
        name, content, file, kind = self.parts[self.index]
        self.parts[self.index] = (name, content + sending.octets_text(octets), file, kind)

    def do_Write(self, run: Evaluation, given: Arguments) -> list[Any]:
        run.certain()
        self.write(as_octets(*given.take("b", required=1)))
        return [MYSTERY, None]


class Parts(Thing):
    """multipart.Writer."""

    def __init__(self, given: Arguments) -> None:
        (self.target,) = given.take("w", required=1)
        self.parts: list[tuple[str, str, str | None, str | None]] = []

    def do_CreateFormFile(self, run: Evaluation, given: Arguments) -> list[Any]:
        run.certain()
        name, file = (text_of(value) for value in given.take("fieldname", "filename", required=2))
        return [Part(self.parts, name, file, _OCTETS), None]

    def do_CreateFormField(self, run: Evaluation, given: Arguments) -> list[Any]:
        run.certain()
        return [Part(self.parts, text_of(*given.take("fieldname", required=1)), None, None), None]

    def do_CreatePart(self, run: Evaluation, given: Arguments) -> list[Any]:
        run.certain()
        (header,) = given.take("header", required=1)
        if isinstance(header, dict):
            header = new_mime_header(run, Arguments([header]))
        if not isinstance(header, MimeHeader):
            raise Unreadable("not a textproto.MIMEHeader")
        values = {name.lower(): value for name, value in header.fields.pairs}
        if len(values) < len(header.fields.pairs) or not values.keys() <= {"content-disposition", "content-type"}:
            raise Unreadable("a part with other fields")
        says = _DISPOSITION.fullmatch(values.get("content-disposition", ""))
        if says is None:
            raise Unreadable("a part that is no form's")
        return [Part(self.parts, says[1] or says[2], says[3] or says[4], values.get("content-type")), None]

    def do_WriteField(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        name, value = (text_of(argument) for argument in given.take("name", "value", required=2))
        self.parts.append((name, value, None, None))

    def do_Close(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        if not isinstance(self.target, Buffer):
            raise Unreadable("a form that is written elsewhere")
        self.target.octets += sending.multipart(self.parts, Fields()).encode()

    def do_FormDataContentType(self, run: Evaluation, given: Arguments) -> str:
        return f"multipart/form-data; boundary={sending.BOUNDARY}"


def write_to(run: Evaluation, given: Arguments) -> list[Any]:
    """io.Copy and io.WriteString: into what a body is made of, or to where nobody asks."""
    target, content = given.take("dst", "src", required=2)
    if isinstance(target, Buffer | Part):
        run.certain()
        octets = content.encode() if isinstance(content, str) else None
        if isinstance(content, Buffer):
            octets, content.octets = content.octets, b""
        if octets is None:
            raise Unreadable("what is copied is no text")
        if isinstance(target, Buffer):
            target.octets += octets
        else:
            target.write(octets)
    elif isinstance(target, Parts | Encoder):
        raise Unreadable("a writer that is not known here")
    return [MYSTERY, None]


def print_to(run: Evaluation, given: Arguments) -> list[Any]:
    """fmt.Fprint and its like, into what no body is made of."""
    if given.positional and isinstance(given.positional[0], Buffer | Part):
        raise Unreadable("a body that is printed")
    return [MYSTERY, None]


def printf_to(run: Evaluation, given: Arguments) -> list[Any]:
    """fmt.Fprintf."""
    target, *rest = given.positional
    return (
        write_to(run, Arguments([target, sprintf(*known(rest))]))
        if isinstance(target, Buffer | Part)
        else [MYSTERY, None]
    )
