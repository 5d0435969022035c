"""A shell snippet: the words of its one curl command, with the variables, here-documents and pipes around it.

Commands that only print may stand beside it. What depends on the machine (unset variables, files, the time) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, parse, refuse, source
from apipack.languages.reading.shell_printing import PRINTING, printed_by
from apipack.languages.reading.shell_state import State
from apipack.languages.reading.shell_words import Value, Words
from apipack.languages.reading.values import MYSTERY, NOT_CONSTANT, Mystery
from apipack.languages.wire import Unreadable

SURE = ("echo", "printf", "set", "sleep", "true", "export")
"""Commands that do not fail."""

_ARRAY = re.compile(r'"\$\{([A-Za-z_]\w*)\[@\]\}"')
TURNS = 50


@dataclass
class Command:
    """Words of a command and what it reads from its standard input, None for the terminal."""

    words: list[str]
    stdin: str | None = None


@dataclass
class Shell:
    """What is set so far, and the curl commands that were run. doubt: how many conditions around nobody can decide."""

    state: State = field(default_factory=State)
    curls: list[Command] = field(default_factory=list)
    doubt: int = 0
    ends_on_failure: bool = False
    guarded: bool = False

    def __post_init__(self) -> None:
        self.words = Words(self.state.variables, self.apart)

    def run(self, node: Node, stdin: Value | None = None) -> Value | None:
        """Run a statement; what it prints, None where nobody needs it."""
        match node.type:
            case "comment":
                return None
            case "program":
                self.program(node)
                return None
            case "variable_assignment":
                self.assign(node)
                return None
            case "declaration_command":
                self.declare(node)
                return None
            case "command":
                return self.command(node, stdin)
            case "pipeline":
                return self.pipeline(named(node), stdin)
            case "redirected_statement":
                return self.redirected(node, stdin)
            case "list":
                return self.chain(node, stdin)
            case "compound_statement":
                return self.body(named(node), stdin)
            case "function_definition":
                self.state.functions[source(field_of(node, "name"))] = field_of(node, "body")
                return None
            case "case_statement":
                return self.case(node)
            case "if_statement":
                return self.condition(node)
            case "for_statement":
                return self.loop(node)
            case "test_command" | "negated_command":
                if node.type == "negated_command":
                    self.run(named(node)[0], stdin)
                return MYSTERY
        raise refuse(node)

    def program(self, node: Node) -> None:
        for child in node.children:
            if not child.is_named and child.type not in (";", "\n"):
                raise refuse(child)
            if child.is_named:
                self.run(child)

    def body(self, statements: Sequence[Node], stdin: Value | None) -> Value | None:
        if stdin is not None and len(statements) != 1:
            raise Unreadable("several commands that may read the same input")
        for statement in statements:
            self.run(statement, stdin)
        return MYSTERY

    def chain(self, node: Node, stdin: Value | None) -> Value | None:
        """Commands joined by && or ||: what only runs if another fails, or may fail, is in doubt."""
        left, right = named(node)
        printed = self.run(left, stdin)
        if _never_fails(left) and any(child.type == "&&" for child in node.children):
            return self.run(right)
        self.perhaps([right])
        return MYSTERY if printed is not None else None

    def condition(self, node: Node) -> Value | None:
        tests = node.children_by_field_name("condition")
        for test in tests:
            if test.is_named:
                self.run(test)
        conditions = {test.id for test in tests}
        branches = [child for child in named(node) if child.id not in conditions]
        is_taken = self.decided(tests[0]) if tests else None
        if is_taken is False and not any(child.type.endswith("_clause") for child in branches):
            return None
        self.perhaps(branches)
        return MYSTERY

    def loop(self, node: Node) -> Value | None:
        """A for loop over words; where they are not known, nothing in it may send."""
        name, body = source(field_of(node, "variable")), named(field_of(node, "body"))
        words = [self.words.word(word) for word in node.children_by_field_name("value")]
        if not words or any(isinstance(word, Mystery) for word in words):
            self.state.variables[name] = MYSTERY
            self.perhaps(body)
            return MYSTERY
        if len(words) > TURNS:
            raise Unreadable("a loop over what is no small list")
        for word in words:
            self.state.variables[name] = word
            self.body(body, None)
        return MYSTERY

    def case(self, node: Node) -> Value | None:
        """The item that the value matches; where that is not known, all are in doubt."""
        value = self.words.word(field_of(node, "value"), quoted=True)
        items = [child for child in named(node) if child.type == "case_item"]
        for item in items:
            patterns = item.children_by_field_name("value")
            body = [child for child in named(item) if child not in patterns]
            texts = [source(pattern).strip("\"'") for pattern in patterns]
            if any(child.type in (";&", ";;&") for child in item.children):
                raise refuse(item)
            if isinstance(value, Mystery) or any(text != "*" and re.search(r"[*?\[$]", text) for text in texts):
                self.perhaps(
                    [part for one in items for part in named(one) if part not in one.children_by_field_name("value")]
                )
                return MYSTERY
            if value in texts or any(source(pattern) == "*" for pattern in patterns):
                for statement in body:
                    self.run(statement)
                return MYSTERY
        return None

    def decided(self, test: Node) -> bool | None:
        """Whether `[ -z TEXT ]` or `[ -n TEXT ]` holds, None where that is not known."""
        inner = named(test)
        if test.type != "test_command" or len(inner) != 1 or inner[0].type != "unary_expression":
            return None
        operator, operand = named(inner[0])
        value = self.words.word(operand, quoted=True)
        if source(operator) not in ("-z", "-n") or not isinstance(value, str):
            return None
        return (value == "") == (source(operator) == "-z")

    def perhaps(self, statements: Sequence[Node]) -> None:
        """Statements of which nobody knows whether they run: they send nothing, and what they set is not known."""
        variables, count = dict(self.state.variables), len(self.curls)
        self.doubt += 1
        for statement in statements:
            if statement.type.endswith("_clause"):
                self.perhaps(named(statement))
            else:
                self.run(statement)
        self.doubt -= 1
        if len(self.curls) != count:
            raise Unreadable("it is not certain that the request is sent")
        for name, value in self.state.variables.items():
            if variables.get(name) != value:
                self.state.variables[name] = MYSTERY

    def assign(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or name.type != "variable_name" or source(name) == "IFS":
            raise refuse(node)
        adds = any(child.type == "+=" for child in node.children)
        if value is not None and value.type == "array":
            if self.doubt:
                raise Unreadable("an array that may be another")
            members = [self.words.word(child) for child in named(value)]
            self.state.arrays[source(name)] = (self.state.arrays.get(source(name), []) if adds else []) + members
            return
        given: Value = "" if value is None else self.words.word(value, quoted=True)
        if adds:
            before = self.state.variables.get(source(name), MYSTERY)
            given = MYSTERY if isinstance(before, Mystery) or isinstance(given, Mystery) else before + given
        self.state.variables[source(name)] = given

    def declare(self, node: Node) -> None:
        for child in node.children:
            if child.type == "variable_assignment":
                if self.state.hidden and any(part.type == "array" for part in named(child)):
                    raise refuse(child)
                if self.state.hidden and source(node.children[0]) in ("local", "declare"):
                    self.state.hide(source(field_of(child, "name")))
                self.assign(child)
            elif child.type not in ("export", "declare", "local", "readonly", "variable_name"):
                raise refuse(child)
        if source(node.children[0]) != "export" and any(child.type == "variable_name" for child in node.children):
            raise refuse(node)  # its value is that of no outer variable

    def redirected(self, node: Node, stdin: Value | None) -> Value | None:
        body = node.child_by_field_name("body")
        after: list[Node] = []
        diverted = False
        for redirect in node.children_by_field_name("redirect"):
            if redirect.type == "heredoc_redirect":
                stdin, after = self.here_document(redirect)
            elif redirect.type == "herestring_redirect":
                stdin = self.here_string(redirect)
            else:
                diverted |= self.output(redirect)
        if body is None:
            raise refuse(node)
        printed = self.pipeline([body, *after], stdin)
        return "" if diverted else printed

    def output(self, redirect: Node) -> bool:
        """Whether a redirection takes what a command prints elsewhere."""
        if redirect.type != "file_redirect" or any(child.type in ("<", "<&") for child in redirect.children):
            raise refuse(redirect)
        descriptor = redirect.child_by_field_name("descriptor")
        return descriptor is None or source(descriptor) == "1"

    def here_document(self, node: Node) -> tuple[Value, list[Node]]:
        """The text of a here-document, and the commands that the line pipes into."""
        start, body, after = "", "", []
        strip = any(child.type == "<<-" for child in node.children)
        text: Value = ""
        for child in node.children:
            if child.type == "heredoc_start":
                start = source(child)
            elif child.type == "heredoc_body":
                body = source(child)
                text = body if re.search("['\"\\\\]", start) else self.words.expanded(child, heredoc=True)
            elif child.type == "pipeline":
                after = list(named(child))
            elif child.type == "file_redirect":
                self.output(child)
            elif child.type == "command" and source(child) in ("true", ":"):
                self.guarded = True
            elif child.is_named and child.type != "heredoc_end":
                raise refuse(child)
        if strip and isinstance(text, str):
            text = re.sub(r"^\t+", "", text, flags=re.MULTILINE)
        return text, after

    def here_string(self, node: Node) -> Value:
        (value,) = named(node)
        text = self.words.word(value, quoted=True)
        return text if isinstance(text, Mystery) else text + "\n"

    def pipeline(self, commands: Sequence[Node], stdin: Value | None) -> Value | None:
        if len(commands) == 1:
            return self.run(commands[0], stdin)
        text = stdin
        for command in commands:
            text = self.apart(command, text)
        return text

    def apart(self, node: Node, stdin: Value | None = None) -> Value | None:
        with self.state.apart():
            return self.run(node, stdin)

    def command(self, node: Node, stdin: Value | None) -> Value | None:
        words: list[Value] = []
        diverted = False
        for child in node.children:
            if child.type == "command_name":
                words.append(self.words.word(child.named_children[0]))
            elif child.type == "herestring_redirect":
                stdin = self.here_string(child)
            elif child.type == "file_redirect":
                diverted |= self.output(child)
            elif child.type in ("variable_assignment", "heredoc_redirect") or not child.is_named:
                raise refuse(child)
            elif child.type == "string" and (array := _ARRAY.fullmatch(source(child))):
                if array[1] not in self.state.arrays:
                    raise Unreadable(NOT_CONSTANT)
                words += self.state.arrays[array[1]]
            elif child.type != "comment":
                words.append(self.words.word(child))
        if any(isinstance(word, Mystery) for word in words):
            if words[0] in PRINTING:
                return MYSTERY
            raise Unreadable(NOT_CONSTANT)
        printed = self.execute([word for word in words if isinstance(word, str)], stdin)
        return "" if diverted else printed

    def execute(self, words: list[str], stdin: Value | None) -> Value | None:
        name, *given = words
        if name in ("time", "command") and given and not given[0].startswith("-"):
            return self.execute(given, stdin)
        if name == "set":
            self.ends_on_failure |= any(re.match("-[a-z]*e", word) for word in given)
        if name == "read":
            return self.read(given, stdin)
        if name in self.state.functions:
            with self.state.call(given):
                return self.run(self.state.functions[name], stdin)
        if name in ("exit", "return") and (self.curls or self.doubt):
            if not self.curls:
                raise Unreadable("it is not certain that the request is sent")
            return None
        if name == "curl":
            if isinstance(stdin, Mystery):
                raise Unreadable(NOT_CONSTANT)
            self.curls.append(Command(given, stdin))
            return MYSTERY
        return printed_by(words, stdin)

    def read(self, given: list[str], stdin: Value | None) -> Value | None:
        """read of all its input, or of a line, into one variable. At the end of the input it fails."""
        *options, name = given
        is_whole = "".join(options) in ("-r-d", "-d-r", "-rd")
        if stdin is None or not (is_whole or options == ["-r"]) or not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise Unreadable("a read that is not known here")
        if is_whole and self.ends_on_failure and not self.guarded:
            raise Unreadable("a read at whose end the script ends")
        if isinstance(stdin, str):
            self.state.variables[name] = (stdin if is_whole else stdin.partition("\n")[0]).strip(" \t\n")
        else:
            self.state.variables[name] = MYSTERY
        return None


def _never_fails(node: Node) -> bool:
    if node.type == "list":
        return all(map(_never_fails, named(node)))
    if node.type == "command":
        return source(node).split()[0] in SURE
    return node.type in ("variable_assignment", "declaration_command")


def curl_command(code: str) -> Command:
    """The one curl command of a snippet; raises Unreadable where there is another number of them."""
    if "\0" in code:
        raise Unreadable("NUL in a shell command")
    shell = Shell()
    shell.run(parse("shell", code.replace("\\\r\n", "\\\n").strip(" \t\r\n") + "\n"))
    if len(shell.curls) != 1:
        raise Unreadable(f"{len(shell.curls)} curl commands")
    return shell.curls[0]
