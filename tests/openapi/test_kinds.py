"""A file that is no OpenAPI document is one line that says what it is."""

import gzip

import pytest

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load

POSTMAN = b'{"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": []}'
ALIASES = b"openapi: 3.0.0\na: &a [x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c]\n" % (n + 1, n + 1, n, n) for n in range(97, 121)
)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b" \n\t", "empty: the document has no text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary data and no text"),
        (bytes(range(256)), "binary data and no text"),
        (gzip.compress(b"openapi: 3.0.0", mtime=0), "a gzip archive: unpack it first"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive: unpack it first"),
        (b"\xfd7zXZ\x00\x00", "an archive: unpack it first"),
        ("openapi: 3.0.0".encode("utf-16"), "not_utf8: text in UTF-16 or UTF-32: save it as UTF-8"),
        ('{"openapi": "3.0.0"}'.encode("utf-16-le"), "not_utf8: text in UTF-16 or UTF-32: save it as UTF-8"),
        ('{"openapi": "3.0.0"}'.encode("utf-16-be"), "not_utf8: text in UTF-16 or UTF-32: save it as UTF-8"),
        ('{"openapi": "3.0.0"}'.encode("utf-32"), "not_utf8: text in UTF-16 or UTF-32: save it as UTF-8"),
        ("openapi: 3.0.0\nx: café".encode("latin-1"), "not_utf8: no UTF-8 text: save the document as UTF-8"),
        (ALIASES, "too_many_aliases: its aliases stand for more than 1000000 nodes"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "too_deep: nested deeper than it can be read"),
        (b"\n".join(b" " * n + b"a:" for n in range(600)), "too_deep: more than 500 levels"),
        (b'[{"openapi": "3.0.0"}]', "a list: an OpenAPI document is a mapping"),
        (b'{"openapi": "3.0.0", "paths": {"/a', "as JSON: unexpected end of data: line 1 column 35"),
        (b"openapi: 3.0.0\npaths: {/a: {", "as YAML: while parsing a flow node did not find expected node content"),
        (b'{"openapi": "3.0.0", "paths": {}, "paths": {}}', "duplicate_keys: paths"),
        (b"asyncapi: 3.0.0\nchannels: {}", "an AsyncAPI document, which describes messages and no HTTP paths"),
        (b"arazzo: 1.0.0\nworkflows: []", "an Arazzo document, which describes workflows"),
        (POSTMAN, "a Postman collection: convert it to OpenAPI first"),
        (b'{"values": [], "_postman_variable_scope": "environment"}', "an export of Postman that is no collection"),
        (b'{"swaggerVersion": "1.2", "apis": []}', "a Swagger 1.2 document: convert it"),
        (b'{"swagger": "1.2", "apis": []}', "unsupported_version: 1.2; apipack reads"),
        (b"type: collection.insomnia.rest/5.0", "an Insomnia export"),
        (b"\xef\xbb\xbf<!doctype html><html>", "an HTML page, not the document"),
        (b"\n<div id=swagger-ui></div>", "an HTML page, not the document"),
        (b"<?xml version='1.0'?><a/>", "an XML document; apipack reads OpenAPI 3.0 to 3.2"),
        (b"<wsdl:definitions xmlns:wsdl='http://schemas.xmlsoap.org/wsdl/'/>", "a WSDL document, of SOAP"),
        (b'// mine\n{"openapi": "3.0.0"}', "JSON with comments, which JSON has none of: take them out"),
        (b'{"openapi": "3.0.0", // mine\n "paths": {}}', "JSON with comments, which JSON has none of: take them out"),
        (b'{"a": "//", /* " */ "openapi": "3.0.0"}', "JSON with comments, which JSON has none of: take them out"),
        (b'{"a": ' + b'/*"' * 99_999, "as YAML: while parsing a flow mapping"),
        (b'{"kind": "discovery#directoryList", "items": []}', "a list of Google discovery documents"),
        (b'{"data": {"__schema": {}}}', "an answer of GraphQL about its schema"),
        (b"apiVersion: v1\nkind: Service", "a Kubernetes object; apipack reads"),
        (b'{"openapi": null, "paths": {}}', "no_version: `openapi` is null, and no version such as `openapi: 3.1.0`"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1", "a pointer of Git LFS: `git lfs pull`"),
        (b'syntax = "proto3";', "a Protocol Buffers file, which has no paths"),
        (b'{"message": "Not Found"}', "no_version: neither `openapi: 3.x` nor `swagger: 2.0` at its top, but message"),
        (b'{"kind": "discovery#restDescription"}', "broken_discovery: it has no 'baseUrl'"),
        (b"openapi: 3.3.0\npaths: {}", "unsupported_version: 3.3.0; apipack reads OpenAPI 3.0 to 3.2"),
        (b"openapi: 3.1.0\nwebhooks: {a: {post: {}}}", "no_paths: a document of webhooks alone"),
        (b"openapi: 3.1.0\npaths:", "no_paths: paths is null, not a mapping"),
        (b"openapi: 3.1.0\npaths: []", "no_paths: paths is a list, not a mapping"),
    ],
)
def test_what_is_no_specification_is_said_in_one_line(body: bytes, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        list(Document(load(body)).operations())
    line = str(caught.value)
    assert told in line and "\n" not in line and len(line) < 250


def test_a_mark_of_byte_order_is_no_part_of_the_text() -> None:
    for text in ('{"openapi": "3.0.0", "paths": {}}', "openapi: 3.0.0\npaths: {}"):
        assert load(text.encode("utf-8-sig")) == {"openapi": "3.0.0", "paths": {}}
