"""Neighbours of reported faults in bodies: JSON Schema 2020-12, references, forms, parts, sequences."""

import json

import pytest

from tests.operations.small import sent, sent_body

URL = "https://h.example"
BOUNDARY = "---011000010111000001101001"
OBJECTS = (
    "components: {schemas: {O: {type: object, properties: {a: {type: integer}, b: {type: string}}}, T: true, F: false}}"
)


def value(version: str, schema: str, more: str = "") -> str:
    return sent_body(version, "application/json", f"schema: {schema}", more)


@pytest.mark.parametrize("version", ["3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{type: array, prefixItems: [{type: integer}, {enum: [km]}], items: false}", '[1,"km"]'),
        ("{prefixItems: [{type: integer}, {type: boolean}]}", "[1,true]"),
        ("{type: array, prefixItems: [{const: 1}], items: {const: x}, minItems: 3}", '[1,"x","x"]'),
        ("{type: array, prefixItems: [{prefixItems: [{const: 1}, {const: 2}]}, {const: {}}]}", "[[1,2],{}]"),
        ("{type: array, prefixItems: [{const: 1}, {const: 2}], maxItems: 1}", "[1]"),
        ("{type: array, prefixItems: [{const: 1}, false]}", "[1]"),
        ("{type: array, items: false}", "[]"),
        ("{allOf: [{prefixItems: [{const: 1}]}, {type: array}]}", "[1]"),
        ("{type: object, properties: {a: {const: 1}, b: false}}", '{"a":1}'),
        ("{anyOf: [false, {type: integer}]}", "1"),
        ("{oneOf: [{$ref: '#/components/schemas/F'}, {type: integer}]}", "1"),
        ("{oneOf: [{type: integer}, {$ref: other.yaml}]}", "1"),
        ("{allOf: [true, {type: integer, minimum: 3}]}", "3"),
        ("{type: object, properties: {f: {$ref: '#/components/schemas/F'}, g: {type: integer}}}", '{"g":1}'),
        (
            "{type: object, required: [t], properties: {t: {$ref: '#/components/schemas/T'}}}",
            '{"t":"SOME_STRING_VALUE"}',
        ),
        ("{type: array, items: {$ref: '#/components/schemas/T'}, minItems: 1}", '["SOME_STRING_VALUE"]'),
        (
            "{type: object, required: [a], properties: {a: {const: 1}}, dependentRequired: {a: [b], b: [c]}}",
            '{"a":1,"b":"SOME_STRING_VALUE","c":"SOME_STRING_VALUE"}',
        ),
        ("{type: object, required: [x-n], patternProperties: {'^x-': {type: integer}}}", '{"x-n":1}'),
        (
            "{type: object, patternProperties: {'^[A-Z]{2}$': {const: 1}}, "
            "additionalProperties: false, minProperties: 2}",
            '{"SO":1,"SA":1}',
        ),
        (
            "{type: object, propertyNames: {enum: [p, q]}, additionalProperties: {const: 1}, minProperties: 2}",
            '{"p":1,"q":1}',
        ),
        ("{type: object, allOf: [{patternProperties: {^a: {const: 1}}}], required: [ab]}", '{"ab":1}'),
        ("{type: array, contains: {const: 7}, minContains: 2, items: {type: integer}}", "[7,7]"),
        ("{type: object, required: [a], properties: {a: {const: null}}}", '{"a":null}'),
        ("{type: ['null', integer], exclusiveMinimum: 5}", "6"),
    ],
)
def test_json_schema_2020_12(version: str, schema: str, expected: str) -> None:
    assert value(version, schema, OBJECTS) == expected


CAR = "if: {properties: {kind: {const: car}}}, then: {required: [plate]}, else: {required: [name]}"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            f"{{properties: {{kind: {{const: car}}}}, required: [kind], {CAR}}}",
            '{"kind":"car","plate":"SOME_STRING_VALUE"}',
        ),
        (
            f"{{properties: {{kind: {{const: bus}}}}, required: [kind], {CAR}}}",
            '{"kind":"bus","name":"SOME_STRING_VALUE"}',
        ),
        (
            f"{{properties: {{kind: {{const: bus}}}}, required: [kind], allOf: [{{{CAR}}}, {{if: {{required: [kind]}}, "
            "then: {properties: {seats: {const: 9}}, required: [seats]}}]}",
            '{"kind":"bus","seats":9,"name":"SOME_STRING_VALUE"}',
        ),
        (
            "{properties: {a: {const: 1}}, required: [a], "
            "dependentSchemas: {a: {properties: {b: {const: 2}}, required: [b]}, z: {required: [y]}}}",
            '{"a":1,"b":2}',
        ),
    ],
)
def test_what_is_asked_of_some_objects(schema: str, expected: str) -> None:
    asked = value("3.1.1", schema.replace("{", "{type: object, ", 1))
    assert json.loads(asked) == json.loads(expected)


@pytest.mark.parametrize(
    ("schema", "later", "before"),
    [
        (
            "{$ref: '#/components/schemas/O', required: [b]}",
            '{"b":"SOME_STRING_VALUE"}',
            '{"a":1,"b":"SOME_STRING_VALUE"}',
        ),
        ("{$ref: '#/components/schemas/O', example: {b: q}}", '{"b":"q"}', '{"a":1,"b":"SOME_STRING_VALUE"}'),
        ("{$ref: '#/components/schemas/O', allOf: [{required: [a]}]}", '{"a":1}', '{"a":1,"b":"SOME_STRING_VALUE"}'),
        (
            "{$ref: '#/components/schemas/O', properties: {c: {const: 1}}, required: [c]}",
            '{"c":1}',
            '{"a":1,"b":"SOME_STRING_VALUE"}',
        ),
        (
            "{type: object, properties: {r: {$ref: '#/components/schemas/T', readOnly: true}, s: {default: 1}}}",
            '{"s":1}',
            '{"r":"SOME_STRING_VALUE","s":1}',
        ),
    ],
)
def test_what_stands_beside_a_reference(schema: str, later: str, before: str) -> None:
    assert value("3.0.4", schema, OBJECTS.replace("T: true, F: false", "T: {type: string}")) == before
    assert value("3.1.1", schema, OBJECTS) == later


ANCHORS = (
    "components: {schemas: {N: {$anchor: node, const: n}, D1: {$anchor: dup, const: 1}, D2: {$anchor: dup, const: 2},"
    " R: {$id: rel, const: r, $defs: {z: {$anchor: z, const: zz}, y: {const: yy}, i: {$id: inner, $defs: {k:"
    " {$anchor: z, const: in}}}}}, 'a/b': {const: slash}, c~d: {const: tilde}, e f: {const: space}}}"
)


@pytest.mark.parametrize("version", ["3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("#node", '"n"'),
        ("#%6Eode", '"n"'),
        ("#dup", "refused: ambiguous_ref"),
        ("#nope", "refused: dangling_ref"),
        ("#", "refused: dangling_ref"),
        ("#/", "refused: dangling_ref"),
        ("", "refused: dangling_ref"),
        ("rel", '"r"'),
        ("rel#", '"r"'),
        ("rel#z", '"zz"'),
        ("rel#/$defs/y", '"yy"'),
        ("rel#node", "refused: dangling_ref"),
        ("inner#z", '"in"'),
        ("other.yaml#node", "refused: external_ref"),
        ("#/components/schemas/a~1b", '"slash"'),
        ("#/components/schemas/c~0d", '"tilde"'),
        ("#/components/schemas/e%20f", '"space"'),
    ],
)
def test_where_references_lead(version: str, reference: str, expected: str) -> None:
    assert value(version, f"{{allOf: [{{$ref: '{reference}'}}]}}", ANCHORS) == expected
    assert value(version, f"{{$ref: '{reference}'}}", ANCHORS) == expected


@pytest.mark.parametrize(
    ("reference", "reason"),
    [("#node", "dangling_ref"), ("rel", "external_ref"), ("rel#z", "external_ref"), ("#Pet", "dangling_ref")],
)
def test_openapi_3_0_has_no_anchors(reference: str, reason: str) -> None:
    assert value("3.0.4", f"{{$ref: '{reference}'}}", ANCHORS) == f"refused: {reason}"
    two = "swagger: '2.0'\ninfo: {}\nhost: h.example\ndefinitions: {Pet: {}}\npaths: {/a: {post: {parameters: ["
    assert sent(f"{two}{{name: b, in: body, required: true, schema: {{$ref: '{reference}'}}}}]}}}}}}") == [
        f"refused: {reason}"
    ]


PROFILE = 'application/ld+json; profile="https://x.example/p?a=b;c#d"'
ESCAPED = 'application/json; a="b\\"c"'


@pytest.mark.parametrize(
    ("kinds", "chosen"),
    [
        (["application/xml", "application/json ;charset=utf-8"], "application/json ;charset=utf-8"),
        (["text/plain", "text/json"], "text/json"),
        (["application/vnd.a!b+json"], "application/vnd.a!b+json"),
        ([PROFILE], PROFILE),
        ([ESCAPED], ESCAPED),
        (["application/json; a=b c"], "refused"),
        (["application/j son"], "refused"),
        (["application/json; a"], "refused"),
    ],
)
def test_media_types_of_bodies(kinds: list[str], chosen: str) -> None:
    content = ", ".join(f"{json.dumps(kind)}: {{example: {{a: 1}}}}" for kind in kinds)
    (line,) = sent(
        f"openapi: 3.0.4\ninfo: {{}}\nservers: [{{url: {URL}}}]\n"
        f"paths: {{/a: {{post: {{requestBody: {{required: true, content: {{{content}}}}}}}}}}}"
    )
    told = f'POST {URL}/a | Content-Type: {chosen} | {{"a":1}}'
    assert line == ("refused: bad_media_type" if chosen == "refused" else told)


def parts(version: str, members: str, encoding: str = "", kind: str = "multipart/form-data") -> list[str]:
    """Each part of a multipart body, with its headers in one line. members: required properties."""
    names = [member.split(":")[0] for member in members.split("; ")]
    schema = f"{{type: object, required: [{', '.join(names)}], properties: {{{members.replace('; ', ', ')}}}}}"
    text = sent_body(version, kind, f"schema: {schema}" + (f", encoding: {{{encoding}}}" if encoding else ""))
    if not text.startswith("--"):
        return [text]
    pieces = text.removesuffix(f"--{BOUNDARY}--\r\n").split(f"--{BOUNDARY}\r\n")[1:]
    return [piece.removesuffix("\r\n").replace("\r\n\r\n", " | ").replace("\r\n", ", ") for piece in pieces]


JSON = ", Content-Type: application/json"
NAMED = "Content-Disposition: form-data; name="


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("member", "encoding", "expected"),
    [
        ("m: {type: integer}", "", ['"m" | 1']),
        ("m: {type: string, example: ''}", "", ['"m" | ']),
        ("m: {type: object, example: {a: 1}}", "", ['"m", Content-Type: application/json | {"a":1}']),
        (
            "m: {oneOf: [{type: object, example: {z: 1}}, {type: string}]}",
            "",
            ['"m", Content-Type: application/json | {"z":1}'],
        ),
        ("m: {type: array, items: {type: string}, example: [x, y]}", "", ['"m" | x', '"m" | y']),
        (
            "m: {type: array, items: {type: object}, example: [{a: 1}]}",
            "",
            ['"m", Content-Type: application/json | {"a":1}'],
        ),
        (
            "m: {type: string, format: binary}",
            "",
            ['"m"; filename="m.bin", Content-Type: application/octet-stream | SOME_STRING_VALUE'],
        ),
        (
            "m: {type: array, items: {type: string, format: binary}}",
            "m: {contentType: image/*}",
            ['"m"; filename="m.png", Content-Type: image/png | SOME_STRING_VALUE'],
        ),
        (
            "m: {type: string, format: binary}",
            "m: {contentType: '*/*'}",
            ['"m"; filename="m.bin", Content-Type: application/octet-stream | SOME_STRING_VALUE'],
        ),
        (
            "m: {type: string, format: binary}",
            "m: {contentType: 'image/jpeg, image/png'}",
            ['"m"; filename="m.jpg", Content-Type: image/jpeg | SOME_STRING_VALUE'],
        ),
        ("m: {type: string, example: 'a,b'}", "m: {contentType: text/csv}", ['"m", Content-Type: text/csv | a,b']),
        (
            "m: {type: object, xml: {name: r}, example: {a: 1}}",
            "m: {contentType: application/xml}",
            ['"m", Content-Type: application/xml | <r><a>1</a></r>'],
        ),
        (
            "m: {type: object, example: {a: 1}}",
            "m: {contentType: text/plain}",
            ['"m", Content-Type: text/plain | {"a":1}'],
        ),
        ("m: {type: object, example: {a: 1}}", "m: {contentType: multipart/mixed}", ["refused: nested_multipart"]),
        ("m: {type: string}", "m: {contentType: application/json}", [f'"m"{JSON} | "SOME_STRING_VALUE"']),
        ("m: {type: string, example: '[1, 2]'}", "m: {contentType: application/json}", [f'"m"{JSON} | [1, 2]']),
        (
            "m: {type: object, example: {a: x y, b: [1]}}",
            "m: {contentType: application/x-www-form-urlencoded}",
            ['"m", Content-Type: application/x-www-form-urlencoded | a=x+y&b=%5B1%5D'],
        ),
        ("m: {type: string}", "m: {contentType: text/xml}", ['"m", Content-Type: text/xml | <m>SOME_STRING_VALUE</m>']),
        (
            "m: {example: v}",
            "m: {headers: {X-A: {required: true, schema: {default: q}}, X-B: {schema: {default: r}}}}",
            ['"m", X-A: q | v'],
        ),
    ],
)
def test_parts_have_headers_of_their_own(version: str, member: str, encoding: str, expected: list[str]) -> None:
    assert parts(version, member, encoding) == [f"{NAMED}{line}" if line[0] == '"' else line for line in expected]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("content: {application/json: {schema: {example: {a: 1}}}}", '{"a":1}'),
        ("content: {text/plain: {example: two words}}", "two words"),
        ("explode: true, schema: {example: {a: 1, b: 2}}", "a=1,b=2"),
        ("schema: {example: [1, 2]}", "1,2"),
        ("schema: {}, examples: {e: {value: ''}}", ""),
    ],
)
@pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
def test_headers_of_parts_are_written_as_parameters_are(version: str, header: str, expected: str) -> None:
    encoding = f"m: {{headers: {{X-A: {{required: true, {header}}}}}}}"
    assert parts(version, "m: {example: v}", encoding) == [f'{NAMED}"m", X-A: {expected} | v']


def test_parts_of_media_types_that_openapi_3_1_brought() -> None:
    octets = "a: {type: string, contentMediaType: image/png}; b: {type: string, contentEncoding: base64}"
    assert parts("3.1.1", octets) == [
        f'{NAMED}"a"; filename="a.png", Content-Type: image/png | SOME_STRING_VALUE',
        f'{NAMED}"b"; filename="b.bin", Content-Type: application/octet-stream | U09NRV9CWVRFUw==',
    ]
    styled = "a: {type: array, example: [x, y]}; c: {type: object, example: {k: 1}}"
    encoding = "a: {style: pipeDelimited, explode: false}, c: {style: deepObject}"
    assert parts("3.1.1", styled, encoding) == [f'{NAMED}"a" | x|y', f'{NAMED}"c[k]" | 1']
    assert parts("3.0.4", styled, encoding)[0] == f'{NAMED}"a" | x'


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/related", "multipart/alternative"])
def test_other_multipart_types_are_framed(kind: str) -> None:
    assert parts("3.0.4", "m: {type: object, example: {a: 1}}; n: {type: string, example: t}", kind=kind) == [
        'Content-Type: application/json, Content-ID: <m> | {"a":1}',
        "Content-Type: text/plain, Content-ID: <n> | t",
    ]


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1"])
@pytest.mark.parametrize(
    ("member", "encoding", "expected"),
    [
        ("{type: array, example: [x y, z&w]}", "style: spaceDelimited, explode: false", "m=x+y+z%26w"),
        ("{type: array, example: [x|y, z]}", "style: pipeDelimited, explode: false", "m=x%7Cy%7Cz"),
        ("{type: array, example: [1, 2]}", "style: pipeDelimited, explode: true", "m=1&m=2"),
        ("{type: array, example: ['a,b', c]}", "style: form, explode: false", "m=a%2Cb,c"),
        ("{type: object, example: {k: v w, l: 'm,n'}}", "style: form, explode: false", "m=k,v+w,l,m%2Cn"),
        ("{type: object, example: {k: 1, l: 2}}", "style: form, explode: true", "k=1&l=2"),
        (
            "{type: object, example: {k: [1, 2], l: {m: 3}}}",
            "style: deepObject",
            "m%5Bk%5D=1&m%5Bk%5D=2&m%5Bl%5D%5Bm%5D=3",
        ),
        ("{type: object, example: {k: 1}}", "contentType: application/xml", "m=%3Cm%3E%3Ck%3E1%3C%2Fk%3E%3C%2Fm%3E"),
        ("{type: string, example: ''}", "contentType: text/plain", "m="),
        ("{type: object, properties: {k: {enum: [1]}}}", "style: deepObject", "m%5Bk%5D=1"),
        ("{type: object, properties: {k: {enum: [1]}}}", "style: form", "k=1"),
    ],
)
def test_styles_in_forms(version: str, member: str, encoding: str, expected: str) -> None:
    media = f"schema: {{type: object, required: [m], properties: {{m: {member}}}}}, encoding: {{m: {{{encoding}}}}}"
    assert sent_body(version, "application/x-www-form-urlencoded", media) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("collectionFormat: csv, items: {type: string}, default: ['a,b', c]", "m=a%2Cb,c"),
        ("collectionFormat: tsv, items: {type: string}, default: [a, b]", "m=a%09b"),
        ("collectionFormat: multi, items: {type: string}, default: [a, b]", "m=a&m=b"),
        (
            "collectionFormat: multi, items: {type: array, items: {type: integer}}, default: [[1, 2], [3]]",
            "m=1%2C2&m=3",
        ),
        (
            "collectionFormat: pipes, items: {type: array, collectionFormat: ssv, "
            "items: {type: integer}}, default: [[1, 2], [3]]",
            "m=1+2%7C3",
        ),
    ],
)
def test_collection_formats_in_forms_of_swagger_2(members: str, expected: str) -> None:
    parameter = f"{{name: m, in: formData, required: true, type: array, {members}}}"
    text = f"swagger: '2.0'\ninfo: {{}}\nhost: h.example\npaths: {{/a: {{post: {{parameters: [{parameter}]}}}}}}"
    assert sent(text) == [f"POST {URL}/a | Content-Type: application/x-www-form-urlencoded | {expected}"]


@pytest.mark.parametrize(
    ("kind", "media", "expected"),
    [
        ("application/jsonl", "itemSchema: {const: 4}", "4\n"),
        ("application/json-seq", "itemSchema: {const: {n: 4}}", '\x1e{"n":4}\n'),
        ("text/event-stream", 'itemSchema: {const: {data: "a\\nb", event: e}}', "event: e\ndata: a\ndata: b\n\n"),
        ("application/json", "schema: {}, examples: {e: {dataValue: {k: v}}}", '{"k":"v"}'),
        ("application/json", "$ref: '#/components/mediaTypes/M'", "3"),
        (
            "multipart/mixed",
            "itemSchema: {const: {n: 4}}, itemEncoding: {contentType: application/xml}",
            f"--{BOUNDARY}\r\nContent-Type: application/xml\r\n\r\n<root><n>4</n></root>\r\n--{BOUNDARY}--\r\n",
        ),
    ],
)
def test_media_types_of_openapi_3_2(kind: str, media: str, expected: str) -> None:
    assert sent_body("3.2.0", kind, media, "components: {mediaTypes: {M: {schema: {const: 3}}}}") == expected
