"""A body matches by its shape and the types of its values: multipart, XML, sequences and forms as JSON does."""

import pytest

from apipack.evaluation.arguments import arguments, exact_match
from apipack.evaluation.metrics import same_request
from apipack.records import Request

URL = "https://h.example/a"
FORM = "multipart/form-data; boundary=b"


def sent(body: str, media_type: str) -> Request:
    return Request("POST", URL, (("Content-Type", media_type),), body)


def same(predicted: Request, gold: Request) -> bool:
    assert same_request(gold, gold, URL, []) and exact_match(gold, gold, URL, [])
    return same_request(predicted, gold, URL, [])


def part(disposition: str, text: str = "x", media_type: str | None = None, boundary: str = "b") -> str:
    typed = f"Content-Type: {media_type}\r\n" if media_type else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{typed}\r\n{text}\r\n"


def form(*parts: str) -> Request:
    return sent("".join(parts) + "--b--\r\n", FORM)


META = part('name="meta"', '{"a":1,"b":"x"}', "application/json")
NUMBER = part('name="n"', "5")
FILE = part('name="file"; filename="file.bin"', "data", "application/octet-stream")
GOLD = form(META, NUMBER, FILE)


@pytest.mark.parametrize(
    "predicted",
    [
        form(part('name="meta"; filename="blob"', '{"a":1,"b":"x"}', "application/json"), NUMBER, FILE),
        form(NUMBER, FILE, META),
        form(META.replace('{"a":1,"b":"x"}', '{"b": "y", "a": 2}'), NUMBER.replace("5", "6"), FILE),
        form(META.replace("application/json", "application/json; charset=utf-8"), NUMBER, FILE),
        form(META, part("name=n", "7", "text/plain"), FILE),
        form(META, NUMBER, part('name="file"; filename="a.png"', "\x01", "image/png")),
        Request("POST", URL, (("Content-Type", "multipart/form-data; boundary=c"),),
                "".join((META, NUMBER, FILE)).replace("--b", "--c") + "--c--\r\n"),
    ],
)  # fmt: skip
def test_parts_with_other_values_in_another_order(predicted: Request) -> None:
    assert same(predicted, GOLD)


@pytest.mark.parametrize(
    "predicted",
    [
        form(NUMBER, FILE),
        form(META, META, NUMBER, FILE),
        form(META, NUMBER.replace('"n"', '"m"'), FILE),
        form(META, NUMBER.replace("5", "five"), FILE),
        form(META, NUMBER, part('name="file"', "data", "application/octet-stream")),
        form(META, part('name="n"; filename="n.txt"', "5"), FILE),
        form(part('name="meta"', "hello"), NUMBER, FILE),
        form(part('name="meta"', "hello", "application/json"), NUMBER, FILE),
        form(META.replace('"a"', '"c"'), NUMBER, FILE),
        form(META.replace("1", '"1"'), NUMBER, FILE),
        form(part('name="meta"', '{"a":1,"b":"x"}'), NUMBER, FILE),
        form(META.replace("application/json", "text/plain"), NUMBER, FILE),
        form(META, part('filename="n"', "5"), FILE),
        form(META, NUMBER, FILE.replace("form-data", "attachment")),
        sent(GOLD.body or "", "multipart/form-data"),
        sent('name="meta"', FORM),
        sent("--b--\r\n", FORM),
    ],
)
def test_a_part_of_another_name_type_or_shape_is_another_form(predicted: Request) -> None:
    assert not same(predicted, GOLD) and not exact_match(predicted, GOLD, URL, [])


def test_a_form_without_parts_and_parts_without_names() -> None:
    none = sent("--b--\r\n", FORM)
    assert same(sent("--c--\r\n", "multipart/form-data; boundary=c"), none)
    assert not same(form(NUMBER), none) and not same(sent("anything", FORM), none)
    mixed = "multipart/mixed; boundary=b"
    gold = sent('--b\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n--b--\r\n', mixed)
    assert same(sent((gold.body or "").replace("1", "2"), mixed), gold)
    assert not same(sent((gold.body or "").replace("1", "x"), mixed), gold) and not same(sent("anything", mixed), gold)


XML = sent('<r id="7" xmlns:p="urn:p"><t>hi</t><t>ho</t><p:n k="x"><m>1.5</m></p:n><e/></r>', "application/xml")


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0" encoding="UTF-8"?>\n<r id="8">\n <t>5</t><t>b</t><e></e>\n'
        ' <q:n xmlns:q="urn:p" k="y"><m> 2 </m></q:n>\n</r>\n',
    ],
)
def test_xml_with_other_values_prefixes_and_white_space(body: str) -> None:
    assert same(sent(body, "application/xml"), XML)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<t>hi</t><t>ho</t>', "<t>hi</t>"),
        ('<t>hi</t><t>ho</t>', "<t>hi<t>ho</t></t>"),
        ('id="7"', ""),
        ('id="7"', 'id="abc"'),
        ('id="7"', 'id=""'),
        ('id="7"', 'id="7" x="1"'),
        ('id="7"', 'ids="7"'),
        ('k="x"', 'p:k="x"'),
        ("urn:p", "urn:q"),
        ("<r ", '<r xmlns="urn:d" '),
        ("<m>1.5</m>", "<m>many</m>"),
        ("<m>1.5</m>", "<m></m>"),
        ("<m>1.5</m>", "text"),
        ("<m>1.5</m>", "<m>1.5</m>text"),
        ("<e/>", "<e>x</e>"),
        ("<e/>", "<e><f/></e>"),
        ("<e/>", "<f/>"),
        ("</r>", ""),
        ("<r ", '<?xml version="1.0" encoding="UTF-16"?><r '),
        ("<r ", '<!DOCTYPE r [<!ENTITY x "y">]><r '),
    ],
)  # fmt: skip
def test_xml_of_another_tree_is_another_body(old: str, new: str) -> None:
    assert old in (XML.body or "")
    predicted = sent((XML.body or "").replace(old, new), "application/xml")
    assert not same(predicted, XML) and not exact_match(predicted, XML, URL, [])


def test_elements_turned_inside_out_and_values_changed_about() -> None:
    gold = sent('<r id="7"><t>hi</t></r>', "text/xml")
    assert not same(sent("<t><r>hi</r></t>", "text/xml"), gold)
    pairs = sent("<r><p><a>1</a><b>2</b></p><p><a>3</a><b>4</b></p></r>", "text/xml")
    other = sent("<r><p><a>3</a><b>2</b></p><p><a>1</a><b>4</b></p></r>", "text/xml")
    assert same(other, pairs) and not exact_match(other, pairs, URL, [])
    assert exact_match(sent((pairs.body or "").replace("><", ">\n<"), "text/xml"), pairs, URL, [])


@pytest.mark.parametrize(
    ("media_type", "gold", "alike", "wrong"),
    [
        ("application/x-ndjson", '{"n":4}\n', '{"n": 5}\n{"n": 6}\n', '{"n":"x"}\n'),
        ("application/jsonl", '{"n":4}\n', '{"n": 5}\n', '{"n":"x"}\n'),
        ("application/jsonl", '{"n":4}\n', '{"n": 5}', "garbage"),
        ("application/json-seq", '\x1e{"n":4}\n', '\x1e{"n": 5}\n\x1e{"n": 6}\n', '\x1e{"m":4}\n'),
        ("application/json-seq", '\x1e{"n":4}\n', '\x1e{"n":5}', '{"n":4}\n'),
        ("text/event-stream", 'data: {"n":4}\n\n', 'data:{"n": 5}\r\n\r\n', 'data: {"n":"x"}\n\n'),
        ("text/event-stream", "event: a\ndata: b\n\n", "data: c\nevent: d\n\n", "data: b\n\n"),
        ("application/x-www-form-urlencoded", "s=abc&n=3", "n=4&s=123", "s=abc&n=x"),
        ("application/x-www-form-urlencoded", "s=abc&n=3", "n=4&s=true", "s=&n=3"),
        ("text/plain", "hello", "5", ""),
        ("application/scim+json", '{"n":4}', '{"n": 5}', '{"n":4} {}'),
    ],
)
def test_values_of_sequences_and_forms_are_compared_by_type(media_type: str, gold: str, alike: str, wrong: str) -> None:
    right = sent(gold, media_type)
    assert same(sent(alike, media_type), right)
    assert not same(sent(wrong, media_type), right)


@pytest.mark.parametrize(
    ("media_type", "gold", "spaced"),
    [
        ("application/jsonl", '{"n":4}\n', '{"n": 4}'),
        ("application/x-ndjson", '{"n":4}\n{"m":[1]}', '{ "n":4}\n{"m": [1]}\n'),
        ("application/json-seq", '\x1e{"n":4}\n', '\x1e{"n": 4}'),
        (FORM, META + "--b--\r\n", META.replace(",", ", ") + "--b--\r\n"),
        ("application/vnd.x+json", '{"n":4}', '{"n": 4}'),
    ],
)
def test_a_space_in_json_is_no_other_value(media_type: str, gold: str, spaced: str) -> None:
    assert exact_match(sent(spaced, media_type), sent(gold, media_type), URL, [])


def test_arguments_of_parts_and_sequences() -> None:
    found = [(one.name, one.value, one.kind) for one in arguments(GOLD, URL)]
    assert found == [
        ("meta.a", "1", "number"),
        ("meta.b", '"x"', "string"),
        ("n", "5", "text"),
        ("file", "a file", "text"),
    ]
    lines = arguments(sent('{"n":4}\n[5]', "application/x-ndjson"), URL)
    assert [(one.name, one.value) for one in lines] == [("0.n", "4"), ("1.0", "5")]
