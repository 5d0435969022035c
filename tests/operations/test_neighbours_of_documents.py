"""Neighbours of reported faults in what stands around operations: identifiers, path items, servers, security, keys.

Each document is also read as JSON, where its keys are text.
"""

import pytest

from tests.operations.small import sent

HEAD = "info: {title: t, version: '1'}\n"
THREE = f"openapi: 3.0.4\n{HEAD}servers: [{{url: https://h.example}}]\n"
LATER = THREE.replace("3.0.4", "3.1.1")
LATEST = THREE.replace("3.0.4", "3.2.0")
TWO = f"swagger: '2.0'\n{HEAD}host: h.example\n"
GET_A = "GET https://h.example/a"


@pytest.mark.parametrize("head", [TWO, THREE, LATER, LATEST])
@pytest.mark.parametrize(
    "identifier",
    ["list__pets", "_list_", "*all*", "`get`", "get#pet", "a|b", "~x~", " x ", "<b>x</b>", "Map<String, Pet>", r"a\_b"],
)
def test_an_identifier_is_no_prose(head: str, identifier: str) -> None:
    names = sent(f"{head}paths: {{/a: {{get: {{operationId: '{identifier}'}}}}}}", named=True)
    assert names == [f"{identifier}: {GET_A}"]


def test_a_number_without_quotes_is_an_identifier_too() -> None:
    assert sent(f"{THREE}paths: {{/a: {{get: {{operationId: 123}}}}}}", named=True, twin=False) == [f"123: {GET_A}"]


@pytest.mark.parametrize(
    ("head", "item", "expected"),
    [
        (
            LATEST,
            "{query: {}, additionalOperations: {COPY: {}}}",
            ["QUERY https://h.example/a", "COPY https://h.example/a"],
        ),
        (LATER, "{query: {}, get: {}}", [GET_A, "lost /a query: unknown_field"]),
        (THREE, "{additionalOperations: {COPY: {}}}", ["lost /a additionalOperations: unknown_field"]),
        (LATEST, "{additionalOperations: {POST: {}}}", ["lost /a POST: bad_method"]),
        (LATEST, "{additionalOperations: {Lock: {}}}", ["refused: bad_method"]),
        (LATEST, "{additionalOperations: 3, get: {}}", [GET_A]),
        (TWO, "{trace: {}, get: {}}", [GET_A, "lost /a trace: unknown_field"]),
        (TWO, "{$ref: x.yaml}", ["lost /a *: external_ref"]),
        (TWO, "{$ref: '#/x-items/gone'}", ["lost /a *: dangling_ref"]),
        (THREE, "{$ref: './a.yaml#/a'}", ["lost /a *: external_ref"]),
        (LATER, "{$ref: '#/paths/~1a'}", ["lost /a *: cyclic_ref"]),
        (LATER, "{$ref: 3}", ["lost /a *: dangling_ref"]),
        (THREE, "[]", ["lost /a *: not_a_mapping"]),
        (THREE, "{get: [], post: text}", ["lost /a get: not_a_mapping", "lost /a post: not_a_mapping"]),
        (THREE, "{get: {$ref: '#/nowhere'}}", ["lost /a get: dangling_ref"]),
        (THREE, "{get: {parameters: [{$ref: 'p.yaml'}]}}", ["refused: external_ref"]),
        (LATER, "{post: {requestBody: {$ref: 'b.yaml#/b'}}}", ["refused: external_ref"]),
        (THREE, "{GET: {}, Get: {}}", ["lost /a GET: unknown_field", "lost /a Get: unknown_field"]),
    ],
)
def test_nothing_vanishes_without_a_line(head: str, item: str, expected: list[str]) -> None:
    assert sent(f"{head}paths: {{/a: {item}}}") == expected


SELF = f"""openapi: 3.2.0
{HEAD}$self: https://h.example/apis/one.yaml
servers: [{{url: https://h.example}}]
paths:
  /a: {{$ref: 'https://h.example/apis/one.yaml#/components/pathItems/D'}}
  /b: {{post: {{requestBody: {{$ref: 'one.yaml#/components/requestBodies/R'}}}}}}
  /c: {{$ref: 'two.yaml#/components/pathItems/D'}}
components:
  pathItems: {{D: {{get: {{}}}}}}
  requestBodies: {{R: {{required: true, content: {{text/plain: {{schema: {{const: hi}}}}}}}}}}
"""


def test_a_document_knows_its_own_address() -> None:
    body = "POST https://h.example/b | Content-Type: text/plain | hi"
    assert sent(SELF) == [GET_A, body, "lost /c *: external_ref"]


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("url: ''", "/a"),
        ("url: .", "/docs/v7/a"),
        ("url: ./", "/docs/v7/a"),
        ("url: ..", "/docs/a"),
        ("url: ../../../../x", "/x/a"),
        ("url: v1/", "/docs/v7/v1/a"),
        ("url: './../v2/./'", "/docs/v2/a"),
        ("url: 'g;x=1/../y'", "/docs/v7/y/a"),
        ("url: '{x}', variables: {x: {default: ../v3}}", "/docs/v3/a"),
        ("url: '{x}', variables: {x: {default: ''}}", "/a"),
        ("url: '//d.example/v1/'", "https://d.example/v1/a"),
        ("url: 'HTTPS://D.example/V1'", "https://d.example/V1/a"),
        ("url: 'https://d.example/..'", "https://d.example/a"),
        ("url: 'https://d.example/v/./w/../x'", "https://d.example/v/x/a"),
        ("url: 'https://{t}d.example', variables: {t: {default: '', enum: [a., '']}}", "https://d.example/a"),
        ("url: 'https://{t}d.example', variables: {t: {enum: [a., b.]}}", "https://a.d.example/a"),
        ("url: 'https://d.example{p}/{v}', variables: {p: {default: ''}, v: {default: ''}}", "https://d.example/a"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_servers_of_a_document_whose_address_is_known(version: str, server: str, url: str) -> None:
    text = f"openapi: {version}\n{HEAD}servers: [{{{server}}}]\npaths: {{/a: {{get: {{}}}}}}"
    expected = url if url.startswith("http") else f"https://k.example:8443{url}"
    assert sent(text, "https://k.example:8443/docs/v7/openapi.json") == [f"GET {expected}"]


@pytest.mark.parametrize(
    ("members", "url"),
    [
        ("basePath: ''", "http://k.example:81/a"),
        ("basePath: /", "http://k.example:81/a"),
        ("basePath: v1", "http://k.example:81/v1/a"),
        ("basePath: /v1//", "http://k.example:81/v1/a"),
        ("host: ''\nbasePath: /v1", "http://k.example:81/v1/a"),
        ("host: h.example\nbasePath: ''", "http://h.example/a"),
        ("host: h.example\nbasePath: v1", "http://h.example/v1/a"),
        ("host: h.example\nbasePath: /v1/\nschemes: [https]", "https://h.example/v1/a"),
        ("host: h.example\nschemes: []", "https://h.example/a"),
        ("host: https://h.example", "refused: bad_host"),
        ("host: 'h.example:8080'\nschemes: [http]", "http://h.example:8080/a"),
        ("host: h.example\nschemes: [http, https]", "https://h.example/a"),
        ("schemes: [https]", "http://k.example:81/a"),
    ],
)
def test_where_swagger_2_is_served(members: str, url: str) -> None:
    text = f"swagger: '2.0'\n{HEAD}{members}\npaths: {{/a: {{get: {{}}}}}}"
    expected = url if url.startswith("refused") else f"GET {url}"
    assert sent(text, "http://k.example:81/docs/openapi.json") == [expected]


@pytest.mark.parametrize("head", [THREE, LATER, LATEST])
@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("{type: http, scheme: BASIC}", "Basic REPLACE_BASIC_AUTH"),
        ("{type: http, scheme: Bearer, bearerFormat: JWT}", "Bearer REPLACE_BEARER_TOKEN"),
        ("{type: http, scheme: digest}", "Digest REPLACE_DIGEST_CREDENTIALS"),
        ("{type: http, scheme: HOBA}", "HOBA REPLACE_HOBA_CREDENTIALS"),
        ("{type: http, scheme: mutual}", "Mutual REPLACE_MUTUAL_CREDENTIALS"),
        ("{type: http, scheme: dpop}", "DPoP REPLACE_DPOP_CREDENTIALS"),
        ("{type: http, scheme: AWS4-HMAC-SHA256}", "AWS4-HMAC-SHA256 REPLACE_AWS4_HMAC_SHA256_CREDENTIALS"),
        ("{type: http, scheme: Token}", "Token REPLACE_TOKEN_CREDENTIALS"),
        ("{type: http, scheme: scram-sha-256}", "SCRAM-SHA-256 REPLACE_SCRAM_SHA_256_CREDENTIALS"),
        ("{type: http, scheme: 'two words'}", ""),
        ("{type: http, scheme: ''}", ""),
        ("{type: apiKey, in: header, name: Authorization}", "REPLACE_KEY_VALUE"),
        ("{type: openIdConnect, openIdConnectUrl: 'https://i.example'}", "Bearer REPLACE_BEARER_TOKEN"),
        ("{$ref: '#/components/securitySchemes/other'}", "vapid REPLACE_VAPID_CREDENTIALS"),
    ],
)
def test_http_schemes_go_by_their_name(head: str, scheme: str, expected: str) -> None:
    schemes = f"components: {{securitySchemes: {{s: {scheme}, other: {{type: http, scheme: VAPID}}}}}}\n"
    header = f" | Authorization: {expected}" if expected else ""
    assert sent(f"{head}{schemes}security: [{{s: []}}]\npaths: {{/a: {{get: {{}}}}}}") == [GET_A + header]


KEY = "{type: apiKey, in: header, name: X-K}"
COOKIE = "{type: apiKey, in: cookie, name: sid}"


@pytest.mark.parametrize(
    ("schemes", "security", "operation", "headers"),
    [
        (f"{{k: {KEY}}}", "[{k: null}]", "", "X-K: REPLACE_KEY_VALUE"),
        (f"{{k: {KEY}}}", "[]", "security: [{k: }]", "X-K: REPLACE_KEY_VALUE"),
        (f"{{k: {KEY}}}", "[{k: []}]", "security: []", ""),
        (f"{{k: {KEY}}}", "[{}, {k: []}]", "", ""),
        (f"{{k: {KEY}}}", "[{k: []}, {}]", "", "X-K: REPLACE_KEY_VALUE"),
        (f"{{k: {KEY}, o: {{type: jwt}}}}", "[{o: []}, {k: []}]", "", "X-K: REPLACE_KEY_VALUE"),
        ("{k: {type: apikey, in: header, name: X-K}}", "[{k: []}]", "", ""),
        (f"{{k: {KEY}, m: {{type: mutualTLS}}}}", "[{m: [], k: []}]", "", "X-K: REPLACE_KEY_VALUE"),
        (
            f"{{k: {COOKIE}}}",
            "[{k: []}]",
            "parameters: [{name: Cookie, in: header, required: true, schema: {enum: [a=b]}}, "
            "{name: c, in: cookie, required: true, schema: {enum: [1]}}]",
            "Cookie: a=b; c=1; sid=REPLACE_KEY_VALUE",
        ),
    ],
)
def test_requirements(schemes: str, security: str, operation: str, headers: str) -> None:
    text = f"{LATER}components: {{securitySchemes: {schemes}}}\nsecurity: {security}\n"
    lines = sent(f"{text}paths: {{/a: {{get: {{{operation}}}}}}}")
    assert lines == [GET_A + (f" | {headers}" if headers else "")]


@pytest.mark.parametrize("head", [TWO, THREE, LATER, LATEST])
def test_extensions_under_paths_are_no_paths(head: str) -> None:
    paths = "{x-a: {get: {}}, x-list: [1], x-null: null, /x-b: {get: {x-c: {get: {}}}, x-d: {get: {}}}}"
    assert sent(f"{head}x-e: {{paths: {{/z: {{get: {{}}}}}}}}\npaths: {paths}") == ["GET https://h.example/x-b"]


NAMED_X = """components:
  securitySchemes: {x-k: {type: apiKey, in: header, name: x-key}}
  parameters: {x-p: {name: p, in: query, required: true, schema: {$ref: '#/components/schemas/x-s'}}}
  schemas: {x-s: {type: integer}, x-o: {type: object, required: [x-m], properties: {x-m: {type: integer}}}}
security: [{x-k: []}]
paths:
  /a:
    post:
      parameters: [{$ref: '#/components/parameters/x-p'}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/x-o'}}}}
"""


@pytest.mark.parametrize("head", [THREE, LATER])
def test_a_name_that_begins_so_is_an_extension_only_where_extensions_stand(head: str) -> None:
    headers = "x-key: REPLACE_KEY_VALUE, Content-Type: application/json"
    assert sent(head + NAMED_X) == [f'POST https://h.example/a?p=1 | {headers} | {{"x-m":1}}']


KEYS = """components:
  securitySchemes: {1: {type: apiKey, in: query, name: 5}}
  schemas: {7: {type: string, default: seven}}
security: [{1: []}]
paths:
  /a:
    post:
      parameters: [{name: 2, in: query, required: true, schema: {type: string, enum: [NO, yes]}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [1, 1.5, true, null, off]
              properties:
                1: {type: integer}
                1.5: {$ref: '#/components/schemas/7'}
                true: {type: boolean}
                null: {type: string, example: {1: a, 1.0: b, yes: c}}
                off: {type: string, default: no}
"""


@pytest.mark.parametrize("head", [THREE, LATER])
def test_yaml_keys_are_text(head: str) -> None:
    body = '{"1":1,"1.5":"seven","true":true,"null":{"1":"a","1.0":"b","yes":"c"},"off":"no"}'
    expected = f"POST https://h.example/a?2=NO&5=REPLACE_KEY_VALUE | Content-Type: application/json | {body}"
    assert sent(head + KEYS, twin=False) == [expected]


def test_yaml_keys_of_variables_mappings_and_encodings_are_text() -> None:
    text = f"""openapi: 3.1.0
{HEAD}servers: [{{url: 'https://h.example/{{8}}', variables: {{8: {{default: 9}}}}}}]
paths:
  /a:
    put:
      requestBody: {{required: true, content: {{application/x-www-form-urlencoded: {{schema: {{type: object,
        required: [1], properties: {{1: {{type: array, items: {{type: integer}}, example: [1, 2]}}}},
        dependentRequired: {{1: [3]}}, patternProperties: {{3: {{type: boolean}}}}}},
        encoding: {{1: {{style: pipeDelimited, explode: false}}}}}}}}}}
"""
    form = "Content-Type: application/x-www-form-urlencoded | 1=1%7C2&3=true"
    assert sent(text, twin=False) == [f"PUT https://h.example/9/a | {form}"]
