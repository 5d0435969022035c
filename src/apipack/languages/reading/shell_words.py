"""A word of the shell after its expansions: variables, substitutions, quotes and escapes."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping

from tree_sitter import Node

from apipack.languages.environment import STAND_IN, holds_credential
from apipack.languages.reading.grammar import field, named, refuse, source
from apipack.languages.reading.shell_expansions import CASED, CUT, PART, Value, calculated, cased, cut, part
from apipack.languages.reading.values import AMBIENT, MYSTERY, Mystery
from apipack.languages.wire import Unreadable

_REPLACED = re.compile(
    r"(?P<name>[A-Za-z_]\w*|[1-9])/(?P<all>/?)(?P<old>(?:\\/|[\w &+:,;=-])+)/(?P<new>[\w%+ -]*)", re.ASCII
)
_ESCAPES = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ANSI = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_SPLITS = re.compile(r"[\s*?\[\]]|\A\Z")
_PLAINLY = re.compile(rb"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*|[1-9]))", re.ASCII)
"""A variable, which the grammar takes for text where it begins an indented line of a here-document."""
_DEFAULTED = re.compile(r"(?P<name>[A-Za-z_]\w*|[1-9])(?P<operator>:?[-=+])", re.ASCII)
_DEFAULT = re.compile(r"[^\s$`\"'\\{}*?\[\]~]*")
_SET = (
    "BASH BASHPID BASH_SOURCE BASH_VERSION COLUMNS EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HOSTTYPE IFS "
    "LINENO LINES MACHTYPE OPTARG OPTIND OSTYPE PIPESTATUS PPID PS4 RANDOM REPLY SECONDS SHELLOPTS SRANDOM UID"
)
_OF_BASH = frozenset(_SET.split())
"""Variables that the shell itself sets."""
LONGEST = 1_000_000
_ASCII_LIMIT = 0x80


class Words:
    """variables: those that are set so far. run: what a command prints, which a substitution is given. status: that of
    the last command. is_strict: a variable that is not set ends the script."""

    is_strict = False

    def __init__(
        self, variables: MutableMapping[str, Value], run: Callable[[Node], Value | None], status: Value = MYSTERY
    ) -> None:
        self.variables, self.run, self.status = variables, run, status

    def word(self, node: Node, quoted: bool = False) -> Value:
        """A word after the shell's expansions. quoted: no splitting, as in an assignment."""
        value = self._word(node, quoted)
        if isinstance(value, str) and len(value) > LONGEST:
            raise Unreadable("a text too long")
        return value

    def _word(self, node: Node, quoted: bool) -> Value:
        match node.type:
            case "word" | "number":
                return _bare(node)
            case "raw_string":
                return source(node)[1:-1]
            case "ansi_c_string":
                return _ansi(source(node)[2:-1])
            case "string":
                return self.expanded(node)
            case "arithmetic_expansion":
                return self.arithmetic(node)
            case "concatenation":
                parts = [self.word(part, quoted) for part in node.children]
                if any(isinstance(part, Mystery) for part in parts):
                    return MYSTERY
                return "".join(part for part in parts if isinstance(part, str))
            case "simple_expansion" | "expansion" | "command_substitution":
                value = self.expansion(node)
                if isinstance(value, str) and not quoted and _SPLITS.search(value):
                    raise Unreadable("an unquoted variable that the shell splits")
                return value
        raise refuse(node)

    def expanded(self, node: Node, heredoc: bool = False) -> Value:
        """Text between double quotes, or of a here-document, with its variables."""
        raw = node.text or b""
        start, raw = (0, raw) if heredoc else (1, raw[:-1])
        inner = {_begin(child) - node.start_byte: child for child in named(node) if child.type.endswith("n")}
        parts: list[Value] = []
        position = plain = start
        while position < len(raw):
            mark = raw[position : position + 1]
            after = raw[position + 1 : position + 2]
            if mark == b"\\" and after and after in (b"\\$`\n" if heredoc else b'\\$`\n"'):
                parts += [raw[plain:position].decode(), "" if after == b"\n" else after.decode()]
                position += 2
                plain = position
            elif mark == b"\\":
                position += 2
            elif mark in (b"$", b"`") and position in inner:
                parts += [raw[plain:position].decode(), self.expansion(inner[position])]
                position = plain = inner[position].end_byte - node.start_byte
            elif heredoc and (plainly := _PLAINLY.match(raw, position)):
                name = (plainly[1] or plainly[2]).decode()
                parts += [raw[plain:position].decode(), self.plain(name)]
                position = plain = plainly.end()
            elif mark == b"`" or (mark == b"$" and re.match(rb"[A-Za-z_0-9{(@*#?!$-]", after)):
                raise refuse(node)
            else:
                position += 1
        parts.append(raw[plain:].decode())
        if any(isinstance(part, Mystery) for part in parts):
            return MYSTERY
        return "".join(part for part in parts if isinstance(part, str))

    def arithmetic(self, node: Node) -> Value:
        """What an arithmetic expansion counts; one that assigns may be another's, and is refused."""
        text = source(node).lstrip()[3:-2].strip()
        if re.search(r"(?<![=!<>])=(?!=)|\+\+|--", text) or len(named(node)) != 1:
            raise refuse(node)
        try:
            number = calculated(named(node)[0], self.variables)
        except Unreadable:
            return MYSTERY
        return MYSTERY if number is None else str(number)

    def expansion(self, node: Node) -> Value:
        if node.type == "arithmetic_expansion":
            return self.arithmetic(node)
        if node.type == "command_substitution":
            if len(named(node)) != 1 or (source(node).startswith("`") and "\\" in source(node)):
                raise refuse(node)
            value = self.run(named(node)[0])
            return value.rstrip("\n") if isinstance(value, str) else MYSTERY
        inner = named(node)
        if node.type == "expansion" and [part.type for part in inner] == ["subscript"]:
            if source(node).lstrip() != f"${{{source(inner[0])}}}":
                raise refuse(node)
            return self.member(inner[0])
        name = source(node).lstrip().removeprefix("$").removeprefix("{").removesuffix("}")
        if name == "*" and "#" in self.variables and "IFS" not in self.variables:
            given = [self.variables[str(place)] for place in range(1, int(str(self.variables["#"])) + 1)]
            return MYSTERY if any(isinstance(word, Mystery) for word in given) else " ".join(map(str, given))
        if name == "?":
            return self.status
        if name in ("!", "$", "0", "*", "@"):
            return MYSTERY
        if replaced := _REPLACED.fullmatch(name):
            value = self.variables.get(replaced["name"], self.absent(replaced["name"]))
            count = -1 if replaced["all"] else 1
            return (
                value
                if isinstance(value, Mystery)
                else value.replace(replaced["old"].replace("\\", ""), replaced["new"], count)
            )
        name = re.sub(r":?\?.*", "", name, flags=re.DOTALL)
        if default := _DEFAULTED.match(name):
            return self.defaulted(node, default["name"], default["operator"], name[default.end() :])
        if re.match("[A-Za-z_1-9][A-Za-z_0-9]*(?::[0-9]|[#%^,])", name) and "$(" not in name and "`" not in name:
            return self.changed(name)
        if length := re.fullmatch(r"#([A-Za-z_]\w*)", name, re.ASCII):
            value = self.variables.get(length[1], MYSTERY)
            return str(len(value)) if isinstance(value, str) and value.isascii() else MYSTERY
        if not re.fullmatch("[A-Za-z_][A-Za-z_0-9]*|[1-9]|#", name):
            raise refuse(node)
        return self.plain(name)

    def plain(self, name: str) -> Value:
        """A variable as it is."""
        if name in self.variables:
            return self.variables[name]
        is_set = name == "#" or holds_credential(name) or name in AMBIENT or name in _OF_BASH
        if self.is_strict and not is_set:
            raise Unreadable(f"{name} is not set")
        return self.absent(name)

    def changed(self, name: str) -> Value:
        """A variable of which a part is cut off, taken, or written in another case."""
        found = CUT.fullmatch(name) or PART.fullmatch(name) or CASED.fullmatch(name)
        value = MYSTERY if found is None else self.variables.get(found["name"], self.absent(found["name"]))
        if found is None or isinstance(value, Mystery) or re.search(r"[$`\\]", name):
            return MYSTERY
        if found.re is CUT:
            return cut(value, found["operator"], found["pattern"])
        return part(value, found["start"], found["length"]) if found.re is PART else cased(value, found["operator"])

    def declare(self, name: str) -> None:
        """An array whose keys are texts, still empty."""
        self.variables[f"{name}[]"] = ""

    def member(self, node: Node, value: Value | None = None) -> Value:
        """A member of an array by its key, which value sets."""
        name, key = source(field(node, "name")), self.word(field(node, "index"), quoted=True)
        if f"{name}[]" not in self.variables or isinstance(key, Mystery) or not re.fullmatch(r"[A-Za-z_][\w -]*", key):
            raise refuse(node)
        if value is not None:
            self.variables[f"{name}[{key}]"] = value
        return self.variables.get(f"{name}[{key}]", MYSTERY)

    def absent(self, name: str) -> Value:
        """What a name is that nothing set: an argument that a function was not given is empty, and a credential is the
        environment's."""
        if holds_credential(name):
            return STAND_IN
        return "" if name.isdecimal() and "#" in self.variables else MYSTERY

    def defaulted(self, node: Node, name: str, operator: str, default: str) -> Value:
        """${name:-default} and the others of its kind; := sets the variable as well."""
        is_colon = operator.startswith(":")
        is_set = name in self.variables or holds_credential(name)
        value = self.variables.get(name, self.absent(name) if is_colon or is_set else MYSTERY)
        is_ambient = name in AMBIENT
        if operator.endswith("+"):
            if isinstance(value, Mystery):
                return MYSTERY
            if not value and is_colon:
                return ""
        elif is_set and (value != "" or not is_colon):
            return value
        inner = (named(node) or [node])[-1]
        given: Value = MYSTERY
        if not is_ambient and _DEFAULT.fullmatch(default):
            given = default
        elif not is_ambient and source(inner) == default and inner.type in ("string", "simple_expansion", "expansion"):
            given = self.word(inner, quoted=True)
        if operator.endswith("="):
            if name.isdecimal():
                raise refuse(node)
            self.variables[name] = given
        return given


def _begin(node: Node) -> int:
    """Where an expansion begins: between double quotes the grammar takes the blanks before it for a part of it."""
    text = node.text or b""
    return node.start_byte + len(text) - len(text.lstrip())


def lost(node: Node) -> list[str]:
    """What stands between the children of a node and in none of them: the grammar drops a lone dash before a
    here-document."""
    text, start = node.text or b"", node.start_byte
    ends = [child.end_byte - start for child in node.children]
    starts = [child.start_byte - start for child in node.children]
    gaps = [text[end:begin].decode() for end, begin in zip(ends, starts[1:], strict=False)]
    return [gap for between in gaps if (gap := re.sub(r"\\\r?\n", "", between).strip())]


def _bare(node: Node) -> str:
    text = source(node)
    plain = re.sub(r"\\.", "", text, flags=re.DOTALL)
    if re.search(r"[*\[\]{}`$]|\A~", plain):
        raise Unreadable(f"the shell may read {text[:40]!r} in another way")
    return re.sub(r"\\(.)", lambda match: "" if match[1] == "\n" else match[1], text, flags=re.DOTALL)


def _ansi(text: str) -> str:
    def meaning(escape: re.Match[str]) -> str:
        two, four, eight, octal, simple = escape.groups()
        if simple is not None:
            if simple in "cx":
                raise Unreadable(f"the escape {escape[0]}")
            return _ESCAPES.get(simple, simple if simple in "\\'\"?" else escape[0])
        code = int(two or four or eight or octal, 8 if octal else 16)
        if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000 or (code >= _ASCII_LIMIT and not (four or eight)):
            raise Unreadable(f"the escape {escape[0]}")
        return chr(code)

    return _ANSI.sub(meaning, text)
