"""The grammar of what documentation allows: the reference is in it, an invented endpoint or argument is not."""

import json
from dataclasses import replace
from typing import Any

import pytest
from llguidance import LLMatcher, LLTokenizer

from apipack.languages.codec import render
from apipack.operations.documentation import Documentation, Parameter
from apipack.operations.forms import Node
from apipack.operations.parsing import parse_spec
from apipack.operations.wire import pairs_of
from apipack.prompting.call_grammar import call_grammar, tool_grammar
from apipack.prompting.grammar_terms import NoGrammar
from apipack.prompting.toolbox import Tool, Toolbox, call_text
from apipack.records import Request
from tests.specs import ID, INTEGER, STRING, json_body, openapi, parameter, record

BYTES = LLTokenizer("byte")
TAGS = parameter("tags", "query", {"type": "array", "items": STRING}, required=False)
PAGE = parameter("page", "query", INTEGER, required=False)
PET = {
    "summary": "Change a pet",
    "parameters": [ID, PAGE, parameter("mode", "query"), TAGS, parameter("X-Trace", "header")],
    "requestBody": json_body(record({"name": STRING, "age": INTEGER, "kind": STRING | {"enum": ["a", "b"]}}, "name")),
    "security": [{"key": []}],
    "responses": {},
}
SECURITY = {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}
URL = "https://pets.example/v1/pets"
HEADERS = (
    ("X-Trace", "it's"),
    ("Authorization", "Bearer REPLACE_BEARER_TOKEN"),
    ("Content-Type", "application/json"),
)


def documentation(operation: dict[str, Any], path: str = "/pets/{id}") -> Documentation:
    document = openapi({path: {"put": operation}}, "https://pets.example/v1", components=SECURITY)
    spec = dict.fromkeys(("hub", "api", "version", "provider", "source_url", "sha256", "file"), "pets")
    (row,) = parse_spec(spec, json.dumps(document).encode(), optional=False, max_bytes=10**6).rows
    return Documentation.of(row)


def touch() -> Documentation:
    return documentation({"summary": "Touch", "responses": {}}, "/touch")


def allows(grammar: str, call: str) -> bool:
    matcher = LLMatcher(BYTES, grammar)
    assert not matcher.is_error(), matcher.get_error()
    tokens = BYTES.tokenize_str(call)
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()


def put(query: str, body: str, url: str = f"{URL}/7", language: str = "curl") -> str:
    return render(language, Request("PUT", f"{url}?{query}", HEADERS, body))


GRAMMAR, PYTHON = (call_grammar([documentation(PET)], language) for language in ("curl", "python"))


@pytest.mark.parametrize(("language", "grammar"), [("curl", GRAMMAR), ("python", PYTHON)], ids=["curl", "python"])
def test_calls_that_the_documentation_allows(language: str, grammar: str) -> None:
    bodies = ('{"name":"Rex\'s"}', '{"name":"R\\"ex","age":3}', '{"name":"","age":3,"kind":"b"}', '{"name":"é\\\\"}')
    for query in ("mode=a%20b", "page=2&mode=x", "mode=x&tags=a&tags=b", "page=-1&mode=%27&tags=a"):
        for body in bodies:
            assert allows(grammar, put(query, body, language=language)), (query, body)
    for query, body in (("mode=x&more=1", bodies[0]), ("page=2", bodies[0]), ("mode=x", '{"age":3}')):
        assert not allows(grammar, put(query, body, language=language)), (query, body)
    for url in ("https://pets.example/v2/pets/7", f"{URL}/seven", "https://dogs.example/v1/pets/7"):
        assert not allows(grammar, put("mode=x", bodies[0], url, language)), url


def test_headers_that_may_be_left_out() -> None:
    optional = tuple(Parameter("header", name, False, {"kind": "string"}, None) for name in ("X-One", "X-Two"))
    shown = replace(touch(), parameters=optional)
    for language in ("curl", "python"):
        grammar = call_grammar([shown], language)
        for names in ((), ("X-One",), ("X-Two",), ("X-One", "X-Two"), ("X-Three",)):
            call = render(language, Request("PUT", "https://pets.example/v1/touch", tuple((n, "a") for n in names)))
            assert allows(grammar, call) == ("X-Three" not in names), names


def test_calls_of_tools_keep_to_the_tools() -> None:
    toolbox = Toolbox((Tool("", "change", documentation(PET), True, None), Tool("", "touch", touch(), True, None)))
    grammar = tool_grammar(toolbox, abstain=True)
    right: dict[str, Any] = {
        "id": 7,
        "mode": "a",
        "tags": ["b"],
        "X-Trace": "it's",
        "body": {"name": 'R"ex', "age": 3, "kind": "b"},
    }
    assert allows(grammar, call_text("change", right)) and allows(grammar, call_text("touch", {}))
    assert allows(grammar, "no_call") and allows(grammar, "ask: mode") and not allows(grammar, "ask: page")
    assert allows(grammar, "ask: name") and not allows(grammar, "ask: age")  # of the body
    wrong: list[dict[str, Any]] = [
        {"id": "7"},
        {"mode": 7},
        {"tags": "b"},
        {"body": {"age": 3}},
        {"body": {"name": "a", "kind": "c"}},
    ]
    for change in [*wrong, {"more": 1}]:
        assert not allows(grammar, call_text("change", right | change)), change
    assert not allows(grammar, call_text("drop", {})) and not allows(grammar, call_text("touch", {"id": 7}))
    assert not allows(grammar, call_text("change", {key: right[key] for key in right if key != "mode"}))


@pytest.mark.parametrize("query", ["mode='a'", "mode=a%20eq%20'b'&tags=('c')", "mode=a%27s"])
def test_a_quote_stands_around_a_word_of_the_query(query: str) -> None:
    assert allows(GRAMMAR, put(query, '{"name":"Rex"}'))


@pytest.mark.parametrize("query", ["mode='", "mode=a'", "mode=''", "mode=a'b'", "mode='a'b'"])
def test_quotes_elsewhere_in_a_query_are_refused(query: str) -> None:
    """Models wrote them without end."""
    assert not allows(GRAMMAR, put(query, '{"name":"Rex"}'))


@pytest.mark.parametrize(
    "call",
    [
        put("mode=x", '{"name":"Rex"}', "https://pets.example/v2/pets/7"),
        put("mode=x", '{"name":"Rex"}', f"{URL}/seven"),
        put("mode=x&more=1", '{"name":"Rex"}'),
        put("page=2", '{"name":"Rex"}'),
        put("page=two&mode=x", '{"name":"Rex"}'),
        put("mode=x", '{"age":3}'),
        put("mode=x", '{"name":7}'),
        put("mode=x", '{"name":"Rex","kind":"c"}'),
        put("mode=x", '{"name":"Rex"}').replace("PUT", "POST"),
        put("mode=x", '{"name":"Rex"}').replace("X-Trace", "X-Other"),
        put("mode=x", '{"name":"Rex"}') + "\nrm -r .",
    ],
)
def test_calls_that_it_does_not_allow(call: str) -> None:
    assert not allows(GRAMMAR, call)


def test_several_operations_are_several_calls() -> None:
    plain = {"summary": "Touch", "responses": {}}
    grammar = call_grammar([documentation(plain, "/touch"), documentation(plain, "/a/{b}.json")], "curl")
    for path, allowed in (("/touch", True), ("/a/1.2.json", True), ("/a/1.xml", False), ("/a/b/c.json", False)):
        call = render("curl", Request("PUT", f"https://pets.example/v1{path}"))
        assert allows(grammar, call) == allowed, path


COLOURS = STRING | {"enum": ["red", "pale green"]}
ARRAY = {"type": "array", "items": COLOURS}


def of_query(*parameters: dict[str, Any]) -> str:
    return call_grammar(
        [documentation({"summary": "Find", "parameters": parameters, "responses": {}}, "/find")], "curl"
    )


@pytest.mark.parametrize(
    ("more", "right", "wrong"),
    [
        ({}, ["c=red", "c=red&c=pale%20green"], ["c=blue", "c=red,red", "c=red&c=blue", "c=", "c=redred"]),
        ({"explode": False}, ["c=red", "c=pale%20green,red"], ["c=blue", "c=red&c=red", "c=red%7Cred", "c=red,blue"]),
        ({"explode": False, "style": "pipeDelimited"}, ["c=red%7Cred"], ["c=red,red", "c=red%7Cblue"]),
        ({"explode": False, "style": "spaceDelimited"}, ["c=red%20red"], ["c=red,red", "c=red%20blue"]),
    ],
    ids=["multi", "csv", "pipes", "ssv"],
)
def test_an_array_of_an_enumeration_has_its_values_and_its_delimiter(
    more: dict[str, Any], right: list[str], wrong: list[str]
) -> None:
    grammar = of_query({"name": "c", "in": "query", "required": True, "schema": ARRAY, **more})
    for query in right:
        assert allows(grammar, render("curl", Request("PUT", f"https://pets.example/v1/find?{query}"))), query
    for query in wrong:
        assert not allows(grammar, render("curl", Request("PUT", f"https://pets.example/v1/find?{query}"))), query


def test_an_array_of_numbers_has_numbers() -> None:
    numbers = {"type": "array", "items": INTEGER}
    grammar = of_query(parameter("n", "query", numbers, explode=False), parameter("m", "query", numbers))
    for query, allowed in (("n=1,2&m=3&m=4", True), ("n=1&m=3,4", False), ("n=a&m=3", False), ("n=1,a&m=3", False)):
        call = render("curl", Request("PUT", f"https://pets.example/v1/find?{query}"))
        assert allows(grammar, call) == allowed, query


@pytest.mark.parametrize(
    ("style", "right", "wrong"),
    [
        ("simple", ["red", "red,pale%20green"], ["blue", "red;red", ".red"]),
        ("label", [".red", ".red,red"], ["red", ".blue", ".red.red"]),
        ("matrix", [";c=red", ";c=red,red"], ["red", ";c=blue", ";d=red", "c=red"]),
    ],
)
def test_an_array_in_a_path_has_the_marks_of_its_style(style: str, right: list[str], wrong: list[str]) -> None:
    operation = {"summary": "Find", "parameters": [parameter("c", "path", ARRAY, style=style)], "responses": {}}
    grammar = call_grammar([documentation(operation, "/find/{c}")], "curl")
    for path in right + wrong:
        call = render("curl", Request("PUT", f"https://pets.example/v1/find/{path}"))
        assert allows(grammar, call) == (path in right), path


@pytest.mark.parametrize("language", ["curl", "python"])
def test_an_enumeration_is_held_wherever_it_stands(language: str) -> None:
    places = [parameter(place, place, COLOURS, style="form") for place in ("query", "cookie")]
    places += [parameter("X-Colour", "header", COLOURS), parameter("path", "path", COLOURS)]
    inner = {"type": "object", "required": ["in"], "properties": {"in": COLOURS, "n": INTEGER}}
    places.append(parameter("deep", "query", inner, style="deepObject" if language == "python" else "form"))
    body = {"application/x-www-form-urlencoded": {"schema": record({"form": COLOURS}, "form")}}
    operation = {"summary": "Find", "parameters": places, "requestBody": {"required": True, "content": body}}
    grammar = call_grammar([documentation(operation | {"responses": {}}, "/find/{path}")], language)
    deep = "deep%5Bin%5D" if language == "python" else "in"

    def call(path: str, query: str, member: str, header: str, cookie: str, form: str) -> str:
        headers = (
            ("X-Colour", header),
            ("Cookie", f"cookie={cookie}"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        )
        url = f"https://pets.example/v1/find/{path}?query={query}&{deep}={member}"
        return render(language, Request("PUT", url, headers, f"form={form}"))

    right = ["pale%20green", "red", "red", "pale green", "red", "pale+green"]
    assert allows(grammar, call(*right))
    for place in range(len(right)):
        wrong = [*right[:place], "blue", *right[place + 1 :]]
        assert not allows(grammar, call(*wrong)), place


def test_an_enumeration_of_another_type_than_it_says_is_open() -> None:
    shown = documentation({"summary": "Find", "parameters": [parameter("c", "query", STRING | {"enum": [1, 2]})]}, "/f")
    tools = tool_grammar(Toolbox((Tool("", "find", shown, True, None),)))
    assert allows(tools, call_text("find", {"c": "1"}))


def test_an_object_whose_only_member_may_be_missing_may_be_missing() -> None:
    storage = parameter("storage", "query", {"type": "object", "properties": {"bucket": STRING}})
    grammar = of_query(storage, parameter("a", "query"))
    for query, allowed in (("a=1", True), ("bucket=b&a=1", True), ("storage=b&a=1", False)):
        assert allows(grammar, render("curl", Request("PUT", f"https://pets.example/v1/find?{query}"))) == allowed


def test_an_enumeration_that_a_form_cuts_off_is_open() -> None:
    many = STRING | {"enum": [f"v{number}" for number in range(30)]}
    grammar = of_query(parameter("c", "query", many))
    assert allows(grammar, render("curl", Request("PUT", "https://pets.example/v1/find?c=v29")))


def test_a_hostile_specification_breaks_no_grammar() -> None:
    names = ['a"b', "a'b", "a\\", "/x/", 'T0: "x"', "a\nstart: /.*/", "%json {}", "é", "$(id)", "a|b", "<eos>", "'; '"]
    for name in names:
        node = {"kind": "string", "enum": [name, "b"]}
        given = Parameter("query", name, True, node, {"name": name, "in": "query"})
        body = {"members": [[name, True, node]]}
        shown = replace(documentation(PET), parameters=(given,), body=body, template="https://pets.example/v1/p")
        grammar, python = (call_grammar([shown], language) for language in ("curl", "python"))
        tools = tool_grammar(Toolbox((Tool("", "change", shown, True, None),)))
        for value in ("b", "c"):
            arguments = {name: value, "body": {name: name}}
            assert allows(tools, call_text("change", arguments)) == (value == "b"), name
        headers, said = HEADERS[1:], json.dumps({name: name}, ensure_ascii=False, separators=(",", ":"))
        ((key, value),) = pairs_of(given.wire or {}, "b", "3.0")
        for query, allowed in ((f"{key}={value}", True), ("b=b", False)):
            request = Request("PUT", f"https://pets.example/v1/p?{query}", headers, said)
            assert allows(grammar, render("curl", request)) == allowed, (name, query)
            assert allows(python, render("python", request)) == allowed, (name, query)
        assert not allows(grammar, "curl x")


def test_what_has_no_grammar_has_a_reason() -> None:
    shown = documentation(PET)
    many: Node = {"members": [[f"{number}{'x' * 500}", True, {"kind": "string"}] for number in range(200)]}
    cases = {
        "multipart": replace(shown, media_type="multipart/form-data"),
        "too_large": replace(shown, body=many),
        "query_in_path": replace(shown, path_query="a=b"),
        "unsayable": replace(shown, body={"unsayable": "binary"}),
    }
    for reason, case in cases.items():
        with pytest.raises(NoGrammar) as error:
            call_grammar([case], "curl")
        assert error.value.reason == reason
    with pytest.raises(NoGrammar, match="language"):
        call_grammar([shown], "swift")
