"""The XML Object."""

from typing import Any

import pytest

from tests.operations.small import content, one


def xml(schema: dict[str, Any], **schemas: Any) -> str:
    made = one(content("application/xml", schema=schema), components={"schemas": schemas})
    return str(made.body)


@pytest.mark.parametrize(
    ("properties", "inner"),
    [
        ({"a": {"const": 7, "xml": {"attribute": True, "name": "id"}}, "b": {"const": "x"}}, '<r id="7"><b>x</b></r>'),
        ({"a": {"const": 'x<"', "xml": {"attribute": True}}}, "<r a='x&lt;\"'></r>"),
        ({"a": {"const": "x", "xml": {"name": "b"}}}, "<r><b>x</b></r>"),
        ({"a": {"const": "x", "xml": {"prefix": "p"}}}, "<r><a>x</a></r>"),
        ({"a": {"const": "x", "xml": {"prefix": "p", "namespace": "u:p"}}}, '<r><p:a xmlns:p="u:p">x</p:a></r>'),
        ({"a": {"const": "x", "xml": {"namespace": "u:p"}}}, '<r><a xmlns="u:p">x</a></r>'),
        ({"a": {"type": "array", "items": {"const": 1}, "xml": {"name": "no"}}}, "<r><a>1</a></r>"),
        ({"a": {"type": "array", "items": {"const": 1, "xml": {"name": "i"}}}}, "<r><i>1</i></r>"),
        ({"a": {"type": "array", "items": {"const": 1}, "xml": {"wrapped": True}}}, "<r><a><a>1</a></a></r>"),
        (
            {"a": {"type": "array", "items": {"const": 1}, "xml": {"wrapped": True, "name": "w"}}},
            "<r><w><w>1</w></w></r>",
        ),
        (
            {
                "a": {
                    "type": "array",
                    "items": {"const": 1, "xml": {"name": "i"}},
                    "xml": {"wrapped": True, "name": "w"},
                }
            },
            "<r><w><i>1</i></w></r>",
        ),
        (
            {"a": {"type": "object", "required": ["b"], "properties": {"b": {"const": 1, "xml": {"attribute": True}}}}},
            '<r><a b="1"></a></r>',
        ),
        ({"a": {"const": "x", "xml": {"nodeType": "text"}}}, "<r>x</r>"),
        ({"a": {"const": "<", "xml": {"nodeType": "cdata"}}}, "<r><![CDATA[<]]></r>"),
    ],
)
def test_xml_objects(properties: dict[str, Any], inner: str) -> None:
    assert xml({"type": "object", "xml": {"name": "r"}, "properties": properties}) == inner


def test_xml_prefixes_hold_inside_and_arrays_have_a_root() -> None:
    inside = {"type": "object", "xml": {"name": "r", "prefix": "c", "namespace": "u:c"}}
    inside["properties"] = {"a": {"const": 1, "xml": {"prefix": "c"}}, "b": {"$ref": "#/components/schemas/B"}}
    b = {"type": "object", "xml": {"prefix": "c", "namespace": "u:c"}, "required": ["d"]}
    b["properties"] = {"d": {"const": 2}}
    assert xml(inside, B=b) == '<c:r xmlns:c="u:c"><c:a>1</c:a><c:b><d>2</d></c:b></c:r>'
    book = {"type": "object", "xml": {"name": "book"}, "required": ["n"], "properties": {"n": {"const": 1}}}
    books = {"type": "array", "xml": {"name": "books"}, "items": {"$ref": "#/components/schemas/Book"}}
    assert xml(books, Book=book) == "<books><book><n>1</n></book></books>"
