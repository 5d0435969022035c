"""C: the functions of libcurl, and the few of the C library that make texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.c_data import TEXTS, Chars, Record, Tail, of_texts, plain
from apipack.languages.reading.c_json import DOCUMENTS
from apipack.languages.reading.c_tree import lower
from apipack.languages.reading.c_urls import Parts, get_part, set_part
from apipack.languages.reading.curl_handle import HARMLESS, Handle
from apipack.languages.reading.curl_options import kind_of
from apipack.languages.reading.dialect import Dialect, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.uploads import uploaded
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Mystery, Thing, known, of_environment, text_of
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(C()).run(lower(code))


class Easy(Thing):
    """A handle of curl_easy_init. may_fail: an answer may be an error."""

    def __init__(self) -> None:
        self.handle = Handle()
        self.form: Mime | None = None
        self.body: tuple[Chars, str] | None = None
        self.url: Parts | None = None
        self.may_fail = False


OCTETS = "application/octet-stream"


class Mime(Thing):
    """A form of curl_mime_init, or one of its parts."""

    def __init__(self) -> None:
        self.parts: list[Mime] = []
        self.name = self.data = ""
        self.file: str | None = None
        self.kind: str | None = None
        self.held = ""

    def sent(self) -> tuple[str, str, str | None, str | None]:
        """The part as it is sent. A file has a type by its name, unless one is said."""
        by_name = kind_of(self.file)
        if self.held:
            uploaded(self.held, self.kind)
            by_name = by_name or kind_of(self.held) or OCTETS
        return self.name, self.data, self.file, self.kind or by_name


def _setopt(run: Evaluation, given: Arguments) -> int:
    run.certain()
    handle, name, value = given.take("handle", "option", "value", required=3)
    if not isinstance(handle, Easy):
        known(handle)
        raise Unreadable("not a handle of curl")
    name = text_of(name, "an option").removeprefix("CURLOPT_")
    if name in ("POSTFIELDS", "COPYPOSTFIELDS"):
        handle.body = (value, value.plain()) if isinstance(value, Chars) and name == "POSTFIELDS" else None
    if name == "CURLU":
        if not isinstance(value, Parts):
            raise Unreadable("not a handle of curl_url")
        handle.url = value
        return 0
    if name == "URL":
        handle.url = None
    handle.may_fail |= name == "FAILONERROR"
    if name not in HARMLESS:
        value = plain(value)
    if name in ("MIMEPOST", "HTTPPOST"):
        if not isinstance(value, Mime):
            raise Unreadable("not a form")
        handle.form = value
        handle.handle.form([])
        return 0
    if name == "HTTPHEADER" and not isinstance(value, list | None):
        known(value)
        raise Unreadable("header lines that are no list")
    handle.handle.set(name, value)
    return 0


def _append(run: Evaluation, given: Arguments) -> list[str]:
    run.certain()
    lines, line = given.take("list", "line", required=2)
    line = text_of(plain(line), "a header line")
    if lines is None:
        return [line]
    if not isinstance(lines, list):
        known(lines)
        raise Unreadable("not a list of header lines")
    lines.append(line)
    return lines


def _perform(run: Evaluation, given: Arguments) -> Any:
    (handle,) = given.take("handle", required=1)
    if not isinstance(handle, Easy):
        raise Unreadable("not a handle of curl")
    if handle.body is not None and handle.body[0].plain() != handle.body[1]:
        raise Unreadable("a body that changes before it is sent")
    if handle.url is not None:
        handle.handle.set("URL", handle.url.written())
    if handle.form is not None and handle.handle.parts is not None:
        handle.handle.parts = [part.sent() for part in handle.form.parts]
    request = handle.handle.request()
    answer = run.send(request)
    return answer if handle.may_fail or request.method == "HEAD" else 0


class Multi(Thing):
    """A handle of curl_multi_init."""

    def __init__(self) -> None:
        self.waiting: list[Easy] = []


def _add_handle(run: Evaluation, given: Arguments) -> int:
    run.certain()
    multi, easy = given.take("multi", "easy", required=2)
    if not isinstance(multi, Multi) or not isinstance(easy, Easy):
        raise Unreadable("not a handle of curl")
    multi.waiting.append(easy)
    return 0


def _perform_all(run: Evaluation, given: Arguments) -> Mystery:
    """curl_multi_perform: what it has begun once it only goes on with."""
    multi, _ = given.take("multi", "running", required=2)
    if not isinstance(multi, Multi):
        raise Unreadable("not a handle of curl")
    waiting, multi.waiting = multi.waiting, []
    for easy in waiting:
        _perform(run, Arguments([easy]))
    return MYSTERY


def _escape(text: str, length: int) -> str:
    if length not in (0, len(text.encode())):
        raise Unreadable("a part of a text")
    return sending.strict(text)


def _escaped(run: Evaluation, given: Arguments) -> Any:
    _, text, length = given.take("handle", "string", "length", required=3)
    return of_texts(_escape).run(run, Arguments([text, length]))


def _add_field(run: Evaluation, given: Arguments) -> Mime:
    """curl_formadd, whose first argument is the form so far."""
    run.certain()
    form, *options = given.positional
    form = Mime() if form is None else form
    part = Mime()
    names = {"COPYNAME": "name", "PTRNAME": "name", "COPYCONTENTS": "data", "PTRCONTENTS": "data",
             "CONTENTTYPE": "kind", "FILENAME": "file", "BUFFER": "file", "BUFFERPTR": "data"}  # fmt: skip
    if not isinstance(form, Mime) or not options or options.pop() != "CURLFORM_END" or len(options) % 2:
        raise Unreadable("a form that is not known here")
    for option, value in zip(options[::2], options[1::2], strict=True):
        if option in ("CURLFORM_BUFFERLENGTH", "CURLFORM_CONTENTSLENGTH"):
            if value != len(part.data.encode()):
                raise Unreadable("a part of a text")
            continue
        attribute = names.get(text_of(option).removeprefix("CURLFORM_"))
        if attribute is None:
            raise Unreadable("a form that is not known here")
        setattr(part, attribute, text_of(plain(value)))
    if "CURLFORM_BUFFER" in options[::2]:
        part.kind = part.kind or kind_of(part.file) or OCTETS
    form.parts.append(part)
    return form


def _part(run: Evaluation, given: Arguments) -> Mime:
    run.certain()
    (mime,) = given.take("mime", required=1)
    part = Mime()
    mime.parts.append(part)
    return part


def _mime_text(attribute: str) -> Builtin:
    """A function that gives a part a text: its name, its file's name or its type."""

    def give(run: Evaluation, given: Arguments) -> Mystery:
        run.certain()
        part, content = given.take("part", "text", required=2)
        setattr(part, attribute, text_of(plain(content)))
        return MYSTERY

    return Builtin(give)


def _mime_data(run: Evaluation, given: Arguments) -> Mystery:
    run.certain()
    part, data, size = given.take("part", "data", "size", required=3)
    part.data = text_of(plain(data))
    if size not in ("CURL_ZERO_TERMINATED", len(part.data.encode())):
        raise Unreadable("a part of a text")
    return MYSTERY


def _mime_file(run: Evaluation, given: Arguments) -> Mystery:
    """curl_mime_filedata, which gives a part a file's name and type as well."""
    run.certain()
    part, path = given.take("part", "filename", required=2)
    part.held = text_of(plain(path))
    part.data, part.file = uploaded(part.held, part.kind)
    return MYSTERY


def _are_characters(*values: Any) -> bool:
    return all(isinstance(value, str) and len(value) == 1 for value in values)


INERT = [
    "curl_global_cleanup",
    "curl_easy_cleanup",
    "curl_slist_free_all",
    "curl_easy_strerror",
    "curl_easy_getinfo",
    "curl_free",
    "curl_mime_free",
    "curl_version",
    "fprintf",
    "printf",
    "puts",
    "fputs",
    "fflush",
    "curl_multi_wait",
    "curl_multi_poll",
    "curl_multi_info_read",
    "curl_multi_remove_handle",
    "curl_multi_cleanup",
    "curl_multi_strerror",
    "curl_url_cleanup",
    "curl_url_strerror",
    "curl_formfree",
    "perror",
    "putchar",
    "fputc",
    "fopen",
    "fclose",
    "sleep",
    "usleep",
    "nanosleep",
    "srand",
    "rand",
    "stdin",
    "fwrite",
    "stdout",
    "stderr",
    "atoi",
    "time",
]


class C(Dialect):
    """Pointers are what they point to; a handle is true, NULL is not."""

    must_declare = True
    names: Mapping[str, Any] = {
        **dict.fromkeys(INERT, MYSTERY),
        **TEXTS,
        **DOCUMENTS,
        **dict.fromkeys(("CURLE_OK", "CURLUE_OK"), 0),
        "curl_global_init": Builtin(lambda run, given: 0),
        "CURL_ERROR_SIZE": 256,
        "curl_url": Builtin(lambda run, given: Parts()),
        "curl_url_set": Builtin(set_part),
        "text of curl_url_get": Builtin(get_part),
        "form of curl_formadd": Builtin(_add_field),
        "CURL_ZERO_TERMINATED": "CURL_ZERO_TERMINATED",
        "curl_easy_init": Builtin(lambda run, given: Easy()),
        "curl_easy_setopt": Builtin(_setopt),
        "curl_easy_perform": Builtin(_perform),
        "curl_multi_init": Builtin(lambda run, given: Multi()),
        "curl_multi_add_handle": Builtin(_add_handle),
        "curl_multi_perform": Builtin(_perform_all),
        "curl_slist_append": Builtin(_append),
        "curl_easy_escape": Builtin(_escaped),
        "curl_mime_init": Builtin(lambda run, given: Mime()),
        "curl_mime_addpart": Builtin(_part),
        "curl_mime_name": _mime_text("name"),
        "curl_mime_data": Builtin(_mime_data),
        "curl_mime_filedata": Builtin(_mime_file),
        "curl_mime_filename": _mime_text("file"),
        "curl_mime_type": _mime_text("kind"),
        "getenv": Builtin(lambda run, given: of_environment(plain(*given.positional))),
        "exit": Builtin(leave),
        "abort": Builtin(leave),
    }

    def bound_value(self, value: Any) -> Any:
        return value.copy() if isinstance(value, Record) and not value.is_pointer else value

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, Chars) and isinstance(right, int):
            return Tail(left, right)
        if operator in ("==", "!=") and {type(left), type(right)} <= {str, Chars} and not _are_characters(left, right):
            raise Unreadable("addresses of texts are compared")
        if operator == "|" and isinstance(left, str) and isinstance(right, str):
            return f"{left}|{right}"
        return super().binary(operator, left, right)

    def truth(self, value: Any) -> bool:
        return value is not None and value != 0 and value is not False and value != "\0"
