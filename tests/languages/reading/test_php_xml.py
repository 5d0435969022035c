"""XML that PHP writes with SimpleXML and DOM is read as the tree that it is."""

import pytest

from apipack.languages.codec import Unreadable, read

SEND = """
$ch = curl_init('https://api.orchard.example/v3/lists');
curl_setopt($ch, CURLOPT_POSTFIELDS, %s);
curl_setopt($ch, CURLOPT_HTTPHEADER, ['Content-Type: application/xml']);
curl_exec($ch);
"""
HEAD = '<?xml version="1.0"?>\n'
SIMPLE = "$xml = new SimpleXMLElement('<list/>');\n"
DOM = "$dom = new DOMDocument('1.0', 'UTF-8');\n$list = $dom->createElement('list');\n$dom->appendChild($list);\n"


def body(code: str, sends: str = "$xml->asXML()") -> str | None:
    return read("php", f"<?php\n{code}{SEND % sends}").body


@pytest.mark.parametrize(
    ("code", "root"),
    [
        (
            "$xml->addChild('item', 'pear'); $xml->addChild('count', 3);",
            "<list><item>pear</item><count>3</count></list>",
        ),
        ("$xml->item = 'pears & plums'; $xml->item = 'plums';", "<list><item>plums</item></list>"),
        ("$xml->addAttribute('kind', 'a \"b\"'); $xml->addChild('item');", "<list kind='a \"b\"'><item/></list>"),
        (
            "$a = $xml->addChild('address'); $a->addChild('city', 'Bonn');",
            "<list><address><city>Bonn</city></address></list>",
        ),
        ("$xml->addChild('a'); $xml->a->addChild('b', 'c');", "<list><a><b>c</b></a></list>"),
        ("$xml->addChild('item', htmlspecialchars('a < b & c'));", "<list><item>a &lt; b &amp; c</item></list>"),
    ],
)
def test_simple_xml(code: str, root: str) -> None:
    assert body(SIMPLE + code) == f"{HEAD}{root}\n"


def test_a_text_that_is_loaded() -> None:
    code = """$xml = simplexml_load_string('<?xml version="1.0" encoding="UTF-8"?><list a="1"><b> c </b></list>');"""
    assert body(code) == '<?xml version="1.0" encoding="UTF-8"?>\n<list a="1"><b> c </b></list>\n'


def test_dom() -> None:
    code = """
$item = $dom->createElement('item', 'pear');
$item->setAttribute('id', '7');
$list->appendChild($item);
$note = $list->appendChild($dom->createElement('note'));
$note->appendChild($dom->createTextNode('a & b'));
$never = $dom->createElement('never', 'x');
"""
    root = '<list><item id="7">pear</item><note>a &amp; b</note></list>'
    assert body(DOM + code, "$dom->saveXML()") == f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'


@pytest.mark.parametrize(
    ("code", "sends"),
    [
        pytest.param(SIMPLE + "$xml->addChild('item', 'a & b');", "$xml->asXML()", id="an entity that is none"),
        pytest.param(SIMPLE + "$xml->addChild('a b', 'c');", "$xml->asXML()", id="a name that is none"),
        pytest.param(SIMPLE + "$xml->addChild('item', 'é');", "$xml->asXML()", id="letters written as numbers"),
        pytest.param(SIMPLE, "$xml", id="no text"),
        pytest.param(SIMPLE + "$a = $xml->addChild('a');", "$a->asXML()", id="a part"),
        pytest.param("$xml = new SimpleXMLElement('<list>');", "$xml->asXML()", id="not XML"),
        pytest.param("$xml = new SimpleXMLElement('<a:list xmlns:a=\"urn:a\"/>');", "$xml->asXML()", id="namespaces"),
        pytest.param("$dom = new DOMDocument();", "$dom->saveXML()", id="no element"),
        pytest.param(DOM + "$dom->appendChild($dom->createElement('b'));", "$dom->saveXML()", id="two elements"),
    ],
)
def test_what_is_not_certain_is_refused(code: str, sends: str) -> None:
    with pytest.raises(Unreadable):
        body(code, sends)
