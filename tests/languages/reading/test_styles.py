"""Calls as models write them: the right ones are read as what they send, no wrong one as the request that was meant."""

import pytest

from apipack.evaluation.verdicts import judge
from apipack.languages.codec import Reading
from tests.languages.reading.styles import Call, calls, references, same_credentials

REFERENCES = references()


@pytest.mark.parametrize("call", calls("right"), ids=str)
def test_a_right_call_is_read_as_what_it_sends(call: Call) -> None:
    reading = Reading.of(call.language, call.code)
    assert reading.request is not None, reading.problem
    gold = REFERENCES[call.task]
    verdict = judge(reading, gold)
    assert verdict.exact_match, f"{reading.request} for {gold.request}"
    assert same_credentials(reading.request, gold.request)


@pytest.mark.parametrize("call", calls("wrong"), ids=str)
def test_a_wrong_call_is_not_the_request_that_was_meant(call: Call) -> None:
    assert not judge(Reading.of(call.language, call.code), REFERENCES[call.task]).request_match


@pytest.mark.parametrize("call", calls("other-value"), ids=str)
def test_another_value_is_no_exact_match(call: Call) -> None:
    assert not judge(Reading.of(call.language, call.code), REFERENCES[call.task]).exact_match


@pytest.mark.parametrize("call", calls("refused"), ids=str)
def test_a_call_that_may_send_otherwise_is_refused(call: Call) -> None:
    """Only execution tells whether it is right."""
    reading = Reading.of(call.language, call.code)
    assert reading.request is None and not reading.unsent
    assert judge(reading, REFERENCES[call.task]).request_match is None


OKHTTP = """OkHttpClient client = new OkHttpClient();
RequestBody body = RequestBody.create("{}", MediaType.parse("application/json"));
CODE
Response response = client.newCall(request).execute();"""
GET = 'Request request = new Request.Builder().url("https://api.shelfmark.example/v2/me").method("GET", body).build();'
SWIFT = """import Foundation
let data = TRY JSONSerialization.data(withJSONObject: ["a": 1])
var request = URLRequest(url: URL(string: "https://api.shelfmark.example/v2/me")!)
request.httpMethod = "POST"
request.httpBody = data
URLSession.shared.dataTask(with: request).resume()
"""


@pytest.mark.parametrize(
    ("language", "code", "unsent"),
    [
        pytest.param("java", OKHTTP.replace("CODE", GET), True, id="OkHttp throws"),
        pytest.param(
            "java",
            OKHTTP.replace("CODE", f"Request request = null;\ntry {{ {GET[8:]} }} catch (Exception error) {{ }}"),
            False,
            id="OkHttp throws, and it may be caught",
        ),
        pytest.param(
            "java",
            OKHTTP.replace("CODE", f'Request request = null;\nif (System.getenv("X") != null) {{ {GET[8:]} }}'),
            False,
            id="OkHttp may throw",
        ),
        pytest.param("swift", SWIFT.replace("TRY ", ""), True, id="Swift does not compile"),
        pytest.param("swift", SWIFT.replace("TRY", "try?"), False, id="Swift compiles"),
        pytest.param(
            "swift",
            SWIFT.replace('TRY JSONSerialization.data(withJSONObject: ["a": 1])', "form.encode()"),
            False,
            id="a method of any type",
        ),
    ],
)
def test_a_call_that_certainly_sends_nothing_is_wrong(language: str, code: str, unsent: bool) -> None:
    reading = Reading.of(language, code)
    assert reading.request is None or not unsent
    assert reading.unsent is unsent, reading.problem
    assert reading.uncompiled is (unsent and language == "swift")
    if unsent:
        assert judge(reading, REFERENCES["me"]).request_match is False
