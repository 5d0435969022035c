"""Neighbours of reported faults in XML bodies (OAS 3: XML Object; 3.2: nodeType)."""

import pytest

from tests.operations.small import sent_body


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            "{xml: {name: a, namespace: 'http://n', prefix: n}, "
            "properties: {x: {xml: {attribute: true, prefix: n}}, y: {xml: {prefix: n}}, "
            "z: {xml: {namespace: 'http://m'}}}, example: {x: 1, y: 2, z: 3}}",
            '<n:a xmlns:n="http://n" n:x="1"><n:y>2</n:y><z xmlns="http://m">3</z></n:a>',
        ),
        (
            "{xml: {name: a}, properties: {t: {type: array, xml: {wrapped: true, name: tags}, "
            "items: {xml: {name: tag}}}}, example: {t: [1, 2]}}",
            "<a><tags><tag>1</tag><tag>2</tag></tags></a>",
        ),
        (
            "{xml: {name: a}, properties: {u: {type: array, items: {xml: {name: uu}}}, "
            "v: {type: array, xml: {name: no}, items: {}}}, example: {u: [1], v: [2]}}",
            "<a><uu>1</uu><v>2</v></a>",
        ),
        (
            "{xml: {name: a}, properties: {w: {type: array, xml: {wrapped: true}, items: {}}}, example: {w: [1]}}",
            "<a><w><w>1</w></w></a>",
        ),
        (
            "{xml: {name: r}, properties: {l: {type: array, xml: {wrapped: true, "
            "namespace: 'http://w', prefix: w}, items: {xml: {name: i, prefix: w}}}}, "
            "example: {l: [a]}}",
            '<r><w:l xmlns:w="http://w"><w:i>a</w:i></w:l></r>',
        ),
        (
            "{allOf: [{xml: {name: r}, properties: {a: {xml: {attribute: true}}}}, "
            "{properties: {b: {xml: {name: bb}}}}], example: {a: 1, b: 2}}",
            '<r a="1"><bb>2</bb></r>',
        ),
        ("{type: string, xml: {name: word}, example: a<b}", "<word>a&lt;b</word>"),
        ("{xml: {name: r}, additionalProperties: {type: string}, example: {k: '<&>'}}", "<r><k>&lt;&amp;&gt;</k></r>"),
        (
            "{type: array, xml: {name: books, wrapped: true}, items: {xml: {name: book}, "
            "properties: {i: {xml: {attribute: true}}}, example: {i: 1}}}",
            '<books><book i="1"></book></books>',
        ),
    ],
)
def test_the_xml_object(version: str, schema: str, expected: str) -> None:
    assert sent_body(version, "application/xml", f"schema: {schema}") == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            "{xml: {name: r}, properties: {a: {xml: {nodeType: attribute}}, "
            "b: {xml: {nodeType: cdata}}}, example: {a: 1, b: x<y}}",
            '<r a="1"><![CDATA[x<y]]></r>',
        ),
        ("{xml: {name: r}, properties: {b: {xml: {nodeType: text}}}, example: {b: x<y}}", "<r>x&lt;y</r>"),
        (
            "{xml: {name: r}, properties: {a: {xml: {nodeType: none}, properties: {k: {}}}}, example: {a: {k: 1}}}",
            "<r><k>1</k></r>",
        ),
        (
            "{xml: {name: r}, properties: {c: {type: array, items: {xml: {name: i}}, "
            "xml: {nodeType: element, name: cs}}}, example: {c: [1]}}",
            "<r><cs><i>1</i></cs></r>",
        ),
        (
            "{xml: {name: r}, properties: {t: {type: array, items: {xml: {nodeType: text}}}}, example: {t: [x<y, z]}}",
            "<r>x&lt;yz</r>",
        ),
        (
            "{xml: {name: r}, properties: {t: {type: array, xml: {nodeType: element}, prefixItems: "
            "[{xml: {name: one}}, {xml: {nodeType: cdata}}], items: {xml: {name: more}}}}, example: {t: [1, <2>, 3]}}",
            "<r><t><one>1</one><![CDATA[<2>]]><more>3</more></t></r>",
        ),
        ("{type: array, xml: {name: r}, prefixItems: [{xml: {name: one}}], example: [1]}", "<r><one>1</one></r>"),
    ],
)
def test_node_types_of_openapi_3_2(schema: str, expected: str) -> None:
    assert sent_body("3.2.0", "text/xml", f"schema: {schema}") == expected
