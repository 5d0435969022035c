"""Readers are strict: damaged code gives another request or Unreadable, never the one that was meant."""

import re
import time
from dataclasses import replace

import pytest

from apipack.languages.codec import Unreadable, Unrepresentable, read, render
from apipack.records import LANGUAGES, Request

KEY, TYPE = ("X-Api-Key", "k1"), ("Content-Type", "application/json")
POST = Request("POST", "https://api.example.com/v1/pets?limit=10", (KEY, TYPE), '{"name":"Rex"}')
FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")


def outcome(language: str, code: str) -> Request | None:
    try:
        return read(language, code)
    except Unreadable:
        return None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "other",
    [
        replace(POST, method="PUT"),
        replace(POST, url=POST.url.replace("example", "exarnple")),
        replace(POST, url=POST.url.replace("https", "http")),
        replace(POST, url=POST.url.replace("10", "11")),
        replace(POST, headers=(TYPE,)),
        replace(POST, headers=(("X-Api-Key", "k2"), TYPE)),
        replace(POST, body='{"name":"Max"}'),
        replace(POST, body=None),
    ],
    ids=["method", "host", "scheme", "query", "header dropped", "header value", "body", "body dropped"],
)
def test_another_request_reads_as_that_request(language: str, other: Request) -> None:
    assert read(language, render(language, other)) == other


NOTHING = r"^\s*$"
SPARE = {language: re.compile(NOTHING) for language in LANGUAGES} | {
    "curl": re.compile("--request"),
    "libcurl": re.compile(f"{NOTHING}|CUSTOMREQUEST|return"),
    "java": re.compile(f'{NOTHING}|addHeader."Content-Type"'),
    "node": re.compile(f"{NOTHING}|throw|console"),
    "python": re.compile(f"{NOTHING}|print|data = |^res = "),
    "go": re.compile(f"{NOTHING}|package|defer|Println"),
    "ruby": re.compile(f"{NOTHING}|'uri'|puts"),
    "php": re.compile(f"{NOTHING}|CUSTOMREQUEST|RETURNTRANSFER|echo|php"),
    "swift": re.compile(f"{NOTHING}|import|print|else if"),
    "javascript": re.compile(f"{NOTHING}|withCredentials|console"),
}
"""Lines without which the same request is sent: POST follows from the body, a MediaType names the type, and what is
done with the answer changes nothing."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_line_is_noticed(language: str) -> None:
    lines = render(language, POST).split("\n")
    for number, line in enumerate(lines):
        if SPARE[language].search(line):
            continue
        damaged = "\n".join(lines[:number] + lines[number + 1 :])
        assert outcome(language, damaged) != POST, f"without line {number}: {line}"


SYNTAX = {
    "curl": "'",
    "libcurl": '"(){};#<>,',
    "java": '"(){};,.=',
    "node": "'(){}:=",
    "python": "\"'(){}:=",
    "go": '"(){}:',
    "ruby": "\"'()[]=",
    "php": "\"'()[]>;$?",
    "swift": '"(){}[]=',
    "javascript": "'(){}",
}
"""Marks that no position can spare; JavaScript spares semicolons, and `==` does for `===`."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_mark_is_noticed(language: str) -> None:
    code = render(language, POST)
    for position, mark in enumerate(code):
        if mark in SYNTAX[language]:
            damaged = code[:position] + code[position + 1 :]
            assert outcome(language, damaged) != POST, f"without {mark} in {code[position - 20 : position + 20]!r}"


ANSWER = {"python": "\n\nres = ", "ruby": "\nputs", "php": "\n\necho"}
"""Where scripts that run line by line have sent their request."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_truncated_code_is_noticed(language: str) -> None:
    code = render(language, POST)
    whole = code.index(ANSWER[language]) if language in ANSWER else len(code)
    for end in range(0, whole - 1, 3):
        assert outcome(language, code[:end]) != POST


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_after_the_call_is_no_call(language: str) -> None:
    for extra in ("\nsystem('id')", "\nrm -rf x", " }", "\n\n" + render(language, POST)):
        assert outcome(language, render(language, POST) + extra) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_white_space_around_code_is_free(language: str) -> None:
    assert read(language, f"\n{render(language, POST)}\n\n") == POST


HOSTILE = (
    lambda code: "(" * 1_000_000,
    lambda code: code[: len(code) // 2] + " " * 1_000_000,
    lambda code: code.replace("k1", "k" * 1_000_000)[:-1],
    lambda code: code.replace("k1", "\\\\" * 500_000),
    lambda code: code.replace("Rex", '\\"' * 500_000 + "\\"),
    lambda code: code.replace("k1", "x" + " " * 1_000_000),
    lambda code: code.replace("example", "a-" * 500_000 + "-."),
    lambda code: code.replace("v1", "./" * 500_000),
    lambda code: code.replace("limit", "%2" * 500_000),
    lambda code: code + "\n" + "a=1\n" * 250_000,
    lambda code: "\n".join(
        line + "\n" + (line + "\n") * 10_000 if "X-Api-Key" in line else line for line in code.split("\n")
    ),
    lambda code: '"' * 1_000_000,
    lambda code: code + "x" + "-" * 1_000_000 + "1",
    lambda code: "curl " + "a " * 500_000,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_code_is_read_in_linear_time(language: str, number: int) -> None:
    code = HOSTILE[number](render(language, POST))
    start = time.process_time()
    assert outcome(language, code) != POST
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("code", "request_"),
    [
        ("curl https://h.com/a", Request("GET", "https://h.com/a")),
        ("curl -X POST 'https://h.com/a'", Request("POST", "https://h.com/a")),
        ("curl -XDELETE https://h.com/a?b=1", Request("DELETE", "https://h.com/a?b=1")),
        ("curl -I https://h.com/a", Request("HEAD", "https://h.com/a")),
        (
            "curl https://h.com/a -H 'Content-Type: text/plain' -d \"it's \\$5\"",
            Request("POST", "https://h.com/a", (("Content-Type", "text/plain"),), "it's $5"),
        ),
        ("curl -s https://h.com/a -d a=1 --data b=2", Request("POST", "https://h.com/a", (FORM_TYPE,), "a=1&b=2")),
        (
            "curl https://h.com/a --data-raw @x -H 'X;' -H 'Y:'",
            Request("POST", "https://h.com/a", (("X", ""), FORM_TYPE), "@x"),
        ),
        ("curl -g 'https://h.com/a[1]'", Request("GET", "https://h.com/a[1]")),
        ("curl https://h.com/a -G -d x=1", Request("GET", "https://h.com/a?x=1")),
        ("curl https://h.com/a > out", Request("GET", "https://h.com/a")),
        ("curl h.com/a", Request("GET", "http://h.com/a")),
        ("curl $'https://h.com/a'", Request("GET", "https://h.com/a")),
    ],
)
def test_other_spellings_of_curl(code: str, request_: Request) -> None:
    assert read("curl", code) == request_


@pytest.mark.parametrize(
    "code",
    [
        "curl https://h.com/a?b=1&c=2",
        "curl https://h.com/a; id",
        'curl "https://h.com/$x"',
        "curl https://h.com/`id`",
        "curl https://h.com/a -d @file",
        "curl https://h.com/a --data-binary @file",
        "curl https://h.com/a -F x=@file",
        "curl https://h.com/a https://h.com/b",
        "curl 'https://h.com/a[1-9]'",
        "curl -X HEAD https://h.com/a",
        "curl https://h.com/a \\ \n -H 'X: 1'",
        "curl https://h.com/a\n-H 'X: 1'",
        "curl -X",
        "curl -X post https://h.com/a",
    ],
)
def test_curl_that_does_something_else(code: str) -> None:
    with pytest.raises(Unreadable):
        read("curl", code)


def test_python_in_another_style() -> None:
    code = (
        'from_host = \'api.example.com\'\nimport http.client\nbody = \'{"name":\' "\\"Rex\\"}"\n'
        "h = {'X-Api-Key': 'k1', 'Content-Type': 'application/json'}\nc = http.client.HTTPSConnection(from_host, 443)\n"
        "c.request(method='POST', url='/v1/pets?limit=10', headers=h, body=body.encode())\n"
        "r = c.getresponse()\nprint(r.status, r.reason)\nprint(r.read().decode())\nc.close()"
    )
    assert read("python", code) == replace(POST, url=POST.url.replace(".com", ".com:443"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import http.client\n", ""),
        ("payload, headers", "payload, header"),
        ("payload, headers", "headers, payload"),
        ("conn.request", "con.request"),
        ("res.read", "response.read"),
        ('"/v1', '"v1'),
        ("'{", "f'{"),
        ("'{", "b'\\xff{"),
        ("'{", "'\\xff{"),
        ('"k1"', "1"),
        ('"k1"', '"k1\\n"'),
    ],
)
def test_python_that_fails_or_sends_something_else(old: str, new: str) -> None:
    code = render("python", POST)
    assert old in code
    assert outcome("python", code.replace(old, new, 1)) != POST


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("ruby", '"k1"', '"#{k1}"'),
        ("ruby", "http.use_ssl = true\n", ""),
        ("ruby", "Net::HTTP::Post", "Net::HTTP::Poster"),
        ("php", '"X-Api-Key: k1"', '"X-Api-Key: $k1"'),
        ("php", '"X-Api-Key: k1"', '"X-Api-Key: {$k1}"'),
        ("go", '\t"strings"\n', ""),
        ("go", "url, payload", "url, nil"),
        ("go", '"k1"', '"k\\1"'),
        ("java", ".post(body)", ".get()"),
        ("java", ".post(body)", ".post(null)"),
        ("java", ".post(body)", ".get(body)"),
        ("java", 'parse("application/json")', 'parse("application/xml")'),
        ("java", ".getBytes(StandardCharsets.UTF_8)", ""),
        ("java", '"k1"', '"k1\\u000a"'),
        ("swift", "request.httpBody = postData\n", ""),
        ("swift", '"k1"', '"\\(k1)"'),
        ("swift", 'httpMethod = "POST"', 'httpMethod ="POST"'),
        ("libcurl", '"k1', '"\\x6b1'),
        ("libcurl", "X-Api-Key: k1", "X-Api-Key: k1??/"),
        ("node", "'k1'", "`${k1}`"),
        ("node", "method: 'POST'", "method: 'POST', method: 'GET'"),
        ("javascript", "xhr.send(data)", "xhr.send()"),
        ("javascript", "'X-Api-Key', 'k1'", "'Cookie', 'k1'"),
    ],
)
def test_code_that_fails_or_sends_something_else(language: str, old: str, new: str) -> None:
    code = render(language, POST)
    assert outcome(language, code.replace(old, new) if old in code else POST.url) != POST


def test_a_charset_that_okhttp_adds_is_read() -> None:
    code = render("java", POST).replace(".getBytes(StandardCharsets.UTF_8)", "")
    assert read("java", code).header("content-type") == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("language", "request_", "reason"),
    [
        ("javascript", replace(POST, method="GET"), "no body with GET"),
        ("java", replace(POST, method="GET"), "no body with GET"),
        ("swift", replace(POST, method="GET"), "no body with GET"),
        ("javascript", Request("TRACE", "https://h/"), "TRACE"),
        ("javascript", Request("GET", "https://h/", (("Cookie", "a"),)), "forbidden"),
        ("curl", replace(POST, body="\0"), "NUL"),
        ("curl", replace(POST, body="x" * 200_000), "128 KiB"),
        ("java", replace(POST, body="é" * 40_000), "65,535"),
        ("php", replace(POST, headers=()), "Content-Type of its own"),
        ("python", Request("GET", "https://h/", (("X", "1"), ("x", "2"))), "repeated"),
        ("go", Request("GET", "https://h/", (("Host", "other"),)), "set by the client"),
        ("go", Request("GET", "https://h/{id}"), "percent-encoded"),
        ("go", Request("GET", "https://h/a/../b"), "dot segments"),
        ("go", Request("GET", "https://u:p@h/"), "user info"),
        ("go", Request("GET", "https://h:99999/"), "out of range"),
        ("go", Request("get", "https://h/"), "is no method"),
        ("go", Request("GET", "https://h/", (("X", "a\nb"),)), "not ASCII text"),
        ("go", Request("GET", "https://h/", (("X y", "a"),)), "not a header name"),
    ],
)
def test_what_a_client_cannot_send(language: str, request_: Request, reason: str) -> None:
    with pytest.raises(Unrepresentable, match=reason):
        render(language, request_)
