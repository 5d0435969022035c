"""Neighbours of reported faults in YAML: tags, merge keys, scalars and streams; answers were written down before."""

import pytest

from apipack.openapi.loading import SpecError, load
from tests.operations.small import sent

HEAD = "openapi: 3.0.4\ninfo: {}\nservers: [{url: https://h.example}]\n"
GET_A = "GET https://h.example/a"


def query(example: str, schema: str = "{}") -> str:
    """What is sent for a parameter of this example, written in flow YAML."""
    parameter = f"{{name: q, in: query, required: true, schema: {schema}, example: {example}}}"
    (line,) = sent(f"{HEAD}paths: {{/a: {{get: {{parameters: [{parameter}]}}}}}}", twin=False)
    return line.removeprefix(f"{GET_A}?")


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        ("!!binary aGVsbG8=", "q=aGVsbG8%3D"),
        ("!!timestamp 2001-01-01", "q=2001-01-01"),
        ("!!omap [a: 1, b: 2]", "a=1&b=2"),
        ("!!set {a, b}", "q=a&q=b"),
        ("!!str 01", "q=01"),
        ('!!int "2"', "q=2"),
        ("!!float 3", "q=3.0"),
        ("0o17", "q=15"),
        ("017", "q=17"),
        ("2024-01-31", "q=2024-01-31"),
        ("1:30:00", "q=1:30:00"),
        ("1_000", "q=1_000"),
        ("no", "q=no"),
        ("! 5", "q=5"),
    ],
)
def test_values(example: str, expected: str) -> None:
    assert query(example) == expected


@pytest.mark.parametrize("empty", ["~", "null", "!!null x", ""])
def test_null_is_no_example(empty: str) -> None:
    assert query(empty, "{type: integer}") == "q=1"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x: !include a.yaml", "OpenAPI has no use for the tag '!include' at line 1, column 4"),
        ("x: !!pairs [a: 1]", "OpenAPI has no use for the tag 'tag:yaml.org,2002:pairs'"),
        ("x: !!python/object/apply:os.getcwd []", "OpenAPI has no use for the tag"),
        ("x: !!map [a]", "expected a mapping node, but found sequence"),
        ("x: !!omap {a: 1}", "expected a list of mappings"),
        ("x: !!omap [a]", "expected a list of mappings"),
        ("x: !!set [a]", "expected a mapping"),
        ("x: {? [a] : b}", "found unhashable key"),
        ("paths: !!omap [/a: {}, /a: {}]", "duplicate_keys: /a"),
        ("paths: {/a: {}, '/a': {}}", "duplicate_keys: /a"),
        ("&k paths: {}\n*k : {}", "duplicate_keys: paths"),
        ("<<: 3", "expected a mapping or list of mappings for merging"),
        ("x: &x !!omap [y: *x]", "too_many_aliases"),
        ("openapi: 3.0.0\n---\nopenapi: 3.0.0", "expected a single document"),
        ("paths:\n\t/a: {}", "found character that cannot start any token"),
        ("x: 'a\x07'", "control characters are not allowed"),
    ],
)
def test_what_cannot_be_read_is_one_line(text: str, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(text.encode())
    assert told in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (
            "x: &x {get: {operationId: one}, put: {operationId: two}}\n"
            "paths:\n  /a:\n    <<: *x\n    get: {operationId: own}",
            [f"own: {GET_A}", "two: PUT https://h.example/a"],
        ),
        (
            "x: &x {get: {operationId: x}}\ny: &y {get: {operationId: y}, put: {operationId: z}}\n"
            "paths: {/a: {<<: [*x, *y]}}",
            [f"x: {GET_A}", "z: PUT https://h.example/a"],
        ),
        ("<<: {paths: {/a: {get: {}}}}", [f"get_a: {GET_A}"]),
        ("'<<': {paths: {/b: {get: {}}}}\npaths: {/a: {get: {}}}", [f"get_a: {GET_A}"]),
        ("paths: !!omap\n- /a: {get: {}}\n- /b: {get: {}}", [f"get_a: {GET_A}", "get_b: GET https://h.example/b"]),
        ("paths: {/a: {get: {operationId: !!binary aGVsbG8=}}}", [f"aGVsbG8=: {GET_A}"]),
        (
            "x: &p [{name: q, in: query, required: true, schema: {enum: [1]}}]\n"
            "paths: {/a: {get: {parameters: *p}}, /b: {get: {parameters: *p}}}",
            [f"get_a: {GET_A}?q=1", "get_b: GET https://h.example/b?q=1"],
        ),
    ],
)
def test_mappings(paths: str, expected: list[str]) -> None:
    assert sent(HEAD + paths, named=True, twin=False) == expected


@pytest.mark.parametrize("around", ["{}", "\ufeff{}", "%YAML 1.2\n---\n{}\n...\n", "# a comment\n---\n{}"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_streams(around: str, end: str) -> None:
    text = around.replace("{}", f"{HEAD}paths: {{/a: {{get: {{responses: {{404: {{}}, on: {{}}}}}}}}}}")
    assert sent(text.replace("\n", end), twin=False) == [GET_A]
