"""Code out of the sessions of terminals and interpreters, and without the install commands before it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from apipack.prompting.code_lines import is_program
from apipack.prompting.language_signs import begins_program
from apipack.prompting.windows import of_windows

INSTALL = re.compile(
    r"\s*(?:[$!%#>]\s*)?(?:sudo\s+)?(?:pip3?|python3? -m pip|npm|yarn|pnpm|go get|go mod|gem|bundle|composer|brew"
    r"|apt(?:-get)?|dotnet|cargo|swift package|Gemfile)\b[^\n]*|\s*source ['\"]https?://[^'\"]*['\"]\s*"
)
_CALLING = re.compile(r"[;&|]\s*(?:curl|wget|node|python3?|ruby|php|go|java|swift)\b")
_PROMPT = re.compile(
    r"(?:\w+@[\w.-]+:?[^\s$#]*)?[$%] |\w+@[\w.-]+:[^\s$#]*# |\[\w+@[\w.-]+ [^\]\s]*\][$#] |PS [A-Z]:[^>\n]*> "
    r"|[A-Z]:\\[^>\n]*> ?"
)
_MORE = re.compile(r">>? |More\? ")
_IPYTHON = re.compile(r"In \[\d*\]: ")
_IPYTHON_MORE = re.compile(r" +\.\.\.: ?")


def unprompted(code: str, language: str | None) -> str:
    """Code without the prompts of a terminal, and without the install commands before it."""
    lines = code.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if language == "python" and (session := _of_interpreter(lines, code)) is not None:
        return session
    if language in ("node", "javascript") and first.startswith("> "):
        return "\n".join(
            line[2:] if line[:2] == "> " else line[4:] for line in lines if line[:4] == "... " or line[:2] == "> "
        )
    if language in ("curl", None) and (prompt := _PROMPT.match(first)):
        return _session(lines, prompt[0])
    while language and lines and (not lines[0].strip() or (len(lines) > 1 and _is_install(lines[0]))):
        lines = lines[1:]
    return of_windows("\n".join(lines)) if language == "curl" else "\n".join(lines)


def _of_interpreter(lines: list[str], code: str) -> str | None:
    """The inputs of a session of Python or IPython, None where there is no prompt."""
    if any(line.startswith(">>> ") for line in lines) and not is_program(code, "python"):
        return "\n".join(line[4:] for line in lines if line.startswith((">>> ", "... ")))
    if not lines or not any(map(_IPYTHON.match, lines)):
        return None
    inputs: list[str] = []
    is_input = False
    for line in lines:
        prompt = _IPYTHON.match(line) or (_IPYTHON_MORE.match(line) if is_input else None)
        is_input = prompt is not None
        if prompt:
            inputs.append(line[prompt.end() :])
    return "\n".join(inputs)


def _session(lines: Iterable[str], prompt: str) -> str:
    """Commands of a terminal session: what follows a prompt, with the lines that a command goes on over."""
    kept: list[str] = []
    goes_on = False
    joins = ("\\", "`") if prompt.startswith("PS ") else "^" if prompt[1:2] == ":" else "\\"
    for line in lines:
        is_command = line.startswith(prompt)
        if is_command or goes_on:
            text = line[len(prompt) :] if is_command else _MORE.sub("", line, count=1)
            kept.append(text)
            goes_on = text.rstrip("\r").endswith(joins) or "\n".join(kept).replace("\\'", "").count("'") % 2 == 1
    kept = [line for line in kept if not _is_install(line)] or kept
    return of_windows("\n".join(kept))


def _is_install(line: str) -> bool:
    return bool(INSTALL.fullmatch(line)) and not _CALLING.search(line)


def without_quotation(code: str, language: str | None) -> str:
    """Code whose lines are all quoted, as `> curl …`, without the marks."""
    lines = code.split("\n")
    if not code.startswith(">") or any(line.strip() and line[:1] != ">" for line in lines):
        return code
    inner = "\n".join(re.sub(r"^> ?", "", line) for line in lines)
    return inner if begins_program(inner, language) else code
