"""PHP: documents that SimpleXML and DOM write, without namespaces."""

from __future__ import annotations

import re
from html import escape as html_escape
from html import unescape
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from apipack.languages.reading.dialect import constant
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.php_data import text
from apipack.languages.reading.values import UNDEFINED, Arguments, Builtin, Thing, known, text_of
from apipack.languages.wire import Unreadable

_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_ENTITY = re.compile("&(?:amp|lt|gt|quot|apos|#0?39);")
_HEAD = re.compile(r"<\?xml\s+version=[\"']1\.0[\"'](?:\s+encoding=[\"'](?P<encoding>[\w-]+)[\"'])?\s*\?>\s*")


class Document(Thing):
    """The encoding that a document says, and its root."""

    settable = frozenset({"formatOutput", "preserveWhiteSpace"})

    def __init__(self, encoding: str = "", root: ElementTree.Element | None = None) -> None:
        if encoding and encoding.upper() != "UTF-8":
            raise Unreadable("XML of another encoding")
        self.encoding, self.root = encoding, root

    def written(self) -> str:
        if self.root is None:
            raise Unreadable("XML without an element")
        said = f' encoding="{self.encoding}"' if self.encoding else ""
        content = _written(self.root)
        if not said and not content.isascii():
            raise Unreadable("XML whose letters are written as numbers")
        return f'<?xml version="1.0"{said}?>\n{content}\n'

    def do_createElement(self, run: Evaluation, given: Arguments) -> Node:
        name, value = given.take("localName", "value", required=1)
        return Node(_made(name, "" if value is UNDEFINED else value))

    def do_createTextNode(self, run: Evaluation, given: Arguments) -> str:
        return text(*given.take("data", required=1))

    def do_appendChild(self, run: Evaluation, given: Arguments) -> Node:
        run.certain()
        (node,) = given.take("node", required=1)
        if not isinstance(node, Node) or self.root is not None:
            raise Unreadable("XML of other than one element")
        self.root = node.element
        return node

    def do_saveXML(self, run: Evaluation, given: Arguments) -> str:
        given.take()
        return self.written()


class Node(Thing):
    """DOMElement."""

    def __init__(self, element: ElementTree.Element) -> None:
        self.element, self.is_placed = element, False

    def do_setAttribute(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        _set_attribute(self.element, given)

    def do_appendChild(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        (node,) = given.take("node", required=1)
        if isinstance(node, Node):
            if node.is_placed:
                raise Unreadable("an element that moves")
            node.is_placed = True
            self.element.append(node.element)
        elif len(self.element) or not isinstance(node, str):
            raise Unreadable("a text behind an element")
        else:
            self.element.text = (self.element.text or "") + node
        return node


class Simple(Thing):
    """SimpleXMLElement. document: what it is the root of, if it is one."""

    def __init__(self, element: ElementTree.Element, document: Document | None = None) -> None:
        self.element, self.document = element, document

    def get(self, run: Evaluation, name: str) -> Any:
        child = self.element.find(name) if _NAME.fullmatch(name) else None
        return super().get(run, name) if child is None or hasattr(self, f"do_{name}") else Simple(child)

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        run.certain()
        child = self.element.find(name)
        if child is None:
            self.element.append(child := _made(name, ""))
        if len(child):
            raise Unreadable("a text for elements")
        child.text = text(known(value))

    def do_addChild(self, run: Evaluation, given: Arguments) -> Simple:
        run.certain()
        name, value = given.take("qualifiedName", "value", required=1)
        child = _made(name, "" if value is UNDEFINED or value is None else value)
        self.element.append(child)
        return Simple(child)

    def do_addAttribute(self, run: Evaluation, given: Arguments) -> None:
        run.certain()
        _set_attribute(self.element, given)

    def do_asXML(self, run: Evaluation, given: Arguments) -> str:
        given.take()
        if self.document is None:
            raise Unreadable("XML of a part of a document")
        return self.document.written()

    do_saveXML = do_asXML


def _made(name: Any, value: Any) -> ElementTree.Element:
    """An element of a text that is escaped where it must be."""
    content = text(known(value))
    if not _NAME.fullmatch(text_of(name)) or "&" in _ENTITY.sub("", content):
        raise Unreadable("a name or a text of XML that is not plain")
    element = ElementTree.Element(text_of(name))
    element.text = _ENTITY.sub(lambda entity: unescape(entity[0]), content)
    return element


def _set_attribute(element: ElementTree.Element, given: Arguments) -> None:
    name, value = given.take("qualifiedName", "value", required=2)
    if not _NAME.fullmatch(text_of(name)) or name in element.attrib:
        raise Unreadable("an attribute of XML that is not plain")
    element.set(text_of(name), text(known(value)))


def _written(element: ElementTree.Element) -> str:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.items())
    inner = escape(element.text or "") + "".join(_written(child) + escape(child.tail or "") for child in element)
    return f"<{element.tag}{attributes}>{inner}</{element.tag}>" if inner else f"<{element.tag}{attributes}/>"


def _simple(run: Evaluation, given: Arguments) -> Simple:
    (content,) = given.take("data", required=1)
    content = text_of(known(content))
    head = _HEAD.match(content)
    rest = content[head.end() if head else 0 :]
    if re.search(r"<[!?]|\bxmlns|</?\w+:", rest):
        raise Unreadable("XML with more than elements")
    try:
        root = ElementTree.fromstring(rest.strip())
    except ElementTree.ParseError:
        raise Unreadable("not XML") from None
    return Simple(root, Document((head["encoding"] if head else None) or "", root))


def _document(run: Evaluation, given: Arguments) -> Document:
    version, encoding = given.take("version", "encoding")
    if version not in (UNDEFINED, "1.0"):
        raise Unreadable("XML of another version")
    return Document("" if encoding is UNDEFINED else text_of(encoding))


def _special(value: Any, *flags: Any) -> str:
    content = text(value)
    if flags and re.search("[\"']", content):
        raise Unreadable("quotation marks that are escaped in one of several ways")
    return html_escape(content).replace("&#x27;", "&#039;")


XML: dict[str, Any] = {
    "class SimpleXMLElement": Builtin(_simple),
    "simplexml_load_string": Builtin(_simple),
    "htmlspecialchars": constant(_special),
    **dict.fromkeys(("ENT_XML1", "ENT_QUOTES", "ENT_COMPAT", "ENT_NOQUOTES", "ENT_HTML5", "ENT_HTML401"), 0),
    "class DOMDocument": Builtin(_document),
}
