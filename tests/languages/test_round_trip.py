"""Whatever request is rendered, reading the code gives the same request: method, URL, fields in order, body."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apipack.languages.codec import Unreadable, Unrepresentable, read, render
from apipack.records import LANGUAGES, Request
from tests.languages.hostile import HOSTILE_TEXT, corpus, requests

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("language", LANGUAGES)
@given(request=requests())
@QUICK
def test_any_request_comes_back(language: str, request: Request) -> None:
    try:
        code = render(language, request)
    except Unrepresentable:
        return
    assert read(language, code) == request


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_requests_come_back(language: str) -> None:
    refused = []
    for request in corpus():
        try:
            code = render(language, request)
        except Unrepresentable:
            refused.append(request)
            continue
        assert read(language, code) == request
    assert len(refused) < 12, refused


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.one_of(st.text(), HOSTILE_TEXT))
@QUICK
def test_reading_any_text_raises_only_unreadable(language: str, text: str) -> None:
    with pytest.raises(Unreadable):
        read(language, text)


@pytest.mark.parametrize("language", LANGUAGES)
@given(request=requests(), seed=st.integers(0, 2**32))
@QUICK
def test_damaged_code_raises_only_unreadable(language: str, request: Request, seed: int) -> None:
    try:
        code = render(language, request)
    except Unrepresentable:
        return
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(code))
        code = (
            code[:start]
            + chance.choice(("", "\\", '"', "'", "\n", "\\x", "\\u{", "\\777", "\ud800", "😀"))
            + code[start + chance.randint(0, 3) :]
        )
    try:
        read(language, code)
    except Unreadable:
        return


@pytest.mark.parametrize("language", LANGUAGES)
def test_lone_surrogates_are_refused(language: str) -> None:
    request = Request("POST", "https://h/", (("Content-Type", "text/plain"),), "a\ud800b")
    with pytest.raises(Unrepresentable, match="surrogate"):
        render(language, request)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_url_without_path_comes_back_with_the_path_on_the_wire(language: str) -> None:
    read_back = read(language, render(language, Request("GET", "https://api.example.com?a=1")))
    assert read_back.url in ("https://api.example.com?a=1", "https://api.example.com/?a=1")
