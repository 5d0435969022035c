"""Neighbours of reported faults in `allOf`, `oneOf`, `anyOf` and discriminators: answers were written down before."""

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from tests.operations.small import body_of, sent_body
from tests.operations.test_neighbours_of_bodies import parts

R = "#/components/schemas/"
ANIMALS = f"""components: {{schemas: {{
  Cat: {{type: object, required: [k, m], properties: {{k: {{type: string}}, m: {{enum: [1]}}}}}},
  Dog: {{type: object, required: [k, w], properties: {{k: {{type: string}}, w: {{enum: [2]}}}}}},
  Pet: {{type: object, required: [k], properties: {{k: {{type: string}}}},
        discriminator: {{propertyName: k, mapping: {{dog: PetDog}}}}}},
  PetDog: {{allOf: [{{$ref: '{R}Pet'}}]}},
  PetCat: {{allOf: [{{$ref: '{R}Pet'}}, {{type: object, required: [c], properties: {{c: {{enum: [3]}}}}}}]}}}}}}"""


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            f"{{oneOf: [{{$ref: '{R}Cat'}}, {{$ref: '{R}Dog'}}], "
            f"discriminator: {{propertyName: k, mapping: {{dog: '{R}Dog'}}}}}}",
            '{"k":"Cat","m":1}',
        ),
        (
            f"{{oneOf: [{{$ref: '{R}PetCat/allOf/1'}}], "
            f"discriminator: {{propertyName: k, mapping: {{cat: '{R}PetCat'}}}}}}",
            '{"c":3,"k":"cat"}',
        ),
        (f"{{$ref: '{R}PetCat'}}", '{"k":"PetCat","c":3}'),
        (f"{{$ref: '{R}PetDog'}}", '{"k":"dog"}'),
        (f"{{$ref: '{R}Pet'}}", '{"k":"dog"}'),
    ],
)
def test_a_schema_without_a_mapping_goes_by_its_name(version: str, schema: str, expected: str) -> None:
    assert sent_body(version, "application/json", f"schema: {schema}", ANIMALS) == expected


TOLD = f"""components: {{schemas: {{
  Base: {{type: object, required: [k], properties: {{k: {{type: string, enum: [cat, dog]}}}},
         discriminator: {{propertyName: k, mapping: {{cat: Cat, dog: '{R}Dog'}}}}}},
  Cat: {{allOf: [{{$ref: '{R}Base'}}, {{required: [m], properties: {{m: {{enum: [1]}}}}}}]}},
  Dog: {{allOf: [{{$ref: '{R}Base'}}, {{required: [w], properties: {{w: {{enum: [2]}}}}}}]}},
  Bee: {{type: object, required: [k], properties: {{k: {{enum: [bee]}}}}}},
  Fly: {{type: object, required: [k], properties: {{k: {{type: string, example: moth}}}}}},
  Ant: {{type: object, required: [k], properties: {{k: {{enum: [bug, Ant]}}}}}}}}}}"""


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (f"{{$ref: '{R}Dog'}}", '{"k":"dog","w":2}'),
        (f"{{$ref: '{R}Cat'}}", '{"k":"cat","m":1}'),
        (f"{{$ref: '{R}Base'}}", '{"k":"cat"}'),
        (f"{{oneOf: [{{$ref: '{R}Bee'}}], discriminator: {{propertyName: k}}}}", '{"k":"bee"}'),
        (
            f"{{oneOf: [{{$ref: '{R}Ant'}}], "
            "discriminator: {propertyName: k, mapping: {wasp: Ant, Ant: Ant, bug: Ant}}}",
            '{"k":"bug"}',
        ),
        (f"{{oneOf: [{{$ref: '{R}Fly'}}], discriminator: {{propertyName: k}}}}", '{"k":"Fly"}'),
        (f"{{oneOf: [{{$ref: '{R}Ant'}}], discriminator: {{propertyName: k}}}}", '{"k":"Ant"}'),
        (
            f"{{required: [k], properties: {{k: {{enum: [ant, bee]}}}}, anyOf: [{{$ref: '{R}Bee'}}], "
            "discriminator: {propertyName: k, mapping: {bee: Bee}}}",
            '{"k":"bee"}',
        ),
    ],
)
def test_a_label_is_one_that_the_schema_allows(version: str, schema: str, expected: str) -> None:
    assert sent_body(version, "application/json", f"schema: {schema}", TOLD) == expected


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{oneOf: [{type: number}, {type: integer}]}", "1.5"),
        ("{oneOf: [{type: integer}, {type: number}], minimum: 3}", "3.5"),
        ("{oneOf: [{enum: [a, b]}, {enum: [a]}]}", '"b"'),
        ("{oneOf: [{type: number}, {type: integer}, {type: boolean}]}", "true"),
    ],
)
def test_a_value_of_one_alternative_alone(version: str, schema: str, expected: str) -> None:
    assert sent_body(version, "application/json", f"schema: {schema}") == expected


@pytest.mark.parametrize(
    "schema",
    [
        "{allOf: [{type: [string, integer]}, {type: integer}]}",
        "{allOf: [{type: number, minimum: 0.5}, {type: integer}]}",
        "{allOf: [{type: integer, multipleOf: 2}, {multipleOf: 3}]}",
        "{allOf: [{type: integer, multipleOf: 9007199254740881}, {multipleOf: 9007199254740881}]}",
        "{allOf: [{type: integer, exclusiveMinimum: 1}, {exclusiveMinimum: 5}]}",
        "{allOf: [{type: array, minItems: 2, items: {enum: [1, 2]}}, {uniqueItems: true}]}",
        "{allOf: [{type: integer}, {not: {const: 1}}]}",
        "{allOf: [{type: integer, not: {const: 1}}, {not: {const: 2}}]}",
        "{allOf: [{oneOf: [{required: [a]}]}, {oneOf: [{required: [b]}]}, {oneOf: [{required: [c]}]}], type: object}",
        "{allOf: [{type: object, propertyNames: {maxLength: 3}}, {propertyNames: {pattern: ^z}, minProperties: 1}]}",
        "{allOf: [{type: array, items: false}, {items: {type: integer}, allOf: [{items: false}]}]}",
        "{type: 'null', enum: [null, 7]}",
        "{type: [number, 'null'], exclusiveMaximum: -2.0, enum: [0, -2.5, true]}",
        "{type: [boolean, integer], exclusiveMinimum: 6.5, enum: [0, {a: 1}, 7]}",
        "{type: boolean, not: {enum: [true, 1]}}",
        "{type: number, minimum: 0.25, exclusiveMaximum: 1.75, not: {const: 1}}",
        "{type: array, minItems: 3, uniqueItems: true}",
        "{type: array, items: {type: string, pattern: '^[a-c]+$'}, contains: {type: string, minLength: 2}}",
        "{type: string, if: {type: string}, then: {maxLength: 2}}",
        "{type: number, allOf: [{if: {type: number}, then: {maximum: -2.0}}]}",
        "{type: array, if: {minItems: 0}, then: {minItems: 2}, items: {type: integer}}",
    ],
)
def test_what_all_parts_ask_for(schema: str) -> None:
    node = YAML(typ="safe", pure=True).load(schema)
    Draft202012Validator(node).validate(body_of(node))


@pytest.mark.parametrize(
    "schema",
    [
        f"{{$ref: '{R}Text', minLength: 1}}",
        f"{{allOf: [{{$ref: '{R}Text'}}]}}",
    ],
)
def test_what_a_text_holds_is_known_beside_its_reference(schema: str) -> None:
    text = "{type: string, contentMediaType: application/json, contentSchema: {const: {a: 1}}}"
    more = f"components: {{schemas: {{Text: {text}}}}}"
    assert sent_body("3.1.1", "application/json", f"schema: {schema}", more) == r'"{\"a\":1}"'


NAMED = 'Content-Disposition: form-data; name="m"'
BINARY = "{type: string, format: binary}"
OCTETS = f'{NAMED}; filename="m.bin", Content-Type: application/octet-stream | SOME_STRING_VALUE'
PICTURE = f'{NAMED}; filename="m.png", Content-Type: image/png | SOME_STRING_VALUE'
IMAGE = "{type: string, contentMediaType: image/png}"


@pytest.mark.parametrize(
    ("version", "member", "expected"),
    [
        ("3.0.4", f"{{oneOf: [{BINARY}, {{type: integer}}]}}", OCTETS),
        ("3.1.1", f"{{anyOf: [{BINARY}, {{type: 'null'}}]}}", OCTETS),
        ("3.1.1", f"{{anyOf: [{{type: array, items: {BINARY}}}, {{type: 'null'}}]}}", OCTETS),
        ("3.0.4", f"{{oneOf: [{{oneOf: [{BINARY}]}}]}}", OCTETS),
        ("3.1.1", f"{{allOf: [{IMAGE}]}}", PICTURE),
        ("3.0.4", "{oneOf: [{type: integer}, {type: string, format: binary}]}", f"{NAMED} | 1"),
    ],
)
def test_a_file_among_alternatives_is_a_file(version: str, member: str, expected: str) -> None:
    assert parts(version, f"m: {member}") == [expected]


@pytest.mark.parametrize(
    ("version", "schema"),
    [
        ("3.0.4", f"{{oneOf: [{{type: object, required: [m], properties: {{m: {BINARY}}}}}]}}"),
        (
            "3.1.1",
            f"{{anyOf: [{{type: object, required: [m], properties: {{m: {BINARY}}}}}, "
            "{type: object, required: [m, n], properties: {m: {type: string}}}]}",
        ),
        ("3.1.1", f"{{type: object, required: [m], patternProperties: {{^m: {BINARY}}}}}"),
    ],
)
def test_members_of_alternatives_are_parts(version: str, schema: str) -> None:
    assert 'name="m"; filename="m.bin"' in sent_body(version, "multipart/form-data", f"schema: {schema}")


BOOK = f"""components: {{schemas: {{
  Book: {{xml: {{name: book}}, type: object, required: [id],
         properties: {{id: {{enum: [1], xml: {{attribute: true}}}}}}}},
  Plain: {{type: object, required: [id], properties: {{id: {{enum: [1]}}}}}},
  Both: {{oneOf: [{{$ref: '{R}Book'}}, {{type: string}}]}}}}}}"""
SAME = "xml: {attribute: true, name: id}"
ATTRIBUTE = "xml: {attribute: true, prefix: p, namespace: 'urn:p'}"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            f"{{required: [id, j], properties: {{j: {{enum: [2], {SAME}}}, id: {{enum: [1], {SAME}}}}}}}",
            "refused: value_not_xml",
        ),
        (f"{{oneOf: [{{$ref: '{R}Book'}}]}}", '<book id="1"></book>'),
        (f"{{anyOf: [{{$ref: '{R}Plain'}}]}}", "<Plain><id>1</id></Plain>"),
        (
            f"{{xml: {{name: r}}, type: object, required: [b], properties: {{b: {{type: array, minItems: 1, "
            f"items: {{$ref: '{R}Both'}}}}}}}}",
            '<r><book id="1"></book></r>',
        ),
        (
            f"{{xml: {{name: r}}, type: object, required: [a, b], properties: {{a: {{enum: [1], {ATTRIBUTE}}}, "
            f"b: {{enum: [2], {ATTRIBUTE}}}}}}}",
            '<r xmlns:p="urn:p" p:a="1" p:b="2"></r>',
        ),
        (
            "{xml: {name: r}, type: object, required: [a], "
            "properties: {a: {enum: [1], xml: {attribute: true, namespace: 'urn:p'}}}}",
            '<r a="1"></r>',
        ),
        (
            "{xml: {name: r}, type: object, required: [lang, b, c], properties: {"
            "lang: {enum: [en], xml: {attribute: true, prefix: xml}}, "
            "b: {enum: [de], xml: {attribute: true, name: base, prefix: xml, namespace: 'urn:x'}}, "
            "c: {enum: [1], xml: {prefix: xmlns, namespace: 'urn:x'}}}}",
            '<r xml:lang="en" xml:base="de"><c>1</c></r>',
        ),
    ],
)
def test_xml_of_alternatives_and_of_attributes_in_namespaces(schema: str, expected: str) -> None:
    assert sent_body("3.0.4", "application/xml", f"schema: {schema}", BOOK) == expected


ONE_BOOK = "m=%3Cbook+id%3D%221%22%3E%3C%2Fbook%3E"


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (f"{{$ref: '{R}Book'}}", ONE_BOOK),
        (f"{{type: array, minItems: 2, items: {{$ref: '{R}Book'}}}}", f"{ONE_BOOK}&{ONE_BOOK}"),
    ],
)
def test_xml_in_forms(member: str, expected: str) -> None:
    schema = f"{{type: object, required: [m], properties: {{m: {member}}}}}"
    media = f"schema: {schema}, encoding: {{m: {{contentType: application/xml}}}}"
    assert sent_body("3.0.4", "application/x-www-form-urlencoded", media, BOOK) == expected


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["multipart/form-data", "application/xml", "application/x-www-form-urlencoded"])
def test_members_that_no_alternative_knows_take_a_bounded_time(kind: str) -> None:
    steps = [", ".join([f"{{$ref: '{R}S{level + 1}'}}"] * 6) for level in range(9)]
    chain = ", ".join(f"S{level}: {{oneOf: [{step}]}}" for level, step in enumerate(steps))
    more = f"components: {{schemas: {{{chain}, S9: {{type: object, properties: {{q: {{}}}}}}}}}}"
    example = ", ".join(f"m{number}: 1" for number in range(900))
    assert "m899" in sent_body("3.1.1", kind, f"schema: {{$ref: '{R}S0'}}, example: {{{example}}}", more)
