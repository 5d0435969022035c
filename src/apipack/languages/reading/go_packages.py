"""Go: the packages that a program imports."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from posixpath import normpath
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from apipack.languages.reading.dialect import constant, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.go_data import (
    Buffer,
    BufferType,
    Encoder,
    Url,
    UrlType,
    Values,
    as_octets,
    formatted,
    join_path,
    read_all,
    sprintf,
)
from apipack.languages.reading.go_dates import TIME
from apipack.languages.reading.go_http import (
    Client,
    Cookie,
    Http,
    Transport,
    new_client,
    new_header,
    new_request,
    new_request_in,
    request_of,
)
from apipack.languages.reading.go_multipart import (
    Parts,
    file_disposition,
    new_mime_header,
    print_to,
    printf_to,
    write_to,
)
from apipack.languages.reading.go_resty import RESTY
from apipack.languages.reading.go_structs import marshal, marshal_indent, raw_message
from apipack.languages.reading.values import (
    MYSTERY,
    UNSET,
    Arguments,
    Builtin,
    Inert,
    Module,
    Thing,
    known,
    of_environment,
    text_of,
)
from apipack.languages.wire import Unreadable


def _base64(encode: Any) -> Module:
    return Module("base64", {"EncodeToString": constant(lambda octets: encode(octets).decode())})


def _decoder(run: Evaluation, given: Arguments) -> Any:
    (reader,) = given.take("r", required=1)
    if isinstance(reader, Buffer):
        raise Unreadable("a decoder of a body")
    return MYSTERY


def _printed(run: Evaluation, given: Arguments) -> Any:
    """fmt.Sprint."""
    (value,) = given.take("value", required=1)
    return formatted(run, Arguments(["%v", value]))


def _flag(run: Evaluation, given: Arguments) -> Any:
    """A flag of the command line, of which there is none."""
    _, default, _ = given.take("name", "value", "usage", required=3)
    return default


def _plain(value: Any) -> str:
    """fmt.Sprint of one value."""
    return sprintf("%t" if isinstance(value, bool) else "%v", value)


def _decimal(value: int, base: int = 10) -> str:
    if base != 10:
        raise Unreadable("a number of another base")
    return f"{value:d}"


def _sorted(run: Evaluation, given: Arguments) -> None:
    """sort.Strings."""
    run.certain()
    (texts,) = given.take("x", required=1)
    known(texts).sort(key=lambda text: text_of(text).encode())


def _float(value: float, form: str, digits: int, bits: int) -> str:
    if form != "f" or not -1 <= digits <= 20:
        raise Unreadable("a number of another form")
    text = repr(float(value))
    if digits == -1 and "e" in text:
        raise Unreadable("a number of another form")
    return text.removesuffix(".0") if digits == -1 else f"{value:.{digits}f}"


def _repeated(text: str, count: int) -> str:
    if not 0 <= len(text) * count <= 4_000_000:
        raise Unreadable("a text too long")
    return text * count


SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def _ascii(text: str) -> str:
    if not text.isascii():
        raise Unreadable("letters of more than ASCII")
    return text


def _looked_up(run: Evaluation, given: Arguments) -> list[Any]:
    """os.LookupEnv: what the environment gives."""
    held = of_environment(*given.take("key", required=1))
    return [held, False if held is UNSET else isinstance(held, str) or MYSTERY]


def _joined(*parts: str) -> str:
    """path.Join: the parts that are not empty, cleaned."""
    joined = "/".join(filter(None, parts))
    return re.sub("^//+", "/", normpath(joined)) if joined else ""


class Logger(Thing):
    """log.Logger."""

    def get(self, run: Evaluation, name: str) -> Any:
        return Builtin(leave) if name.startswith(("Fatal", "Panic")) else MYSTERY


class Replacer(Thing):
    """strings.Replacer."""

    def __init__(self, given: Arguments) -> None:
        texts = [text_of(value) for value in given.positional]
        self.pairs = dict(zip(texts[::2], texts[1::2], strict=True))

    def do_Replace(self, run: Evaluation, given: Arguments) -> str:
        text = text_of(*given.take("s", required=1))
        if "" in self.pairs:
            raise Unreadable("a replacement of nothing")
        pattern = "|".join(map(re.escape, self.pairs))
        return re.sub(pattern, lambda match: self.pairs[match[0]], text) if pattern else text


def _printing(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, MYSTERY)


class WaitGroup(Thing):
    """sync.WaitGroup."""

    inert = frozenset({"Done"})

    def __init__(self) -> None:
        self.count = 0

    def do_Add(self, run: Evaluation, given: Arguments) -> None:
        self.count += known(*given.take("delta", required=1))

    def do_Wait(self, run: Evaluation, given: Arguments) -> None:
        if self.count > 0 and not run.doubt and run.dialect.is_awaited is False:
            run.dialect.is_awaited = True


class Mutex(Thing):
    """sync.Mutex and RWMutex."""

    inert = frozenset({"Lock", "Unlock", "RLock", "RUnlock"})


LOG_FLAGS = ("LstdFlags", "Lshortfile", "Llongfile", "Ldate", "Ltime", "Lmicroseconds", "LUTC", "Lmsgprefix")

PACKAGES: Mapping[str, Any] = {
    "net/http": Http(
        "http",
        {
            "NewRequest": Builtin(new_request),
            "NewRequestWithContext": Builtin(new_request_in),
            "Client": Builtin(new_client),
            "DefaultClient": Client(),
            "Header": Builtin(new_header),
            "Request": Builtin(request_of),
            "Cookie": Builtin(lambda run, given: Cookie(given)),
            "NoBody": None,
            "Transport": Builtin(Transport.make),
            "DefaultTransport": Transport(),
            "RoundTripper": Builtin(lambda run, given: None),
            "Response": MYSTERY,
        },
    ),
    "net/url": Module(
        "url",
        {
            "Values": Builtin(Values.make),
            "QueryEscape": constant(lambda text: quote_plus(text)),
            "PathEscape": constant(lambda text: quote(text, safe="$&+:=@-_.~")),
            "QueryUnescape": constant(lambda text: [unquote_plus(text), None]),
            "URL": UrlType(),
            "JoinPath": Builtin(join_path),
            "Parse": Builtin(lambda run, given: [Url(text_of(*given.take("url", required=1))), None]),
        },
    ),
    "encoding/json": Module(
        "json",
        {
            "Marshal": Builtin(marshal),
            "RawMessage": Builtin(raw_message),
            "MarshalIndent": Builtin(marshal_indent),
            "NewEncoder": Builtin(lambda run, given: Encoder(given)),
            "NewDecoder": Builtin(_decoder),
            **_printing("Unmarshal", "Indent", "Valid"),
        },
    ),
    "encoding/base64": Module(
        "base64", {"StdEncoding": _base64(base64.b64encode), "URLEncoding": _base64(base64.urlsafe_b64encode)}
    ),
    "strings": Module(
        "strings",
        {
            "NewReader": Builtin(lambda run, given: Buffer(text_of(*given.take("s", required=1)).encode())),
            "TrimSpace": constant(lambda text: text.strip(SPACE)),
            "ToUpper": constant(lambda text: _ascii(text).upper()),
            "ToLower": constant(lambda text: _ascii(text).lower()),
            "Join": constant(lambda parts, joint: joint.join(parts)),
            "Replace": constant(lambda text, old, new, count: text.replace(old, new, count)),
            "ReplaceAll": constant(lambda text, old, new: text.replace(old, new)),
            "TrimRight": constant(lambda text, characters: text.rstrip(characters)),
            "TrimLeft": constant(lambda text, characters: text.lstrip(characters)),
            "Trim": constant(lambda text, characters: text.strip(characters)),
            "TrimSuffix": constant(lambda text, end: text.removesuffix(end)),
            "TrimPrefix": constant(lambda text, start: text.removeprefix(start)),
            "HasPrefix": constant(lambda text, start: text.startswith(start)),
            "HasSuffix": constant(lambda text, end: text.endswith(end)),
            "Contains": constant(lambda text, part: part in text),
            "Builder": BufferType(),
            "Repeat": constant(_repeated),
            "Split": constant(lambda text, joint: text.split(joint)),
            "EqualFold": constant(lambda first, second: _ascii(first).lower() == _ascii(second).lower()),
            "NewReplacer": Builtin(lambda run, given: Replacer(given)),
        },
    ),
    "bytes": Module(
        "bytes",
        {
            "NewBuffer": Builtin(lambda run, given: Buffer(as_octets(*given.take("b", required=1)))),
            "NewReader": Builtin(lambda run, given: Buffer(as_octets(*given.take("b", required=1)))),
            "NewBufferString": Builtin(lambda run, given: Buffer(text_of(*given.take("s", required=1)).encode())),
            "Buffer": BufferType(),
        },
    ),
    "mime/multipart": Module(
        "multipart",
        {
            "NewWriter": Builtin(lambda run, given: Parts(given)),
            "FileContentDisposition": Builtin(file_disposition),
        },
    ),
    "net/textproto": Module("textproto", {"MIMEHeader": Builtin(new_mime_header)}),
    "fmt": Module(
        "fmt",
        {
            "Sprintf": Builtin(formatted),
            "Sprint": Builtin(_printed),
            **_printing("Println", "Printf", "Print", "Errorf"),
            **dict.fromkeys(("Fprintln", "Fprint"), Builtin(print_to)),
            "Fprintf": Builtin(printf_to),
        },
    ),
    "io": Module(
        "io",
        {
            "ReadAll": Builtin(read_all),
            "NopCloser": Builtin(lambda run, given: given.positional[0]),
            "Copy": Builtin(write_to),
            "WriteString": Builtin(write_to),
            "Discard": MYSTERY,
            "Reader": Builtin(lambda run, given: None),
        },
    ),
    "io/ioutil": Module("ioutil", {"ReadAll": Builtin(read_all), "Discard": MYSTERY}),
    "log": Module(
        "log",
        {
            "New": Builtin(lambda run, given: Logger()),
            "Default": Builtin(lambda run, given: Logger()),
            **_printing("Println", "Printf", "Print", "SetFlags", "SetPrefix", "SetOutput", "Writer"),
            **_printing(*LOG_FLAGS),
            **dict.fromkeys(("Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"), Builtin(leave)),
        },
    ),
    "os": Module(
        "os",
        {
            "Exit": Builtin(leave),
            "Getenv": Builtin(lambda run, given: of_environment(*given.take("key", required=1))),
            "LookupEnv": Builtin(_looked_up),
            **_printing("Args", "Stdout", "Stderr"),
        },
    ),
    "bufio": Module("bufio", _printing("NewScanner", "NewReader")),
    "sync": Module(
        "sync",
        {
            "WaitGroup": Builtin(lambda run, given: WaitGroup()),
            **dict.fromkeys(("Mutex", "RWMutex"), Builtin(lambda run, given: Mutex())),
        },
    ),
    "flag": Module(
        "flag", {**dict.fromkeys(("String", "Int", "Bool", "Float64", "Duration"), Builtin(_flag)), "Parse": MYSTERY}
    ),
    "sort": Module("sort", {"Strings": Builtin(_sorted)}),
    "errors": Inert("errors"),
    "math/rand": Inert("rand"),
    "math/rand/v2": Inert("rand"),
    "time": TIME,
    "log/slog": Inert("slog"),
    "strconv": Module(
        "strconv",
        {
            "Itoa": constant(_decimal),
            "FormatInt": constant(_decimal),
            "FormatUint": constant(_decimal),
            "FormatFloat": constant(_float),
            "FormatBool": constant(_plain),
            "Quote": MYSTERY,
        },
    ),
    "context": Module(
        "context",
        {
            "Background": MYSTERY,
            "TODO": MYSTERY,
            "WithValue": MYSTERY,
            **dict.fromkeys(
                ("WithTimeout", "WithCancel", "WithDeadline"), Builtin(lambda run, given: [MYSTERY, MYSTERY])
            ),
        },
    ),
    "net/http/httputil": Inert("httputil"),
    "net/http/cookiejar": Module("cookiejar", {"New": Builtin(lambda run, given: [MYSTERY, None])}),
    "path": Module("path", {"Join": constant(_joined)}),
    "github.com/go-resty/resty/v2": RESTY,
}
