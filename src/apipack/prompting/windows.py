"""Commands of Windows' shells as a POSIX shell writes them, where their words are certain.

cmd (`^` escapes, and joins lines) hands a line to curl.exe, which takes it apart by the rules of Microsoft's C runtime.
PowerShell (a backtick escapes, and joins lines) takes words apart itself. Before 7.3 it wants a backslash before a
quotation mark in a word, and later none: such a mark alone is not certain.
"""

from __future__ import annotations

import re
import shlex

_NAME = re.compile(r"curl(?:\.exe)?(?=\s)")
_SAME = re.compile(r"curl\.exe(?=\s)[^'`$^\n]*")
"""Where all shells read the words alike."""
_JOINED = re.compile(r"\s\^\r?\n")
_ESCAPED = re.compile(r"\^[&\"|<>%^]")
_POWERSHELL = re.compile(r"\s`\r?\n")
_NEWLINE = re.compile(r"\r?\n")
_VARIABLE = re.compile(r"%(?![0-9A-Fa-f]{2}%)[A-Za-z_]\w*%")
"""What is no part of an address: `%C3%A9`."""


def of_windows(code: str) -> str:
    """The same command for a POSIX shell; what is not of Windows, or not certain, as it is."""
    command = code.strip()
    if _NAME.match(command) and not re.search(r"\\\r?\n", command):
        is_of_cmd = _JOINED.search(command) or (not re.search("['$]", command) and _ESCAPED.search(command))
        words = _of_cmd(command) if is_of_cmd else None
        if words is None and _POWERSHELL.search(command):
            words = _of_powershell(command)
        if words:
            return shlex.join(["curl", *words[1:]])
    return f"curl{command[8:]}" if _SAME.fullmatch(command) else code


def _of_cmd(command: str) -> list[str] | None:
    if _VARIABLE.search(command):
        return None
    line, is_quoted, at = "", False, 0
    while at < len(command):
        char = command[at]
        if char == "^" and not is_quoted:
            at += 1
            if (newline := _NEWLINE.match(command, at)) is not None:
                at = newline.end()
                continue
            line += command[at : at + 1]
        elif char == "\n" or (not is_quoted and char in "&|<>"):
            return None
        else:
            is_quoted ^= char == '"'
            line += char
        at += 1
    return _of_runtime(line)


def _of_runtime(line: str) -> list[str] | None:
    """Words by the rules of the C runtime: before a quotation mark two backslashes are one, and one is none."""
    words: list[str] = []
    word, is_quoted, is_word = "", False, False
    for part in re.findall(r'\\*"|\\+|[ \t]|[^\\" \t]+', line):
        if part in (" ", "\t") and not is_quoted:
            if is_word:
                words.append(word)
            word, is_word = "", False
            continue
        is_word = True
        if not part.endswith('"'):
            word += part
            continue
        backslashes = len(part) - 1
        word += "\\" * (backslashes // 2)
        if backslashes % 2:
            word += '"'
        else:
            is_quoted = not is_quoted
    words += [word] * is_word
    return None if is_quoted or any(word.startswith("'") for word in words) else words


_PIECE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"`$]|`.|"")*"|[^\s'"`$(){};,|&<>@#]+""", re.DOTALL)
_BETWEEN = re.compile(r"(?:[ \t]|`\r?\n)+")


def _of_powershell(command: str) -> list[str] | None:
    words, at = [""], 0
    while at < len(command):
        if (between := _BETWEEN.match(command, at)) is not None:
            words.append("")
            at = between.end()
        elif (piece := _PIECE.match(command, at)) is not None:
            words[-1] += _piece(piece[0])
            at = piece.end()
        else:
            return None
    if any(re.search(r'(?<!\\)"', word) for word in words):  # only 7.3 and later hand it on
        return None
    return [word.replace('\\"', '"') for word in words]


def _piece(piece: str) -> str:
    if piece[0] == "'":
        text = piece[1:-1].replace("''", "'")
    elif piece[0] == '"':
        text = re.sub(r"`(.)", r"\1", piece[1:-1].replace('""', '"'), flags=re.DOTALL)
    else:
        text = piece
    return text
