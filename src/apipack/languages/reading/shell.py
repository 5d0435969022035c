"""A shell snippet: the words of its one curl command, with the variables, here-documents and pipes around it.

Commands that only print may stand beside it. What depends on the machine (unset variables, files, the time) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tree_sitter import Node

from apipack.languages.reading.answers import GOOD, SentTwice
from apipack.languages.reading.grammar import field as field_of
from apipack.languages.reading.grammar import named, parse, refuse, source
from apipack.languages.reading.sending import drawn
from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.shell_filling import declare, printed_into, read_into
from apipack.languages.reading.shell_flow import case, chain, condition, counted, holds
from apipack.languages.reading.shell_httpie import COMMANDS
from apipack.languages.reading.shell_httpie import as_curl as httpie
from apipack.languages.reading.shell_loops import JUMPS, Left, called, counted_loop, each, jump, loop
from apipack.languages.reading.shell_printing import (
    KEEPING,
    PRINTING,
    is_quiet,
    is_status_alone,
    printed_by,
    without_outputs,
)
from apipack.languages.reading.shell_redirections import here_string, kept, output, redirected
from apipack.languages.reading.shell_state import State
from apipack.languages.reading.shell_wget import as_curl
from apipack.languages.reading.shell_words import Words, lost
from apipack.languages.reading.values import MYSTERY, NOT_CONSTANT, Mystery
from apipack.languages.wire import Unreadable

_ARRAY = re.compile(r'"\$\{([A-Za-z_]\w*)\[@\]\}"')
STEPS, MEMBERS = 20_000, 10_000
SETTINGS = ("errexit", "nounset", "pipefail", "xtrace", "noglob", "errtrace")
_ARGUMENTS = re.compile(r'"\$(?:@|\{@(?::([1-9]))?\})"')


@dataclass
class Command:
    """Words of a command and what it reads from its standard input, None for the terminal. files: what the snippet
    wrote into files by their names."""

    words: list[str]
    stdin: str | None = None
    files: dict[str, Value] = field(default_factory=dict)


@dataclass
class Shell:
    """What is set so far, and the curl commands that were run. doubt: how many conditions around nobody can decide.
    jumps: those that may have been taken. loops: how many are around in the same function. answered: curl is answered
    well."""

    state: State = field(default_factory=State)
    curls: list[Command] = field(default_factory=list)
    answered: bool = False
    doubt: int = 0
    jumps: set[str] = field(default_factory=set)
    loops: int = 0
    ends_on_failure: bool = False
    guarded: bool = False
    made: int = 0
    steps: int = 0
    dropped: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = Words(self.state.variables, self.apart, "0" if self.answered else MYSTERY)

    def run(self, node: Node, stdin: Value | None = None) -> Value | None:
        """Run a statement; what it prints, None where nobody needs it."""
        self.steps += 1
        if self.steps > STEPS:
            raise Unreadable("the script is too long")
        match node.type:
            case "comment":
                return None
            case "program":
                self.program(node)
                return None
            case "variable_assignment" | "variable_assignments":
                for assignment in [node] if node.type == "variable_assignment" else named(node):
                    self.assign(assignment)
                return None
            case "declaration_command":
                declare(self, node)
                return None
            case "command":
                return self.command(node, stdin)
            case "pipeline":
                return self.pipeline(named(node), stdin)
            case "redirected_statement":
                return redirected(self, node, stdin)
            case "list":
                return chain(self, node, stdin)
            case "compound_statement" if node.children[0].type == "((":
                counted(self, node)
                return None
            case "compound_statement":
                return self.body(named(node), stdin)
            case "function_definition":
                if self.doubt:
                    raise Unreadable("a function that may be another")
                self.state.functions[source(field_of(node, "name"))] = field_of(node, "body")
                return None
            case "case_statement":
                return case(self, node)
            case "if_statement":
                return condition(self, node)
            case "for_statement":
                return each(self, node)
            case "while_statement":
                return loop(self, node)
            case "c_style_for_statement":
                return counted_loop(self, node)
            case "test_command":
                holds(self, node)
                return MYSTERY
            case "negated_command":
                self.run(named(node)[0], stdin)
                return MYSTERY
        raise refuse(node)

    def program(self, node: Node) -> None:
        for child in node.children:
            if not child.is_named and child.type not in (";", "\n"):
                raise refuse(child)
        try:
            self.body(named(node), None)
        except Left as left:
            if left.kind != "exit":
                raise Unreadable("a return of no function") from None

    def body(self, statements: Sequence[Node], stdin: Value | None) -> Value | None:
        if stdin is not None and len(statements) != 1:
            raise Unreadable("several commands that may read the same input")
        printed: list[Value] = []
        for index, statement in enumerate(statements):
            text = self.run(statement, stdin)
            printed += [] if text is None else [text]
            if self.jumps and statements[index + 1 :]:
                self.perhaps(statements[index + 1 :])
                printed.append(MYSTERY)
                break
        if any(isinstance(text, Mystery) for text in printed):
            return MYSTERY
        return "".join(text for text in printed if isinstance(text, str))

    def perhaps(self, statements: Sequence[Node]) -> None:
        """Statements of which nobody knows whether they run."""
        with self.in_doubt():
            for statement in statements:
                if statement.type.endswith("_clause"):
                    self.perhaps(named(statement))
                else:
                    self.run(statement)

    @contextmanager
    def in_doubt(self) -> Iterator[None]:
        """What runs here sends nothing but what was sent, and what it sets is not known."""
        variables = dict(self.state.variables)
        self.doubt += 1
        yield
        self.doubt -= 1
        for name, value in self.state.variables.items():
            if variables.get(name) != value:
                self.state.variables[name] = MYSTERY

    def assign(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and name.type == "subscript" and value is not None:
            self.words.member(name, self.words.word(value, quoted=True))
            return
        if name is None or name.type != "variable_name":
            raise refuse(node)
        adds = any(child.type == "+=" for child in node.children)
        if value is not None and value.type == "array":
            if self.doubt:
                raise Unreadable("an array that may be another")
            members = [word for child in named(value) for word in self.several(child)]
            if len(members) > MEMBERS:
                raise Unreadable("an array too long")
            self.state.arrays[source(name)] = (self.state.arrays.get(source(name), []) if adds else []) + members
            return
        given: Value = "" if value is None else self.words.word(value, quoted=True)
        if adds:
            before = self.state.variables.get(source(name), MYSTERY)
            given = MYSTERY if isinstance(before, Mystery) or isinstance(given, Mystery) else before + given
        self.state.variables[source(name)] = given

    def pipeline(self, commands: Sequence[Node], stdin: Value | None) -> Value | None:
        if len(commands) == 1:
            return self.run(commands[0], stdin)
        text = stdin
        for command in commands:
            text = self.apart(command, text)
        return text

    def apart(self, node: Node, stdin: Value | None = None) -> Value | None:
        jumps, loops, self.loops = set(self.jumps), self.loops, 0
        with self.state.apart():
            try:
                printed = self.run(node, stdin)
            except Left:
                printed = MYSTERY
        self.jumps, self.loops = jumps, loops
        return printed

    def command(self, node: Node, stdin: Value | None) -> Value | None:
        words: list[Value] = []
        diverted: list[Value] = []
        is_open = False
        if lost(node):
            raise Unreadable("words that the grammar drops")
        for child in node.children:
            if child.type == "command_name":
                words += self.several(child.named_children[0])
            elif child.type == "herestring_redirect":
                stdin = here_string(self, child)
            elif child.type == "file_redirect":
                diverted += output(self, child)
            elif child.type in ("variable_assignment", "heredoc_redirect") or not child.is_named:
                raise refuse(child)
            elif child.type == "string" and source(child) == '"$@"' and "#" not in self.state.variables:
                is_open = True
            elif child.type != "comment":
                words += self.several(child)
        words += [self.dropped.pop(node.id)] if node.id in self.dropped else []
        if words[:1] == ["curl"]:
            words = without_outputs(words)
        if any(isinstance(word, Mystery) for word in words):
            if words[0] in PRINTING:
                return MYSTERY
            if words[0] in ("exit", "return"):
                return self.execute([words[0], "1"], stdin)
            if isinstance(words[0], str) and words[0] in self.state.functions:
                return kept(self, diverted, self.function(words[0], words[1:], stdin))
            raise Unreadable(NOT_CONSTANT)
        known = [word for word in words if isinstance(word, str)]
        if is_open and (len(known) != 1 or known[0] not in self.state.functions):
            raise Unreadable(NOT_CONSTANT)
        return kept(self, diverted, self.execute(known, stdin, is_open))

    def several(self, node: Node) -> list[Value]:
        """The words that one becomes: several where it stands for an array or for arguments."""
        if node.type == "string" and (array := _ARRAY.fullmatch(source(node))):
            if array[1] not in self.state.arrays:
                raise Unreadable(NOT_CONSTANT)
            return self.state.arrays[array[1]]
        if node.type == "string" and (array := _ARGUMENTS.fullmatch(source(node))):
            return self.state.arguments()[int(array[1] or 1) - 1 :]
        return [self.words.word(node)]

    def execute(self, words: list[str], stdin: Value | None, is_open: bool = False) -> Value | None:
        """Run a command. is_open: a function is given the arguments of the script, which nobody knows."""
        name, *given = words
        if name in ("time", "command") and given and not given[0].startswith("-"):
            return self.execute(given, stdin)
        if name not in KEEPING:
            self.state.files.clear()
        if name == "rm":
            for file in given:
                self.state.files.pop(file, None)
        if name == "set":
            self.ends_on_failure |= any(re.match("-[a-z]*e", word) for word in given) or "errexit" in given
            self.words.is_strict |= any(re.match("-[a-z]*u", word) for word in given) or "nounset" in given
            if any(re.match(r"\+[a-z]*u", word) for word in given) or ("+o" in given and "nounset" in given):
                self.words.is_strict = False
            if any(word == "--" or word[:1] not in "-+" for word in given if word not in SETTINGS):
                raise Unreadable("arguments that are set")
        if name == "trap" and is_quiet(given, {key: source(body) for key, body in self.state.functions.items()}):
            return ""
        if name == "printf" and given[:1] == ["-v"] and len(given) > 2:
            printed_into(self, given[1], given[2:])
            return None
        if name == "mktemp" and not given:
            self.made += 1
            return f"{drawn(self.made)}\n"
        if name == "shift" and re.fullmatch("[1-9]?", "".join(given)):
            if self.doubt:
                raise Unreadable("arguments that may be shifted")
            self.state.shift(int("".join(given) or 1))
            return None
        if name == ":":
            return ""
        if name == "command" and given[:1] == ["-v"]:
            return MYSTERY
        if name == "read":
            return read_into(self, given, stdin)
        if name in self.state.functions:
            return self.function(name, None if is_open else given, stdin)
        if name in JUMPS and (self.curls or self.doubt or name != "exit"):
            jump(self, name, given)
            return None
        if name == "wget":
            name, given, stdin = "curl", as_curl(given), None
        if name in COMMANDS:
            name, given, stdin = "curl", httpie(name, given, stdin), None
        if name == "curl":
            if isinstance(stdin, Mystery):
                raise Unreadable(NOT_CONSTANT)
            self.send(Command(given, stdin, dict(self.state.files)))
            return str(GOOD) if self.answered and is_status_alone(given) else MYSTERY
        return printed_by(words, stdin)

    def function(self, name: str, given: Sequence[Value] | None, stdin: Value | None) -> Value | None:
        """A call of a function of the snippet, None for arguments that nobody knows."""
        with self.state.call(given):
            return called(self, self.state.functions[name], stdin)

    def send(self, command: Command) -> None:
        """Note a curl command: one is certain, and others may come behind it in doubt."""
        if self.doubt and not self.curls:
            raise Unreadable("it is not certain that the request is sent")
        if not self.doubt and self.curls:
            raise SentTwice("more than one curl command")
        self.curls.append(command)


def curl_commands(code: str) -> list[Command]:
    """The curl command of a snippet, and those that it may run behind it; raises Unreadable where none is certain."""
    if "\0" in code:
        raise Unreadable("NUL in a shell command")
    script = parse("shell", code.replace("\\\r\n", "\\\n").strip(" \t\r\n") + "\n")
    shell = Shell()
    shell.run(script)
    if not shell.curls:
        raise Unreadable("no curl command")
    if len(shell.curls) > 1:
        try:
            Shell(answered=True).run(script)
        except SentTwice:
            raise
        except Unreadable:
            pass
    return shell.curls
