"""How a request is sent counts, whatever its operation says."""

import pytest

from apipack.evaluation.framing import differences, faults
from apipack.evaluation.metrics import same_request
from apipack.records import Request

PART = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'


def request(kind: str, body: str, *more: tuple[str, str]) -> Request:
    return Request("POST", "https://h.example/a", (("Content-Type", kind), *more), body)


@pytest.mark.parametrize(
    ("kind", "body", "right"),
    [
        ("application/json; charset=utf-8", '{"a":"é"}', True),
        ('application/json; charset="UTF-8"', "{}", True),
        ("application/json; charset=iso-8859-1", "{}", True),
        ("application/json; charset=iso-8859-1", '{"a":"é"}', False),
        ("text/plain; charset=iso-8859-1", "caf\udce9", True),  # as it arrives: what is not UTF-8 is escaped
        ("application/json; charset=utf-16", "{}", False),
        ("application/json; charset=no-such", "{}", False),
        ("multipart/form-data; boundary=b", PART, True),
        ("multipart/form-data; boundary=c", PART, False),
        ("multipart/form-data", PART, False),
    ],
)
def test_a_body_is_what_its_type_declares(kind: str, body: str, right: bool) -> None:
    assert (not faults(request(kind, body))) is right


def test_a_body_has_one_type() -> None:
    twice = request("application/json", "{}", ("content-type", "text/plain"))
    assert faults(twice) == {"header content-type: twice"}


def test_what_the_reference_does_as_well_is_no_difference() -> None:
    gold = request("application/json; charset=utf-16", "{}", ("Authorization", "Bearer X"))
    assert not differences(gold, gold) and same_request(gold, gold, gold.url, [])
    bare = request("application/json", "{}", ("Authorization", "Bearer Y"))
    assert not differences(bare, gold)
    assert differences(gold, bare) and not same_request(gold, bare, gold.url, [])


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("Basic c3ZjOnB3", True),
        ("Basic b'c3ZjOnB3'", False),
        ('Bearer b"c3ZjOnB3"', False),
        ("b'c3ZjOnB3'", False),
        ("it's b'c' d", True),
    ],
)
def test_bytes_that_were_not_decoded_are_no_header(value: str, right: bool) -> None:
    gold = Request("GET", "https://h.example/a", (("Authorization", value.split(" ")[0] + " REPLACE_KEY"),))
    assert (not faults(Request("GET", "https://h.example/a", (("Authorization", value),)))) is right
    assert right or not same_request(Request("GET", gold.url, (("Authorization", value),)), gold, gold.url, [])
