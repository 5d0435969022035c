"""A grammar of the calls that documentation allows, for decoding that cannot write another.

Method, URL, and the names of arguments are closed; each argument stands once at most, in the order in which it is
documented, and the required ones always; values are open but typed. There are grammars of our own form of cURL and of
Python (`languages.curl`, `languages.python`), and of calls of tools: in our own form (`toolbox.call_text`), or in that
of a model's chat template. A grammar over MAX_LENGTH is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from apipack.languages.curl import quoted
from apipack.languages.python import ENCODE, END, HEADERS, LITERALS, PAYLOAD, REQUEST, SCHEMES, START
from apipack.languages.wire import Unrepresentable
from apipack.models.chat import OWN_FORM, CallForm
from apipack.openapi.loading import SpecError
from apipack.operations.documentation import Documentation, required_members
from apipack.operations.forms import Node
from apipack.operations.tools import BODY, arguments_of, is_structured
from apipack.prompting.grammar_parts import Header, Parts, Quoting, json_of
from apipack.prompting.grammar_terms import Grammar, NoGrammar, joined, literal
from apipack.prompting.no_call import ASK, NO_CALL
from apipack.prompting.toolbox import Tool, Toolbox

MAX_LENGTH = 60_000
BREAK = " \\\n  "

_IN_QUERY = r"([!$()*+,.\/:;=?@A-Za-z0-9_~-]|%[0-9A-Fa-f]{2})"
_QUOTED = rf"'\\''{_IN_QUERY}+'\\''"
_WORDS = rf"({_IN_QUERY}|(%20|[(,=]){_QUOTED})"

SHELL = Quoting(
    escaped=lambda text: quoted(text)[1:-1],
    in_path=r"/([!$()*+,.:;=@A-Za-z0-9_~&-]|%[0-9A-Fa-f]{2})+/",
    in_query=rf"/({_QUOTED}{_WORDS}*|{_WORDS}+)/",
    in_header=r"/([^'\x00-\x1f\x7f]|'\\'')+/",
    in_json=r"""/([^"\\\x00-\x1f\x7f']|\\["\\\/bfnrt]|\\u[0-9a-fA-F]{4}|'\\'')*/""",
    in_body=r"/([^'\x00\r]|'\\'')+/",
)
"""Inside a shell's single quotes. A quote in a URL may be written `%27`; as itself it only stands around a word of the
query, since models that want to end their call write it without end."""
_URL = {
    "in_path": r"/([!$'()*+,.:;=@A-Za-z0-9_~&-]|%[0-9A-Fa-f]{2})+/",
    "in_query": r"/([!$'()*+,.\/:;=?@A-Za-z0-9_~-]|%[0-9A-Fa-f]{2})+/",
}
_POINT = r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}"
DOUBLE = Quoting(
    escaped=lambda text: LITERALS.quote(text, '"')[1:-1],
    **_URL,
    in_header=rf"""/([^"\\\x00-\x1f\x7f]|\\["\\]|{_POINT})+/""",
    in_json=rf"""/([^"\\\x00-\x1f\x7f]|\\\\(\\["\\]|[\/bfnrt]|u[0-9a-fA-F]{{4}})|{_POINT})*/""",
    in_body=rf"""/([^"\\\x00-\x1f\x7f]|\\["\\nrt]|{_POINT})+/""",
)
"""Inside Python's double quotes."""
SINGLE = Quoting(
    escaped=lambda text: LITERALS.quote(text, "'")[1:-1],
    **_URL,
    in_header=DOUBLE.in_header,
    in_json=rf"""/([^"'\\\x00-\x1f\x7f]|\\\\(["\/bfnrt]|\\\\|u[0-9a-fA-F]{{4}})|{_POINT})*/""",
    in_body=rf"""/([^'\\\x00-\x1f\x7f]|\\[\\nrt]|{_POINT})+/""",
)
"""Inside Python's single quotes, which a body has that holds double quotes and no single ones."""
PLAIN = Quoting(
    escaped=lambda text: text,
    **_URL,
    in_header="",
    in_json=r"""/([^"\\\x00-\x1f]|\\["\\\/bfnrt]|\\u[0-9a-fA-F]{4})*/""",
    in_body="",
)
"""JSON of its own."""


def call_grammar(documented: Sequence[Documentation], language: str, abstain: bool = False) -> str:
    """The grammar of the calls of any of these operations, abstain: and of what `abstention` writes instead. Raises
    `NoGrammar`."""
    if language not in _LANGUAGES:
        raise NoGrammar("language")
    grammar, write = Grammar(), _LANGUAGES[language]
    try:
        calls = [grammar.named(write(grammar, documentation)) for documentation in documented]
    except (SpecError, UnicodeError, Unrepresentable) as error:
        raise NoGrammar("unwritable") from error
    return _whole(grammar, calls, documented if abstain else ())


def tool_grammar(toolbox: Toolbox, abstain: bool = False, form: CallForm = OWN_FORM) -> str:
    """The grammar of the calls of these tools, with the arguments that are shown of each. form: of a call's text.
    Raises `NoGrammar`."""
    grammar = Grammar()
    calls = [grammar.named(_of_tool(grammar, tool, form)) for tool in toolbox.tools]
    return _whole(grammar, calls, [tool.documentation for tool in toolbox.tools] if abstain else (), form)


def _whole(grammar: Grammar, calls: list[str], abstaining: Sequence[Documentation], form: CallForm = OWN_FORM) -> str:
    before, after = (" ".join(f"<[{token}]>" for token in tokens) for tokens in (form.opening, form.closing))
    start = joined(before, "CALL", after)
    lines: list[str] = []
    if abstaining:
        said = [given for documentation in abstaining for _, given in arguments_of(documentation)]
        required = [given.name for given in said if given.required]  # no credentials: nobody asks for those
        required += [name for documentation in abstaining for name in required_members(documentation.body)]
        ways = [literal(NO_CALL), *(literal(f"{ASK}{name}") for name in dict.fromkeys(required))]
        if form.opening or form.closing:
            start += " | NONE"
            lines.append(f"NONE: {' | '.join(ways)}\n")
        else:
            calls += ways
    text = "".join([f"start: {start}\n", f"CALL: {' | '.join(calls)}\n", *lines, *grammar.lines])
    if len(text) > MAX_LENGTH:
        raise NoGrammar("too_large")
    return text


def _curl(grammar: Grammar, documentation: Documentation) -> str:
    parts = Parts(grammar, documentation, SHELL)
    method = documentation.method
    start = "curl --head" if method == "HEAD" else f"curl --request {method}"
    url = joined(parts.path(documentation.template), parts.query(brackets=False))  # curl takes them for a glob
    call = [literal(f"{start}{BREAK}--url '"), url, literal("'")]
    for name, value, required in parts.headers():
        line = joined(literal(f"{BREAK}--header '{SHELL.escaped(f'{name}: ')}"), value, literal("'"))
        call.append(line if required else f"({line})?")
    if documentation.body is not None:
        call += [literal(f"{BREAK}--data-raw '"), parts.body(documentation.body), literal("'")]
    return joined(*call)


def _python(grammar: Grammar, documentation: Documentation) -> str:
    parts = Parts(grammar, documentation, DOUBLE)
    scheme, _, rest = documentation.template.partition("://")
    host, slash, path = rest.partition("/")
    if "{" in host:
        raise NoGrammar("host_parameter")
    connection = next(name for name, of in SCHEMES.items() if of == scheme)
    payload = "" if documentation.body is None else _payload(grammar, documentation, documentation.body)
    start = joined(literal(START % {"connection": connection, "host": f'"{host}"'}), payload)
    target = joined(parts.path(f"/{path}"), parts.query(brackets=True))
    arguments = joined(literal(f'"{documentation.method}", "'), target, literal('"' + ", payload" * bool(payload)))
    before, after = REQUEST.split("%(arguments)s")
    headers = parts.headers()
    ways = []
    if headers:
        named = ", headers" if payload else ", headers=headers"
        ways.append(joined(_dict(grammar, headers), literal(before), arguments, literal(named)))
    if not any(header.required for header in headers):
        ways.append(joined(literal(before), arguments))
    return joined(start, f"({' | '.join(ways)})", literal(after + END))


def _payload(grammar: Grammar, documentation: Documentation, body: Node) -> str:
    """In either of Python's quotation marks, encoded or not."""
    before, after = PAYLOAD.split("%(payload)s")
    ways = [
        joined(literal(mark), Parts(grammar, documentation, quoting).body(body), literal(mark))
        for mark, quoting in (('"', DOUBLE), ("'", SINGLE))
    ]
    return joined(literal(before), f"({' | '.join(ways)})", f"({literal(ENCODE)})?", literal(after))


def _dict(grammar: Grammar, headers: Sequence[Header]) -> str:
    """One header stands on the line of the dict, several on lines of their own."""
    before, after = HEADERS.split("%(fields)s")
    fields = [
        (joined(literal(f'"{DOUBLE.escaped(name)}": "'), value, literal('"')), required)
        for name, value, required in headers
    ]
    needed = [field for field, required in fields if required]
    alone = needed if len(needed) == 1 else [] if needed else [field for field, _ in fields]
    ways = [joined(grammar.listed(fields, "\n    ", ",\n    "), literal("\n")), *alone]
    return joined(literal(before), f"({' | '.join(ways)})", literal(after))


def _of_tool(grammar: Grammar, tool: Tool, form: CallForm) -> str:
    quoting = replace(PLAIN, comma=form.comma, colon=form.colon)
    shown = tool.documentation.trimmed(tool.optional)
    kept = set(map(id, shown.parameters))
    items = [
        (joined(quoting.key(name), json_of(grammar, quoting, given.node, given.name)), given.required)
        for name, given in arguments_of(tool.documentation)
        if id(given) in kept
    ]
    if shown.body is not None:
        body = shown.body if is_structured(shown) else {"kind": "string"}
        items.append((joined(quoting.key(BODY), json_of(grammar, quoting, body, "")), True))
    start, between, end = form.around
    call = [literal(f"{start}{tool.name}{between}{{"), grammar.listed(items, "", form.comma), literal(f"}}{end}")]
    return joined(*call)


_LANGUAGES: dict[str, Callable[[Grammar, Documentation], str]] = {"curl": _curl, "python": _python}
