"""Parts of curl's forms, as curl 7.88 sends them."""

import pytest

from apipack.languages.codec import Unreadable, read


def part(text: str, option: str = "-F") -> str:
    """The one part of a form, without the boundaries."""
    body = read("curl", f"curl {option} '{text}' https://a.test/x").body or ""
    return body.split("\r\n", 1)[1].rsplit("\r\n--", 1)[0]


@pytest.mark.parametrize(
    ("text", "content", "media_type"),
    [
        ('a={"b":1}', '{"b":1}', None),
        ('a={"b": "c, d"};type=application/json', '{"b": "c, d"}', "application/json"),
        ("a=[1,2]; type=application/json ", "[1,2]", "application/json"),
        ('a=x"y', 'x"y', None),
        ('a="x;y"', "x;y", None),
        ('a="{\\"b\\":\\"c;d\\"}";type=application/json', '{"b":"c;d"}', "application/json"),
        ("a= x ", "x", None),
        ("a=x\n", "x", None),
        ("a=x ;type=text/plain", "x", "text/plain"),
        ("a=", "", None),
        ("a==x", "=x", None),
    ],
)
def test_what_a_part_sends(text: str, content: str, media_type: str | None) -> None:
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    assert part(text) == f'Content-Disposition: form-data; name="a"\r\n{kind}\r\n{content}'


@pytest.mark.parametrize(
    ("text", "file", "media_type"),
    [
        ("a=x;filename=b.txt", "b.txt", "text/plain"),
        ("a=x;filename=b.bin", "b.bin", None),
        ("a=x;filename=txt", "txt", None),
        ('a="x";filename="b c.HTML";type=text/csv', "b c.HTML", "text/csv"),
        ("a=x;type=text/csv; filename=b.txt", "b.txt", "text/csv"),
    ],
)
def test_a_part_of_text_with_a_file_name(text: str, file: str, media_type: str | None) -> None:
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    assert part(text) == f'Content-Disposition: form-data; name="a"; filename="{file}"\r\n{kind}\r\nx'


def test_a_literal_part_is_as_it_stands() -> None:
    assert part('a= {"b":1};type=z ', "--form-string").endswith('\r\n\r\n {"b":1};type=z ')


@pytest.mark.parametrize(
    "text", ["a=@f", "a=<f", "a=(", "a=(x)", "=x", "a", 'a="x', 'a="x"y', 'a={"b": "c; d"}', "a=x;b=1"]
)
def test_a_part_that_is_something_else_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read("curl", f"curl -F '{text}' https://a.test/x")
