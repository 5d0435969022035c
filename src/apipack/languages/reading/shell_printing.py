"""What the commands around curl print: echo, printf, jq and base64 of constants."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.shell_jq import jq_encoded, jq_null_input
from apipack.languages.reading.values import MYSTERY, Mystery
from apipack.languages.wire import Unreadable

PRINTING = frozenset([
    "echo", "printf", "jq", "cat", "grep", "egrep", "head", "tail", "tee", "less", "more", "sed", "awk",
    "cut", "tr", "sort", "uniq", "wc", "python", "python3", "json_pp", "xmllint", "column", "fold", "true",
    "set", "base64", "sleep", "date", "uuidgen", "hostname", "whoami", "mktemp", "basename", "dirname",
    "mkdir", "chmod", "ls", "file", "stat", "which", "clear", "tput", "seq", "bc",
])  # fmt: skip
"""Commands that only print, or do what no request shows."""
KEEPING = frozenset([
    "echo", "printf", "jq", "cat", "curl", "rm", "set", "chmod", "grep", "head", "tail", "wc", "sleep",
    "date", "true", "mktemp", ":", "shift",
])  # fmt: skip
"""Commands that leave the files of a script as they are, those aside that they name."""
_OUTPUT = re.compile("-[sSfLkivN]*[oDc]|--output|--dump-header|--cookie-jar")
_TRAPPED = re.compile(r"(?:rm|echo) [^;&|`()<>]*(?:>&2)?")
"""What a script does at its end or on a failure, of which no request shows."""
_PLAIN = re.compile(r"[^;&|`()<>]*")
_SENDING = re.compile("curl|wget|http|eval|exec|source")
COLUMNS = 76
"""At which base64 breaks its lines."""


def is_quiet(given: list[str], functions: Mapping[str, str]) -> bool:
    """Whether what is trapped sends nothing. functions: of the snippet, with their text."""
    if len(given) < 2:
        return False
    text = functions.get(given[0].partition(" ")[0], "")
    is_own = text and not _SENDING.search(text) and not any(name in text for name in functions)
    return _TRAPPED.fullmatch(given[0]) is not None or (bool(is_own) and _PLAIN.fullmatch(given[0]) is not None)


def printed_by(words: list[str], stdin: Value | None) -> Value | None:
    """What a command prints of its words and its input; raises Unreadable for a command that is not known."""
    name, *given = words
    if name == "echo":
        return _echo(given)
    if name == "printf" and given:
        return _printf(given)
    if name == "jq" and any(re.fullmatch("-[cr]*n[cr]*|--null-input", word) for word in given):
        return jq_null_input(given)
    if name == "rm" and all(re.fullmatch(r"-f|[\w][\w.-]*", word) for word in given):
        return ""
    if name == "jq" and "@uri" in given and isinstance(stdin, str):
        return jq_encoded([word for word in given if word != "@uri"], stdin)
    if name == "cat" and (not given or given == ["-"]):
        return stdin
    if name == "base64" and isinstance(stdin, str) and given in ([], ["-w0"], ["-w", "0"]):
        encoded = base64.b64encode(stdin.encode()).decode()
        return encoded if given else re.sub(f"(.{{1,{COLUMNS}}})", r"\1\n", encoded)
    if name == "tr" and given in (["-d", "\n"], ["-d", "\\n"]) and isinstance(stdin, str):
        return stdin.replace("\n", "")
    if name in PRINTING and (name not in ("python", "python3") or given[:2] == ["-m", "json.tool"]):
        return MYSTERY
    raise Unreadable(f"the command {name[:40]} is not known here")


def _echo(given: list[str]) -> Value:
    end = "\n"
    if given[:1] == ["-n"]:
        given, end = given[1:], ""
    text = " ".join(given)
    return MYSTERY if given[:1] and given[0].startswith("-") or "\\" in text else text + end


def _printf(given: list[str]) -> Value:
    pattern, *values = given
    verbs = re.findall("%(.)", pattern.replace("%%", ""))
    if pattern.startswith("-") or set(verbs) - {"s", "d"} or len(verbs) != len(values):
        return MYSTERY
    numbers = [value for verb, value in zip(verbs, values, strict=True) if verb == "d"]
    if not all(re.fullmatch("0|-?[1-9][0-9]*", number) for number in numbers) or re.search(r"\\[^n\\\"t]", pattern):
        return MYSTERY
    rest = iter(values)
    meanings = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", '\\"': '"', "%%": "%"}
    return re.sub(r"%[sd%]|\\.", lambda part: meanings[part[0]] if part[0] in meanings else next(rest), pattern)


def without_outputs(words: list[Value]) -> list[Value]:
    """Words of a curl command, where the name of a file that it writes need not be known."""
    return [
        "-" if isinstance(word, Mystery) and isinstance(before, str) and _OUTPUT.fullmatch(before) else word
        for before, word in zip(["", *words], words, strict=False)
    ]


def is_status_alone(given: Sequence[str]) -> bool:
    """Whether curl with these options prints the status of the answer and nothing else."""
    formats = [value for name, value in pairwise(given) if re.fullmatch("-[a-zA-Z]*w|--write-out", name)]
    is_kept = any(re.fullmatch("-[a-zA-Z]*o|--output", name) for name in given)
    return (
        is_kept
        and len(formats) == 1
        and re.fullmatch(r"%\{(?:http|response)_code\}(?:\\n|\n)?", formats[0]) is not None
    )
