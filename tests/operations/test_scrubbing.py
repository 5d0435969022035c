import json

import pytest

from apipack.operations.scrubbing import scrub, scrub_all, scrub_request
from apipack.records import Request


@pytest.mark.parametrize(
    ("text", "clean", "kinds"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "REPLACE_SECRET_VALUE", {"secret": 1}),
        ('{"apiKey":"a8Fh39dkLq02mNz71Qpx"}', '{"apiKey":"REPLACE_SECRET_VALUE"}', {"secret": 1}),
        ("access_token=a8Fh39dkLq02mNz71Qpx&x=1", "access_token=REPLACE_SECRET_VALUE&x=1", {"secret": 1}),
        ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcDEF123 b", "a REPLACE_SECRET_VALUE b", {"secret": 1}),
        (
            "-----BEGIN RSA PRIVATE KEY-----\\nMII\\n-----END RSA PRIVATE KEY-----",
            "REPLACE_SECRET_VALUE",
            {"secret": 1},
        ),
        ("q=bob%40acme.io", "q=user%40example.com", {"email": 1}),
        ("mail bob.roe+x@mail.acme.co.uk.", "mail user@example.com.", {"email": 1}),
        ("call +1 415 555 2671 or (415) 867-5309", "call +12025550100 or +12025550100", {"phone": 2}),
        ("tel=%2B14155552671", "tel=%2B12025550100", {"phone": 1}),
    ],
)
def test_what_is_replaced(text: str, clean: str, kinds: dict[str, int]) -> None:
    assert scrub(text) == (clean, kinds)
    assert scrub_all(["plain", text]) == [("plain", {}), (clean, kinds)]


@pytest.mark.parametrize(
    "text",
    [
        "user@example.com and a@b.test",
        "token=thisisaverylongwordtoken",
        "apiKey=REPLACE_KEY_VALUE",
        '{"token":"SOME_STRING_VALUE"}',
        "2024-01-31T12:00:00+01:00",
        "123e4567-e89b-12d3-a456-426614174000",
        "123-456-7890 and 1234567890123",
        "/v1/keys/{keyId}/tokens",
    ],
)
def test_what_stays(text: str) -> None:
    assert scrub(text) == (text, {})
    assert scrub_all([text]) == [(text, {})]


def test_a_request_keeps_its_host_and_its_form() -> None:
    request = Request(
        "POST",
        "https://jane.roe.acme.io/users/jane.roe%40acme.io?n=1",
        (("Authorization", "Bearer 8fKq02LmZr71QpxVb3Ty9WdE"), ("Content-Type", "application/json")),
        '{"password":"8fKq02LmZr71QpxVb3Ty9WdE","n":1}',
    )
    clean, found = scrub_request(request)
    assert clean.url == "https://jane.roe.acme.io/users/user%40example.com?n=1"
    assert clean.header("authorization") == "Bearer REPLACE_SECRET_VALUE"
    assert json.loads(clean.body or "") == {"password": "REPLACE_SECRET_VALUE", "n": 1}
    assert found == {"email": 1, "secret": 2}


def test_an_authentication_scheme_is_no_secret() -> None:
    text = "Authorization: ACME-HMAC-SHA256-v1 REPLACE_ACME_HMAC_SHA256_V1_CREDENTIALS"
    assert scrub(text) == (text, {})
