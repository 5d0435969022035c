"""Neighbours of reported faults in references: answers were written down before."""

import json

import pytest

from apipack.operations.parsing import parse_spec
from tests.operations.small import sent, sent_body

HEAD = "openapi: 3.1.1\ninfo: {}\nservers: [{url: https://h.example}]\n"
SPEC = {"hub": "h", "provider": "h.example", "api": "h", "version": "1", "source_url": "", "sha256": "", "file": "f"}
SCHEMAS = """components: {schemas: {
  A: {$ref: '#/components/schemas/B', minimum: 5}, B: {$ref: '#/components/schemas/C', maximum: 9}, C: {type: integer},
  O: {type: object, properties: {a: {type: integer}, b: {type: integer}}},
  R: {$id: 'https://s.example/r', properties: {a: {$ref: '#/$defs/A'}}, $defs: {A: {const: 3}}},
  L: {$id: 'https://s.example/l', type: array, minItems: 1, items: {$dynamicRef: '#item'},
      $defs: {i: {$dynamicAnchor: item, type: integer}}},
  D: {allOf: [{properties: {z: {$anchor: deep, const: 4}}}]},
  a.b-c_d: {const: 5}, 'Page«Pet»': {const: 6}, 'a%25b': {const: 7}, 'c~1d': {const: 8}, x y: {const: 9},
  H: {$id: 'https://s.example/h#', const: 11}, K: {$id: schemas/k.json, const: 12},
  One: {$ref: '#/components/schemas/Other'}, Other: {$ref: '#/components/schemas/One'}}}"""


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{$ref: '#/components/schemas/A', multipleOf: 4}", "8"),
        ("{type: array, minItems: 1, items: {$ref: '#/components/schemas/O', required: [b]}}", '[{"b":1}]'),
        ("{$ref: '#/components/schemas/O', anyOf: [{required: [a]}, {required: [b]}]}", '{"a":1}'),
        ("{$ref: '#/components/schemas/R'}", '{"a":3}'),
        ("{$ref: '#/components/schemas/L'}", "[1]"),
        ("{$ref: '#deep'}", "4"),
        ("{$ref: '#/components/schemas/a.b-c_d'}", "5"),
        ("{$ref: '#/components/schemas/Page%C2%ABPet%C2%BB'}", "6"),
        ("{$ref: '#/components/schemas/Page«Pet»'}", "6"),
        ("{$ref: '#/components/schemas/a%2525b'}", "7"),
        ("{$ref: '#/components/schemas/c~01d'}", "8"),
        ("{$ref: '#/components/schemas/x y'}", "9"),
        ("{$ref: '#/components/schemas/O/properties/'}", "refused: dangling_ref"),
        ("{$ref: '#/components/schemas/One'}", "refused: cyclic_ref"),
        ("{$ref: 'https://s.example/h'}", "11"),
        ("{$ref: './schemas/k.json'}", "12"),
        ("{$ref: 'openapi.yaml#/components/schemas/O'}", "refused: external_ref"),
        ("{required: [$ref], properties: {$ref: {type: string, enum: [v]}}}", '{"$ref":"v"}'),
        ("{required: [$id], properties: {$id: {enum: [v]}, $anchor: {}}}", '{"$id":"v"}'),
        ("{type: object, example: {$ref: '#/x', a: 1}}", '{"$ref":"#/x","a":1}'),
        (
            "{required: [example, default, enum], properties: {example: {const: 1}, default: {const: 2}, "
            "enum: {const: 3}}}",
            '{"example":1,"default":2,"enum":3}',
        ),
        ("{required: [a], properties: {a: {const: 1}, b: {$ref: other.yaml}}}", '{"a":1}'),
    ],
)
def test_schemas(schema: str, expected: str) -> None:
    assert sent_body("3.1.1", "application/json", f"schema: {schema}", SCHEMAS) == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "components: {pathItems: {I: {$ref: '#/components/pathItems/J'}, J: {get: {}, post: {}}}}\n"
            "paths: {/a: {$ref: '#/components/pathItems/I', put: {}}}",
            ["GET https://h.example/a", "PUT https://h.example/a", "POST https://h.example/a"],
        ),
        (
            "components: {parameters: {Q: {name: q, in: query, required: true, schema: {const: 1}}}}\n"
            "paths: {/a: {parameters: [{$ref: '#/components/parameters/Q'}],"
            " get: {parameters: [{name: q, in: query, required: true, schema: {const: 2}}]}}}",
            ["GET https://h.example/a?q=2"],
        ),
        (
            "components: {schemas: {X: {$ref: x.yaml}}}\npaths: {/a: {get: {responses: {'200': {$ref: r.yaml}}}}}",
            ["GET https://h.example/a"],
        ),
    ],
)
def test_other_objects(rest: str, expected: list[str]) -> None:
    assert sent(HEAD + rest) == expected


def test_an_optional_parameter_in_another_file_costs_a_repair_and_no_operation() -> None:
    external, known = {"name": "q", "in": "query", "schema": {"$ref": "x.yaml"}}, {"name": "r", "in": "query"}
    paths = {"/a": {"get": {"summary": "Get", "parameters": [external, known | {"schema": {"type": "integer"}}]}}}
    body = json.dumps({"openapi": "3.0.0", "paths": paths}).encode()
    parsed = parse_spec(SPEC, body, optional=False, max_bytes=9_999)
    assert (parsed.drops, parsed.repairs) == ([], 1)
    assert [parameter["name"] for parameter in json.loads(parsed.rows[0]["form"])["parameters"]] == ["r"]
    (drop,) = parse_spec(SPEC, body, optional=True, max_bytes=9_999).drops
    assert drop["reason"] == "external_ref"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{$ref: '#/components/schemas/E', examples: [7]}", "7"),
        ("{allOf: [{$ref: '#/components/schemas/E'}], examples: [7]}", "7"),
        ("{$ref: '#/components/schemas/E', example: 8, examples: [7]}", "8"),
        ("{$ref: '#/components/schemas/E', description: x}", "3"),
    ],
)
def test_own_examples_come_before_the_example_of_a_part(schema: str, expected: str) -> None:
    more = "components: {schemas: {E: {type: integer, example: 3}}}"
    assert sent_body("3.1.0", "application/json", f"schema: {schema}", more) == expected
