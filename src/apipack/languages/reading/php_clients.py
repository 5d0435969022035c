"""PHP: what its names mean, and which clients they lead to."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.dialect import LIMIT, Dialect, constant, copied, leave
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.naming import lookup
from apipack.languages.reading.objects import Instance, Super, Type, super_of
from apipack.languages.reading.php_arrays import ARRAYS
from apipack.languages.reading.php_comparison import equal, same, truth_of
from apipack.languages.reading.php_curl import Answer, Curl, StringFile, UserFile, execute, setopt, setopt_array
from apipack.languages.reading.php_data import (
    FLAGS,
    Object,
    http_build_query,
    implode,
    is_number,
    merged_arrays,
    number_of,
    rawurlencode,
    sprintf,
    text,
    upper,
    urlencode,
)
from apipack.languages.reading.php_data import lower as ascii_lower
from apipack.languages.reading.php_dates import gmdate, moment_of, zone_of
from apipack.languages.reading.php_guzzle import OPTIONS, Guzzle, Psr
from apipack.languages.reading.php_guzzle_stack import STACKS
from apipack.languages.reading.php_names import APPEND, CALLED
from apipack.languages.reading.php_objects import cloned, encoded, object_vars
from apipack.languages.reading.php_quiet import QUIET
from apipack.languages.reading.php_streams import Context, file_get_contents, fopen
from apipack.languages.reading.php_symfony import SYMFONY
from apipack.languages.reading.php_tree import lower
from apipack.languages.reading.php_xml import XML
from apipack.languages.reading.values import (
    MYSTERY,
    Arguments,
    Builtin,
    Environment,
    Module,
    Mystery,
    Unset,
    known,
    of_environment,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read(code: str) -> Request:
    return Evaluation(Php(re.search(r"^\s*use\s|autoload|\bnamespace\b", code, re.MULTILINE) is None)).run(lower(code))


class Missing(Unset):
    """What getenv gives: false in a bare environment."""


def _variable(run: Evaluation, given: Arguments) -> Any:
    held = of_environment(given.positional[0] if given.positional else None)
    return Missing() if isinstance(held, Unset) else held


def _require(run: Evaluation, given: Arguments) -> Any:
    """Composer's autoloader alone declares what is known here."""
    (path,) = given.positional
    if not isinstance(path, Mystery) and "autoload" not in path:
        raise Unreadable("another file is required")
    return MYSTERY


def _drawn(run: Evaluation, given: Arguments) -> Any:
    """What is drawn at random, or made of that or of the time; of a constant it is not looked into."""
    if any(isinstance(value, str) and not value.startswith(sending.DRAWN) for value in given.positional[:1]):
        return MYSTERY
    return sending.drawn(run.steps)


def _shell(run: Evaluation, given: Arguments) -> Any:
    (command,) = given.take("command", required=1)
    if not isinstance(command, str) or not command.startswith("composer config"):
        raise Unreadable("a command of the shell")
    return MYSTERY


INERT = [
    "curl_close",
    "curl_getinfo",
    "curl_version",
    "print_r",
    "var_dump",
    "json_decode",
    "json_last_error",
    "json_last_error_msg",
    "trigger_error",
    "assert",
    "fflush",
    "ob_start",
    "gettype",
    "is_object",
    "function_exists",
    "extension_loaded",
    "number_format",
    "ucwords",
    "file_put_contents",
    "debug_zval_refcount",
    "header",
    "error_log",
    "fwrite",
    "fputs",
    "http_response_code",
    "stream_get_contents",
    "fclose",
    "feof",
    "fgets",
    "error_get_last",
    "set_time_limit",
    "ini_set",
    "error_reporting",
    "date",
    "time",
    "microtime",
    "hash",
    "rand",
    "random_int",
    "mt_rand",
    "printf",
    "usleep",
    "sleep",
    "strpos",
    "nl2br",
    "is_numeric",
    "intval",
]
CLASSES: Mapping[str, Any] = {
    "GuzzleHttp\\Client": Builtin(lambda run, given: Guzzle(given)),
    "GuzzleHttp\\Psr7\\Request": Builtin(lambda run, given: Psr(given)),
    **dict.fromkeys(("CURLFile", "CURLFILE"), Builtin(lambda run, given: UserFile(given))),
    "CURLStringFile": Builtin(lambda run, given: StringFile(given)),
    "GuzzleHttp\\RequestOptions": Module("RequestOptions", {name.upper(): name for name in OPTIONS}),
    "GuzzleHttp\\Psr7\\Utils": Module(
        "Utils", {"streamFor": Builtin(lambda run, given: text(*known(given.take("resource"))))}
    ),
    **SYMFONY,
    **STACKS,
}


SHORT, REPEATED = 200, 2
"""Characters that a pattern is looked for in, and how often it may repeat something."""


def _str_replace(old: Any, new: Any, value: Any) -> str:
    """Texts, or arrays of texts that are replaced one after the other."""
    olds = list(old.values()) if isinstance(old, dict) else [old]
    news = list(new.values()) if isinstance(new, dict) else [new] * len(olds)
    if (isinstance(new, dict) and not isinstance(old, dict)) or len(news) != len(olds):
        raise Unreadable("a replacement of another number of texts")
    for before, after in zip(olds, news, strict=True):
        if not all(isinstance(part, str) for part in (before, after, value)) or not before:
            raise Unreadable("a replacement of more than texts")
        if len(value) * max(len(after), 1) > LIMIT:
            raise Unreadable("a text too long")
        value = value.replace(before, after)
    return str(value)


PATTERN = re.compile(r"([/#~])((?:\\[/.+sdw#~-]|[\w @%:=+*?^$()|-]|\[[\w.-]+\])+)\1(i?)", re.ASCII)
"""Patterns that mean the same in PCRE and in Python."""


def _pattern(pattern: Any, subject: Any) -> re.Pattern[str]:
    match = PATTERN.fullmatch(text(pattern))
    if (
        match is None
        or not text(subject).isascii()
        or len(subject) > SHORT
        or re.search(r"[+*?)]\)?[+*]|\(\?", match[2])
        or len(re.findall("[+*]", match[2])) > REPEATED
    ):
        raise Unreadable("a pattern")
    return re.compile(match[2].replace("$", r"(?=\n?\Z)"), re.ASCII | (re.IGNORECASE if match[3] else 0))


def _preg_replace(pattern: Any, new: Any, subject: Any) -> str:
    if "$" in text(new) or "\\" in new:
        raise Unreadable("a replacement by what a pattern finds")
    return _pattern(pattern, subject).sub(new, subject)


def _spread(value: Any) -> list[Any]:
    """Members of an array as arguments by their position."""
    if not isinstance(value, dict) or any(isinstance(key, str) for key in value):
        raise Unreadable("a spread of more than a list")
    return list(value.values())


def _define(run: Evaluation, given: Arguments) -> bool:
    name, value = given.take("constant_name", "value", required=2)
    if run.doubt or not re.fullmatch("[A-Z][A-Z0-9_]*", text(known(name))):
        raise Unreadable("a constant of another name")
    run.globals.names[name] = value
    return True


def _array_map(run: Evaluation, given: Arguments) -> Any:
    function, first, *others = given.positional
    function = lookup(run, function) if isinstance(function, str) else function
    known([first, *others])
    if len(first) > 1000:
        raise Unreadable("a loop over a long list")
    if not others:
        return {key: run.apply(function, Arguments([member])) for key, member in first.items()}
    rows = zip(first.values(), *[other.values() for other in others], strict=True)
    return {index: run.apply(function, Arguments(list(row))) for index, row in enumerate(rows)}


def _constant_of(run: Evaluation, given: Arguments) -> Any:
    """A class's constant; what a class that nobody knows calls its constants changes nothing."""
    owner, name = given.positional
    kind = "class self" if owner == "static" else f"class {owner}"
    try:
        value = lookup(run, kind)
    except Unreadable:
        return MYSTERY
    return value.get(run, name) if isinstance(value, Type | Module) else MYSTERY


class Php(Dialect):
    """Functions see no variables around them, and arrays are copied when they are assigned. A fragment that names no
    import means the known classes by their short names."""

    block_scope = False
    closed_functions = True
    creates_arrays = True
    assigns_local = True
    receiver = "$this"
    sigil = "$"
    own_class = "class self"
    modules = CLASSES
    names: Mapping[str, Any] = {
        **{f"class {name}": value for name, value in CLASSES.items()},
        **dict.fromkeys((f"class {name}" for name in ("Exception", "RuntimeException")), MYSTERY),
        **XML,
        "class DateTime": Builtin(moment_of),
        "class stdClass": Builtin(lambda run, given: Object({})),
        **dict.fromkeys(INERT, MYSTERY),
        **ARRAYS,
        **QUIET,
        **FLAGS,
        "PHP_EOL": "\n",
        "__DIR__": MYSTERY,
        "STDERR": MYSTERY,
        "json_encode": Builtin(encoded),
        "get_object_vars": Builtin(object_vars),
        "spread of": constant(_spread),
        "truth of": constant(truth_of),
        "clone of": Builtin(cloned),
        "gmdate": constant(gmdate),
        "class DateTimeImmutable": Builtin(moment_of),
        "class DateTimeZone": Builtin(zone_of),
        "http_build_query": constant(http_build_query),
        "urlencode": constant(urlencode),
        "rawurlencode": constant(rawurlencode),
        "base64_encode": constant(lambda value: base64.b64encode(text(value).encode()).decode()),
        "strlen": constant(lambda value: len(text(value).encode())),
        "trim": constant(lambda value: text(value).strip(" \t\n\r\0\x0b")),
        "strtoupper": constant(upper),
        "strtolower": constant(ascii_lower),
        "sprintf": constant(sprintf),
        "implode": constant(implode),
        "join": constant(implode),
        "array_merge": constant(merged_arrays),
        "array_values": constant(lambda value: dict(enumerate(value.values()))),
        "pairs of": constant(lambda value: [[key, member] for key, member in value.items()]),
        "array_map": Builtin(_array_map),
        "array_keys": constant(lambda value: dict(enumerate(value))),
        "compact": Builtin(
            lambda run, given: {name: lookup(run, f"${name}") for name in map(text, known(given.positional))}
        ),
        "getenv": Builtin(_variable),
        "$_ENV": Environment(),
        "empty": constant(lambda value: not truth_of(value)),
        "isset": constant(lambda *values: None not in values),
        "is_null": constant(lambda value: value is None),
        "count": constant(lambda value: len(value)),
        "strval": constant(text),
        "var_export": constant(lambda value, gives=False: str(value).lower() if isinstance(value, bool) else MYSTERY),
        "cast to string": constant(text),
        "cast to object": constant(lambda value: Object(value)),
        "cast to array": constant(lambda value: value if isinstance(value, dict) else {0: value}),
        "cast to int": constant(lambda value: int(number_of(value))),
        "cast to float": constant(lambda value: float(number_of(value))),
        "$http_response_header": MYSTERY,
        "array of": Builtin(lambda run, given: dict(enumerate(given.positional[0]))),
        "ltrim": constant(lambda value, marks=" \t\n\r\0\x0b": text(value).lstrip(marks)),
        "rtrim": constant(lambda value, marks=" \t\n\r\0\x0b": text(value).rstrip(marks)),
        "str_replace": constant(_str_replace),
        "preg_replace": constant(_preg_replace),
        "preg_match": constant(lambda pattern, subject: int(_pattern(pattern, subject).search(subject) is not None)),
        "define": Builtin(_define),
        "ucfirst": constant(lambda value: upper(value[:1]) + value[1:]),
        "constant of": Builtin(_constant_of),
        "require": Builtin(_require),
        "shell_exec": Builtin(_shell),
        "exit": Builtin(leave),
        "die": Builtin(leave),
        "curl_init": Builtin(lambda run, given: Curl(*given.take("url"))),
        "curl_file_create": Builtin(lambda run, given: UserFile(given)),
        "curl_setopt": Builtin(setopt),
        "curl_setopt_array": Builtin(setopt_array),
        "super of": Builtin(super_of),
        "curl_exec": Builtin(execute),
        **dict.fromkeys(("uniqid", "random_bytes", "bin2hex", "md5", "sha1"), Builtin(_drawn)),
        "curl_errno": Builtin(lambda run, given: 0),
        "curl_error": Builtin(lambda run, given: ""),
        "stream_context_create": Builtin(lambda run, given: Context(given)),
        "file_get_contents": Builtin(file_get_contents),
        "fopen": Builtin(fopen),
    }

    def __init__(self, is_fragment: bool) -> None:
        if is_fragment:
            short = {f"class {name.rpartition(chr(92))[2]}": value for name, value in CLASSES.items()}
            self.names = {**short, **self.names}

    def is_local(self, name: str) -> bool:
        return name.startswith("$")

    def bound_value(self, value: Any) -> Any:
        return copied(value)

    def text(self, value: Any) -> str:
        return text(value)

    def truth(self, value: Any) -> bool:
        return truth_of(value)

    def plus(self, left: Any, right: Any) -> Any:
        if not is_number(left) or not is_number(right):
            raise Unreadable("a sum of no numbers")
        return left + right

    def equal(self, left: Any, right: Any) -> bool:
        found = equal(left, right)
        return super().equal(left, right) if found is None else found

    def binary(self, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, Missing) and right is False and operator in ("==", "!=", "===", "!=="):
            return operator in ("==", "===")
        if isinstance(left, Answer) and right is False and operator in ("===", "!=="):
            return operator == "!=="
        if operator in ("===", "!=="):
            if isinstance(left, Mystery) or isinstance(right, Mystery):
                return MYSTERY
            return same(left, right) == (operator == "===")
        if operator == "|" and isinstance(left, int) and isinstance(right, int):
            return left | right
        if operator == "+" and isinstance(left, dict) and isinstance(right, dict):
            return {**right, **left}
        return super().binary(operator, left, right)

    def members(self, value: Any) -> list[Any] | None:
        return list(value.values()) if isinstance(value, dict) else super().members(value)

    def item(self, run: Any, value: Any, key: Any) -> Any:
        if isinstance(value, dict) and isinstance(key, str | int) and key in value:
            return value[key]
        return super().item(run, value, key)

    def set_member(self, run: Any, owner: Any, name: str, value: Any) -> None:
        super().set_member(run, owner, name, copied(value))

    def set_item(self, run: Any, owner: Any, key: Any, value: Any) -> None:
        value = copied(value)
        if isinstance(owner, dict) and key == APPEND.encode():
            owner[max((taken for taken in owner if isinstance(taken, int)), default=-1) + 1] = value
        else:
            super().set_item(run, owner, key, value)

    def member(self, run: Any, value: Any, name: str) -> Any:
        if isinstance(value, Mystery):
            return MYSTERY
        is_own = isinstance(value, Instance | Super | Type)
        return super().member(run, value, name if is_own else name.removesuffix(CALLED))
