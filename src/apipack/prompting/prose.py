"""Sentences before and after code that stands in no fence.

Lines go only where all of them read as sentences, and where none of them lies in a string of the code. Anything else
stays: a program that is cut wrongly would be read as another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from apipack.prompting.code_lines import is_program, plain_lines
from apipack.prompting.language_signs import COMMENTS, STARTS, TAGS, begins_program

INLINE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`\r\n]+)\1(?!`)")
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\([^()\n]{0,400}\)")
_WORD = r"(?:\*\*|__|[*_\"'“‘(])?[^\W\d_][\w'’/.-]*(?:\*\*|__|[*_\"'”’)])?"
_STRONG = re.compile(
    rf"(?:\*\*|__)?[A-Z](?:[^\W\d_A-Z]|['’])*(?:\*\*|__)?[,:]?(?:\*\*|__)?(?: {_WORD}[,:]?){{2,}}(?=[ .:!?]|$)"
)
_HEADING = re.compile(
    r"(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__)[:.]?$|#{1,6} [A-Z][^;{}=]*$|[A-Z][\w'’]*(?: [\w'’]+){0,5}(?:\*\*)?:(?:\*\*)?$"
)
_BOLD = re.compile(r"(?:\*\*|__)[A-Z][^*_\n]{0,60}(?:\*\*|__):? |(?:\*\*|__)[A-Z][^*_\n]{0,60}:(?:\*\*|__) ")
_LIST = re.compile(r"[ \t]*(?:[-*+•–]|\d{1,2}[.)]) +(?=\S)")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})$")
_CODE = re.compile(r"[;{}\\]$|^[<>|&@$/]|^--?[A-Za-z]|^#[\w!]|^\"{3}|[=(]$|\w\([^()]*\)$|::|->|=>|&&|\|\|")
_SIGN = re.compile(r"[=$;{}\\<>|\[\]]|\w\(|^\S+$")
_WORDS = re.compile(r"[^\W\d_][\w'’]+")
_KEYWORD = re.compile(
    r"(?:abort|alias|assert|async|await|begin|break|case|catch|cd|chmod|class|command|const|continue|cp|curl|declare|def"
    r"|default|del|do|done|echo|elif|else|end|ensure|env|eval|except|exec|exit|export|extends|fi|finally|for|from|func"
    r"|function|global|goto|guard|if|import|include|kill|lambda|let|local|match|mkdir|module|mv|namespace|new|nohup"
    r"|nonlocal|package|pass|print|printf|private|protected|public|puts|raise|read|readonly|redo|repeat|require|rescue|retry"
    r"|return|rm|select|set|shift|sleep|source|static|struct|sudo|switch|test|then|throw|time|touch|trap|try|type"
    r"|typedef|undef|unless|unset|until|use|using|var|void|wait|wget|when|while|with|yield)\b"
)
_COPIED = re.compile(r"(?:copy(?: code)?|edit|run|output|answer|code|(?:the )?api call):?$", re.IGNORECASE)
_EAST = re.compile(r"[。：！？]$")
_LABEL = re.compile(r"(?:\*\*)?[A-Z]\w*(?: \w+){0,3}(?:\*\*)?:(?:\*\*)? +(?=\S)")
_FUNCTION = re.compile(r"^[ \t]*(?:function[ \t]+)?(\w+)[ \t]*(?:\(\)|\{)", re.MULTILINE)
MOST_LINES = 40
"""Lines of a paragraph of sentences."""
_CALLS = re.compile(r"import |from |requests\.|httpx\.")
_NAMES = frozenset(tag for tags in TAGS.values() for tag in tags)


def without_prose(code: str, language: str) -> str:
    """Code without a fence, from its first line up to where sentences begin."""
    lines = code.split("\n")
    begin = _begin(lines, language)
    if not begin and not _may_end(lines):
        return code
    if is_program(code, language):
        return code
    if begin is None:
        if not all(_is_before(paragraph) for paragraph in _paragraphs(lines)):
            return code
        inline = [match[2].strip() for match in INLINE.finditer(code)]
        calls = [text for text in inline if re.search(r"https?://", text)]
        return next((text for text in calls if STARTS[language].match(text)), (calls or [code])[0])
    return _without_end(_unindented(lines[begin:], language), language)


def after_label(code: str, language: str) -> str:
    """Code whose first line begins with a label, as `Answer: curl …`, or with a list's mark, without it."""
    first, _, rest = code.partition("\n")
    if begins_program(code, language) or is_program(code, language):
        return code
    label, item = _LABEL.match(first), _LIST.match(first)
    for mark in filter(None, (label, item)):
        inner = first[mark.end() :]
        is_call = _is_start(inner, language) and (language != "python" or _CALLS.match(inner))
        if is_call and (mark is label or all(line[:1] in (" ", "\t", "\r", "") for line in rest.split("\n"))):
            return code[mark.end() :]
    return code


def _is_start(line: str, language: str) -> bool:
    """Whether a line begins a program, and is no comment and no sentence."""
    return bool(STARTS[language].match(line)) and not _STRONG.match(line)


def _begin(lines: list[str], language: str) -> int | None:
    """The line where code begins: 0 where nothing but code can be told, None where there is none behind sentences."""
    comment = COMMENTS[language]
    if _is_start(lines[0], language) or (comment.match(lines[0]) and lines[0][0] == "/"):
        return 0
    begin = next((number for number, line in enumerate(lines) if _is_start(line.lstrip(" \t"), language)), None)
    if begin is None:
        return None
    while begin and (not lines[begin - 1].strip() or comment.match(lines[begin - 1].lstrip())):
        begin -= 1
    head = lines[:begin]
    return begin if all(_is_before(paragraph) for paragraph in _paragraphs(head)) else 0


def _paragraphs(lines: Iterable[str]) -> list[list[str]]:
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line.rstrip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return [paragraph for paragraph in paragraphs if paragraph]


def _is_before(paragraph: list[str]) -> bool:
    """Whether a paragraph before code is sentences, headings or a list."""
    if all(_is_furniture(line) for line in paragraph):
        return True
    opens = _opens(paragraph[0]) or _LIST.match(paragraph[0]) or _ends(paragraph)
    return bool(opens) and all(
        _opens(line) or _is_furniture(line) or (_is_like_prose(line) and not _SIGN.search(_plain(line)))
        for line in paragraph
    )


def _is_furniture(line: str) -> bool:
    """Whether a line is a language's name or a button's text, as copied from a page, or a rule or heading."""
    text = line.strip()
    is_name = text.lower() in _NAMES and text.isascii()
    return bool(is_name or _COPIED.match(text) or _RULE.match(text) or _HEADING.match(text))


def _plain(line: str) -> str:
    return INLINE.sub("x", _LINK.sub(r"\1", line.strip()))


def _opens(line: str) -> bool:
    """Whether a line can only be the beginning of a sentence: no language has three bare words that begin so."""
    text = _plain(line)
    return bool(_STRONG.match(text) or _BOLD.match(text) or _EAST.search(text)) and not _CODE.search(text)


def _is_like_prose(line: str) -> bool:
    """Whether a line may stand in a paragraph of sentences."""
    text = _plain(_LIST.sub("", line))
    return bool(_WORDS.search(text) or _EAST.search(text)) and not _CODE.search(text) and not _KEYWORD.match(text)


def _ends(paragraph: list[str]) -> bool:
    """Whether a paragraph is a sentence by its end and its number of words."""
    text = _plain(" ".join(paragraph))
    mark = re.search(r"[^\s/.][.:!?](?:\*\*|__)?$", text)
    is_lower = text[:1].islower()
    if not mark or any(_CODE.search(_plain(line)) or _SIGN.search(_plain(line)) for line in paragraph[:-1]):
        return False
    if is_lower and (mark[0][1] in "?!" or _KEYWORD.match(text) or "://" in text):
        return False
    return len(_WORDS.findall(text)) >= 2 or not is_lower


def _unindented(lines: list[str], language: str) -> list[str]:
    """Lines of an indented block without their indentation, and without the sentences behind the block."""
    indent = re.match(r"[ \t]*", lines[0])
    if not indent or not indent[0]:
        return lines
    end = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith(indent[0])), None)
    behind = lines[end:] if end else []
    if all(_is_before(paragraph) for paragraph in _paragraphs(behind)):
        return [line[len(indent[0]) :] for line in lines[:end]]
    return lines if language == "python" else [lines[0].lstrip(" \t"), *lines[1:]]


def _may_end(lines: list[str]) -> bool:
    """Whether the last line may be one of a sentence."""
    last = next((line for line in reversed(lines) if line.strip()), "")
    return _is_like_prose(last) or _is_furniture(last)


def _without_end(lines: list[str], language: str) -> str:
    """Lines up to the first that begins sentences which go on to the end."""
    first = len(lines)
    while first > 1 and _is_behind(lines[first - 1], language):
        first -= 1
    ends = [number for number in range(first, len(lines)) if _begins_end(lines, number, language)]
    if ends:
        code = "\n".join(lines)
        plain = plain_lines(code, language)
        functions = _FUNCTION.findall(code) if language == "curl" else []
        for number in ends:
            if plain[number] and lines[number].split(" ")[0] not in functions:
                return "\n".join(lines[:number]).rstrip()
    return "\n".join(lines)


def _is_behind(line: str, language: str) -> bool:
    if not line.strip():
        return True
    is_code = _is_start(line.strip(), language)
    return not is_code and (_is_like_prose(line) or _is_furniture(line))


def _begins_end(lines: list[str], number: int, language: str) -> bool:
    """Whether sentences begin at a line: by its first words, or as a paragraph of its own."""
    line = lines[number].strip()
    if _opens(line):
        return True
    follows = any(map(str.strip, lines[number + 1 : number + 3]))
    if _HEADING.match(line) and follows and not COMMENTS[language].match(line):
        return True
    if lines[number - 1].strip() or not line:
        return False
    paragraph = list(takewhile(str.strip, lines[number : number + MOST_LINES]))
    return _ends(paragraph) or bool(_RULE.match(line) and follows)
