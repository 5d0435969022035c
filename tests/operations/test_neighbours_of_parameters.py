"""Neighbours of reported faults in how parameters are written: styles, delimiters, content types, empty values."""

import pytest

from tests.operations.small import sent

URL = "https://h.example"


def one_parameter(version: str, members: str, path: str = "/a") -> str:
    """What is sent for one required parameter, or for several in a list, after the host."""
    if version == "2.0":
        head = "swagger: '2.0'\ninfo: {}\nhost: h.example\n"
    else:
        head = f"openapi: {version}\ninfo: {{}}\nservers: [{{url: {URL}}}]\n"
    nodes = ", ".join(f"{{required: true, {parameter}}}" for parameter in members.split(" AND "))
    (line,) = sent(f"{head}paths: {{'{path}': {{get: {{parameters: [{nodes}]}}}}}}")
    return line.removeprefix(f"GET {URL}")


TEXTS = "type: array, items: {type: string}"


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("style", "value", "expected"),
    [
        ("in: query", "[a&b, c=d, e+f, 'g#h', 'i,j']", "?p=a%26b&p=c%3Dd&p=e%2Bf&p=g%23h&p=i,j"),
        ("in: query, explode: false", "['a,b', c;d]", "?p=a%2Cb,c%3Bd"),
        ("in: query, explode: false", "{a: 'c,d', e: f;g}", "?p=a,c%2Cd,e,f%3Bg"),
        ("in: query", "{a&b: c=d, e: 'f,g;h'}", "?a%26b=c%3Dd&e=f,g%3Bh"),
        ("in: query, style: pipeDelimited, explode: false", "[a|b, c]", "?p=a%7Cb%7Cc"),
        ("in: query, style: pipeDelimited", "{a: 1, b: 2}", "?p=a%7C1%7Cb%7C2"),
        ("in: query, style: pipeDelimited, explode: true", "[a|b, c]", "?p=a%7Cb&p=c"),
        ("in: query, style: spaceDelimited, explode: false", "{a: 1, b: 2}", "?p=a%201%20b%202"),
        ("in: query, style: deepObject, explode: true", "{'a]b': c&d}", "?p%5Ba%5Db%5D=c%26d"),
        ("in: query, allowReserved: true", "'a/b?c&d=e#f+g%20h[i]'", "?p=a/b?c%26d=e%23f%2Bg%20h%5Bi%5D"),
        ("in: query, allowReserved: true, explode: false", "['a/b,c', d]", "?p=a/b%2Cc,d"),
        ("in: path", "'a/b?c#d%e f+g&h'", "/a%2Fb%3Fc%23d%25e%20f%2Bg%26h"),
        ("in: path", "{a: b=c, d: 'e,f'}", "/a,b%3Dc,d,e%2Cf"),
        ("in: path, explode: true", "{a: b=c, d: 'e,f'}", "/a=b%3Dc,d=e%2Cf"),
        ("in: path, style: label", "[a.b, 'c,d']", "/.a.b,c%2Cd"),
        ("in: path, style: label, explode: true", "{a: b=c, d: e}", "/.a=b%3Dc.d=e"),
        ("in: path, style: matrix", "b;c=d", "/;p=b%3Bc%3Dd"),
        ("in: path, style: matrix", "[a;b, 'c,d']", "/;p=a%3Bb,c%2Cd"),
        ("in: path, style: matrix, explode: true", "[a;b, c]", "/;p=a%3Bb;p=c"),
        ("in: path, style: matrix, explode: true", "{a: b;c, d: 'e=f,g'}", "/;a=b%3Bc;d=e%3Df%2Cg"),
        ("in: path, style: matrix", "{a: b;c, d: e}", "/;p=a,b%3Bc,d,e"),
        ("in: path, style: matrix", "''", "/;p"),
        ("in: path, style: matrix", "['', c]", "/;p=,c"),
        ("in: path, style: matrix, explode: true", "[a, '', c]", "/;p=a;p;p=c"),
        ("in: path, style: matrix, explode: true", "{a: '', d: e}", "/;a;d=e"),
        ("in: header", "[x, y z]", " | p: x,y z"),
        ("in: header", "{a: 1, b: 2}", " | p: a,1,b,2"),
        ("in: header, explode: true", "{a: 1, b: 2}", " | p: a=1,b=2"),
        ("in: cookie", "a;b c", " | Cookie: p=a%3Bb%20c"),
    ],
)
def test_what_is_a_value_is_encoded_and_what_a_style_adds_is_not(
    version: str, style: str, value: str, expected: str
) -> None:
    path = "/{p}" if "in: path" in style else "/a"
    line = one_parameter(version, f"name: p, {style}, schema: {{}}, example: {value}", path)
    assert line == (expected if path == "/{p}" else f"/a{expected}")


@pytest.mark.parametrize(
    ("style", "value", "expected"),
    [
        ("in: cookie, style: cookie", "x y", "/a | Cookie: p=x y"),
        ("in: cookie, style: cookie", "[a, b]", "/a | Cookie: p=a; p=b"),
        ("in: cookie, style: cookie", "{a: 1, b: x}", "/a | Cookie: a=1; b=x"),
        ("in: cookie, style: cookie", "x;y", "/a | Cookie: p=SOME_STRING_VALUE"),
        ("in: path, allowReserved: true", "a;b=c&d+e%20f/g?h", "/a;b=c&d+e%20f%2Fg%3Fh"),
        ("in: path, allowReserved: true", "[a;b, 'c:d,e/f']", "/a;b,c:d%2Ce%2Ff"),
        ("in: path", "a;b=c", "/a%3Bb%3Dc"),
    ],
)
def test_styles_that_openapi_3_2_brought(style: str, value: str, expected: str) -> None:
    path = "/{p}" if "in: path" in style else "/a"
    schema = "schema: {type: string}" if value == "x;y" else "schema: {}"
    assert one_parameter("3.2.0", f"name: p, {style}, {schema}, example: {value}", path) == expected


@pytest.mark.parametrize(
    ("kind", "media", "query", "header"),
    [
        ("text/plain", "schema: {example: 'a b,c'}", "a%20b,c", "a b,c"),
        ("text/plain; charset=utf-8", "schema: {type: integer, example: 5}", "5", "5"),
        ("text/csv", "schema: {type: string}, example: 'a,b'", "a,b", "a,b"),
        ("application/json", "schema: {type: string, example: a b}", "%22a%20b%22", '"a b"'),
        ("application/json", "schema: {type: boolean, example: false}", "false", "false"),
        ("application/json", "schema: {type: object}, example: '{\"a\": 1}'", "%7B%22a%22:1%7D", '{"a":1}'),
        ("application/json", "schema: {type: object}, examples: {e: {value: {a: 1}}}", "%7B%22a%22:1%7D", '{"a":1}'),
        ("application/vnd.k+json", "schema: {type: array, example: [1, 2]}", "%5B1,2%5D", "[1,2]"),
        (
            "application/xml",
            "schema: {xml: {name: r}, example: {b: 2}}",
            "%3Cr%3E%3Cb%3E2%3C/b%3E%3C/r%3E",
            "<r><b>2</b></r>",
        ),
        ("application/x-www-form-urlencoded", "schema: {example: {b: 2, c: x y}}", "b%3D2%26c%3Dx%2By", "b=2&c=x+y"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
def test_the_type_of_a_content_decides(version: str, kind: str, media: str, query: str, header: str) -> None:
    content = f"content: {{'{kind}': {{{media}}}}}"
    assert one_parameter(version, f"name: p, in: query, {content}") == f"/a?p={query}"
    assert one_parameter(version, f"name: p, in: header, {content}") == f"/a | p: {header}"
    assert one_parameter(version, f"name: p, in: path, {content}", "/{p}") == f"/{query.replace('/', '%2F')}"
    cookie = query.replace(",", "%2C").replace(":", "%3A").replace("/", "%2F")
    assert one_parameter(version, f"name: p, in: cookie, {content}") == f"/a | Cookie: p={cookie}"


@pytest.mark.parametrize(
    ("kind", "schema", "expected"),
    [
        ("application/x-www-form-urlencoded", "{example: {a: 1, b: two words}}", "?a=1&b=two+words"),
        ("application/json", "{example: {a: [1, x y]}}", "?%7B%22a%22:%5B1,%22x%20y%22%5D%7D"),
        ("text/plain", "{example: a b&c}", "?a%20b%26c"),
    ],
)
def test_a_parameter_that_is_the_whole_query(kind: str, schema: str, expected: str) -> None:
    parameter = f"name: any, in: querystring, content: {{{kind}: {{schema: {schema}}}}}"
    assert one_parameter("3.2.0", parameter) == f"/a{expected}"


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("in: query, schema: {type: string, example: ''}", "/a?p="),
        ("in: query, schema: {type: string, default: ''}", "/a?p="),
        ("in: query, schema: {type: string, enum: ['', x]}", "/a?p="),
        ("in: query, schema: {type: string}, example: ''", "/a?p="),
        ("in: query, schema: {type: string}, examples: {e: {value: ''}}", "/a?p="),
        ("in: query, schema: {type: array, example: ['']}", "/a?p="),
        ("in: query, schema: {type: integer, example: 0}", "/a?p=0"),
        ("in: query, schema: {type: boolean, default: false}", "/a?p=false"),
        ("in: cookie, schema: {type: string, default: ''}", "/a | Cookie: p="),
        ("in: query, content: {text/plain: {schema: {default: ''}}}", "/a?p="),
    ],
)
def test_an_empty_string_is_a_value(version: str, members: str, expected: str) -> None:
    assert one_parameter(version, f"name: p, {members}") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a?p=go", "/a?p=go"), ("/a?p&q=1", "/a?p&q=1"), ("/a?q={p}", "/a?q=v"), ("/a?pp=1", "/a?pp=1&p=v")],
)
def test_what_the_query_of_a_path_says_is_not_said_twice(path: str, expected: str) -> None:
    assert one_parameter("3.0.4", "name: p, in: query, schema: {enum: [v]}", path) == expected


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
def test_a_path_has_no_empty_value(version: str) -> None:
    assert one_parameter(version, "name: p, in: path, schema: {type: string, default: ''}", "/x/{p}") == "/x/P"


@pytest.mark.parametrize(
    ("collection", "query", "path", "header"),
    [
        ("csv", "a%2Cb,c%7Cd,e%20f", "a%2Cb,c%7Cd,e%20f", "a,b,c|d,e f"),
        ("ssv", "a%2Cb%20c%7Cd%20e%20f", "a%2Cb%20c%7Cd%20e%20f", "a,b c|d e f"),
        ("tsv", "a%2Cb%09c%7Cd%09e%20f", "a%2Cb%09c%7Cd%09e%20f", "a,b\tc|d\te f"),
        ("pipes", "a%2Cb%7Cc%7Cd%7Ce%20f", "a%2Cb%7Cc%7Cd%7Ce%20f", "a,b|c|d|e f"),
        ("multi", "a,b&p=c%7Cd&p=e%20f", "a%2Cb,c%7Cd,e%20f", "a,b,c|d,e f"),
    ],
)
def test_collection_formats_of_swagger_2(collection: str, query: str, path: str, header: str) -> None:
    array = f"{TEXTS}, collectionFormat: {collection}, default: ['a,b', c|d, e f]"
    assert one_parameter("2.0", f"name: p, in: query, {array}") == f"/a?p={query}"
    assert one_parameter("2.0", f"name: p, in: path, {array}", "/{p}") == f"/{path}"
    assert one_parameter("2.0", f"name: p, in: header, {array}") == f"/a | p: {header}"


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("pipes", "csv", "1%2C2%7C3"),
        ("csv", "pipes", "1%7C2,3"),
        ("multi", "ssv", "1%202&p=3"),
        ("csv", "csv", "1%2C2,3"),
    ],
)
def test_arrays_of_arrays_are_joined_inside_first(outer: str, inner: str, expected: str) -> None:
    items = f"items: {{type: array, collectionFormat: {inner}, items: {{type: integer}}}}"
    array = f"type: array, collectionFormat: {outer}, {items}, default: [[1, 2], [3]]"
    assert one_parameter("2.0", f"name: p, in: query, {array}") == f"/a?p={expected}"


@pytest.mark.parametrize("name", ["Authorization", "ACCEPT", "content-type"])
def test_headers_that_only_openapi_3_ignores(name: str) -> None:
    assert one_parameter("2.0", f"name: {name}, in: header, type: string, default: v") == f"/a | {name}: v"
    for version in ("3.0.4", "3.1.1", "3.2.0"):
        schema = "schema: {type: string, default: v}"
        both = f"name: {name}, in: header, {schema} AND name: X-K, in: header, {schema}"
        assert one_parameter(version, both) == "/a | X-K: v"


@pytest.mark.parametrize(
    ("schema", "later", "before"),
    [
        ("{$ref: '#/components/schemas/I', default: 25}", "25", "1"),
        ("{$ref: '#/components/schemas/I', minimum: 51, multipleOf: 2}", "52", "1"),
        ("{$ref: '#/components/schemas/E', enum: [y, z]}", "y", "x"),
        ("{$ref: '#/components/schemas/S', const: k}", "k", "SOME_STRING_VALUE"),
        ("{$ref: '#/components/schemas/S', examples: [one]}", "one", "SOME_STRING_VALUE"),
        ("{$ref: '#/components/schemas/S', pattern: '^[A-Z]{3}$'}", "SOM", "SOME_STRING_VALUE"),
        ("{$ref: '#/components/schemas/S', format: date}", "2024-01-31", "SOME_STRING_VALUE"),
        ("{$ref: '#/components/schemas/D', title: t, description: d}", "d", "d"),
        ("{$ref: '#/components/schemas/D', default: over}", "over", "d"),
        ("{$ref: '#/components/schemas/C'}", "chained", "SOME_STRING_VALUE"),
        ("{type: array, items: {$ref: '#/components/schemas/I', minimum: 7}}", "7", "1"),
        ("{anyOf: [{$ref: '#/components/schemas/I', minimum: 7}]}", "7", "1"),
    ],
)
def test_what_stands_beside_a_reference_holds_from_openapi_3_1_on(schema: str, later: str, before: str) -> None:
    schemas = (
        "components: {schemas: {S: {type: string}, I: {type: integer}, E: {enum: [x, y]}, D: {type: string,"
        " default: d}, C: {$ref: '#/components/schemas/S', default: chained}}}"
    )
    for version, value in (("3.0.4", before), ("3.1.1", later), ("3.2.0", later)):
        head = f"openapi: {version}\ninfo: {{}}\nservers: [{{url: {URL}}}]\n{schemas}\n"
        parameter = f"{{name: p, in: query, required: true, schema: {schema}}}"
        assert sent(f"{head}paths: {{/a: {{get: {{parameters: [{parameter}]}}}}}}") == [f"GET {URL}/a?p={value}"]


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
def test_a_reference_to_a_parameter_has_no_siblings(version: str) -> None:
    text = (
        f"openapi: {version}\ninfo: {{}}\nservers: [{{url: {URL}}}]\n"
        "components: {parameters: {Q: {name: q, in: query, required: true, schema: {default: d}}}}\n"
        "paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/Q', name: other, example: sibling}]}}}"
    )
    assert sent(text) == [f"GET {URL}/a?q=d"]
