"""Which calls a verdict needs to execute, and what came of them.

A call that is letter for letter what `render` writes of the request that is read in it is certain to send that request
(`verify` proves it by execution), and no output sends nothing. To run these would tell nothing new. Where a call uses a
library which this machine lacks or a file that only its user has, or is lost with its sandbox, what reading tells
stands: the model is not at fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from apipack.evaluation.verdicts import LOST
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.sandbox.execution import Outcome, execute, skipped

_LACKING = re.compile(
    r"No module named|Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|cannot load such file"
    r"|package [\w.]+ does not exist|no required module provides package|cannot find package|no such module"
    r"|cannot find module providing package|ERR_UNSUPPORTED_ESM_URL_SCHEME"
    r"|ReferenceError: (?:\$|jQuery|ky|axios) is not defined"
    r"|is not registered on Faraday::|Class \W?[\w\\]+\W? not found|Failed opening required"
    r"|symbol: +(?:class|variable) (?:WebClient|Rest(?:Template|Client)|Unirest)\b"
    r"|symbol: +(?:class|variable) (?:CloseableHttpClient|HttpClients|HttpClientBuilder)\b"
    r"|symbol: +(?:class|variable) (?:(?:Default)?AsyncHttpClient|Dsl|Retrofit|Jsoup|Feign)\b"
    r"|fatal error: \S+: No such file|: (?:https?|wget): command not found"
    r"|is not in (?:GOROOT|std)\b|undefined: (?:min|max|clear|multipart\.FileContentDisposition)$"
    r"|cannot range over \d+ \("
    r"|patterns in switch statements are a preview feature"
    r"|symbol: +method (?:getFirst|getLast|removeFirst|removeLast|reversed)\(\)"
    r"|Call to undefined function (?:mb_|simplexml_|bc|iconv|ctype_|gmp_|xml|utf8_)\w*\("
    r"|faraday/request/authorization\.rb.{0,80}wrong number of arguments"
    r"|getpwuid\(\): uid not found|locale\.Error: unsupported locale",
    re.M,
)
"""What the ten languages say of a library that is not installed, of an older one, and of a user or locale that is not
there."""
_PAGE = re.compile(
    r"ReferenceError: (?:document|window|navigator|location|history|screen|prompt|alert|confirm|localStorage"
    r"|sessionStorage|DOMParser|XMLSerializer|FileReader) is not defined|SyntaxError: Unexpected token '<'"
)
"""What Node says of a web page's names and of JSX, which belong to JavaScript and not to Node."""
_MISSED = re.compile(
    r"No such file or directory|no such file or directory|ENOENT|NoSuchFileException|FileNotFound(?:Error|Exception)"
    r"|Couldn't read data from file|Failed to open/read local data|operation aborted by callback"
    r"|The file .{1,80} (?:doesn.t exist|couldn.t be opened)"
    r"|HTTPResponse\.__init__\(\) got an unexpected keyword argument 'json'"
    r"|line \d+: (?:uuidgen|uuid|jq|yq|xxd|hexdump|openssl|bc|pwgen): command not found"
)
"""What they say of a file or program that is not there, and urllib3 1 of what urllib3 2 takes."""


_UPLOADED = re.compile(
    r"""(?:CURLFile|curl_file_create|curl_mime_filedata|CURLFORM_FILE)\W[^;'"]{0,100}["'](?:/|~|[A-Za-z]:)""",
    re.IGNORECASE,
)
"""A file of another folder in what says nothing of one that is not there."""


def certain(reading: Reading) -> bool:
    """Whether execution would tell of a call what reading tells."""
    if reading.request is None:
        return not reading.code.strip()
    try:
        return reading.own and render(reading.language, reading.request) == reading.code
    except Unrepresentable:
        return False


def outcomes(readings: Iterable[Reading], workers: int, say: Callable[[str], None]) -> dict[Reading, Outcome]:
    """The outcome of each call that is not certain and can be executed here. say: gets a line for each reason why some
    cannot."""
    calls = [reading for reading in dict.fromkeys(readings) if not certain(reading)]
    missing = skipped(sorted({reading.language for reading in calls}))
    for line in dict.fromkeys(missing.values()):
        say(f"{line}; verdicts are static")
    calls = [reading for reading in calls if reading.language not in missing]
    executed = zip(calls, execute(calls, workers), strict=True) if calls else ()
    return {reading: done for reading, done in executed if done.status != LOST and not _misses(reading, done)}


def _misses(reading: Reading, outcome: Outcome) -> bool:
    """Whether a call lacks something, or may lack a file and sent no whole request."""
    is_sent = any(record.error is None for record in outcome.records)
    may_miss = outcome.status in ("ok", "failed") and not is_sent and _UPLOADED.search(reading.code) is not None
    return may_miss or lacks(reading.language, outcome)


def lacks(language: str, outcome: Outcome) -> bool:
    """Whether a call found something missing here that is not its own fault: a library, a web page, or a file of its
    user's."""
    if language == "javascript" and not outcome.records and _PAGE.search(outcome.detail):
        return True
    return lacks_library(outcome) or _MISSED.search(outcome.detail) is not None


def lacks_library(outcome: Outcome) -> bool:
    """Whether a call sent nothing since a library is not there."""
    return not outcome.records and outcome.status != "ok" and _LACKING.search(outcome.detail) is not None
