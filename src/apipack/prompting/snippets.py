"""The code in what a model or a person wrote: out of thoughts, Markdown, HTML, prose and prompts.

A text without any of these comes back as it is.
"""

from __future__ import annotations

import re
import textwrap

from apipack.prompting.fences import URL, Fenced, fences, page_blocks
from apipack.prompting.language_signs import TAGS, begins_program
from apipack.prompting.page_scripts import page_script
from apipack.prompting.prose import after_label, without_prose
from apipack.prompting.sessions import INSTALL, unprompted, without_quotation
from apipack.prompting.thoughts import without_thoughts

__all__ = ["fences", "snippet", "unprompted"]

_LABEL = re.compile(r"^[*#_ \t>-]{0,4}api[_ ]?call[*_]{0,4}:[ \t*]*", re.MULTILINE | re.IGNORECASE)
_OTHER_LABEL = re.compile(
    r"^\*\*(?:domain|api_provider|lang)\*\*:|^#{0,3}\s*(?:API_Provider|Lang|Domain):", re.MULTILINE
)
_MANIFEST = re.compile(
    r"""^.*(?:\.package\(|\bsource ['"]https?:|"(?:homepage|url|repository|bugs|registry|resolved)"\s*:|<url>"""
    r"""|xmlns|schemaLocation|\bmaven\b).*$""",
    re.MULTILINE,
)
"""Lines of a list of libraries that have an address."""
_INVISIBLE = "\u200b\u2060\ufeff"


def snippet(text: str, language: str | None = None) -> str:
    """The call in a text; language: one of the ten, which tells which of several blocks is meant."""
    answer = without_thoughts(text, language).lstrip(_INVISIBLE)
    if not begins_program(answer, language) and (label := _LABEL.search(answer)):
        answer = _OTHER_LABEL.split(answer[label.end() :])[0]
    return _code(answer, language) or text.strip(" \t\r\n")


def _code(text: str, language: str | None) -> str:
    if blocks := fences(text, language) or page_blocks(text, language):
        code = _chosen(blocks, language)
        script = page_script(code) if language == "javascript" else None
        return unprompted(code, language) if script is None else script
    code = text.strip(" \t\r\n")
    if not language:
        return unprompted(code, language)
    if language == "javascript" and (script := page_script(code)) is not None:
        return script
    code = after_label(without_quotation(_of_python(text, code) if language == "python" else code, language), language)
    return unprompted(without_prose(code, language), language)


def _of_python(text: str, code: str) -> str:
    """Python all of whose lines are indented, without the indentation."""
    lines = text.strip("\r\n")
    return textwrap.dedent(lines).strip(" \t\r\n") if lines[:1] in (" ", "\t") else code


def _chosen(blocks: list[Fenced], language: str | None) -> str:
    """The block that holds the call: of the language by its info string, with a URL, and no install command."""
    return max(enumerate(blocks), key=lambda pair: (*_rank(pair[1], language), -pair[0]))[1].code


def _rank(block: Fenced, language: str | None) -> tuple[bool, bool, bool, bool]:
    tag = re.split(r"[\s,{:]", block.info.lstrip("{. "))[0]
    commands = [line for line in block.code.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    is_call = bool(commands) and not all(map(INSTALL.fullmatch, commands)) and not _is_answer(block.code, language)
    is_named = bool(language) and tag in TAGS[language or "curl"]
    is_other = bool(language) and not is_named and any(tag in tags for tags in TAGS.values())
    return is_call, not is_other, bool(URL.search(_MANIFEST.sub("", block.code))), is_named


def _is_answer(code: str, language: str | None) -> bool:
    """Whether a block shows an answer: JSON, XML or HTTP, and no program."""
    if language == "javascript" and URL.search(page_script(code) or ""):
        return False
    return bool(re.match(r"\s*(?:[\[{]\s*[\"\]}{\d]|HTTP/\d|<\?xml|<!DOCTYPE|<html)", code))
