"""Programs that grow without an end are refused before they fill memory."""

import json

import pytest

from apipack.languages.reading import read
from apipack.languages.wire import Unreadable

JAVA = "import java.util.*;\nclass M {{ public static void main(String[] a) {{\n{}\n}}}}"
GROWS = "l.addAll(l);\n"
CALLED = "".join(f"f{n}() {{ {f'f{n - 1}; ' * 10}}}\n" for n in range(1, 7))
GROWING = {
    "a list that takes itself in": (
        "java",
        JAVA.format("List<Object> l = new ArrayList<>();\nl.add(1);\n" + GROWS * 40),
    ),
    "a list of itself twice": ("ruby", "require 'json'\nl = [1]\n" + "l = [l, l]\n" * 40 + "l.to_json\n"),
    "a product of itself": ("ruby", "x = 99999999\n" + "x = x * x\n" * 25),
    "a text twice": ("curl", "a=aaaaaaaaaa\n" + 'a="$a$a"\n' * 60 + "curl https://x.example"),
    "functions that call many": (
        "curl",
        "f0() { x=1; }\n" + CALLED + "f6\ncurl https://x.example",
    ),
    "an array that takes itself in": ("swift", "var l = [1]\n" + "l.append(contentsOf: l)\n" * 40),
}


@pytest.mark.parametrize("name", GROWING)
def test_a_program_that_grows_is_refused(name: str) -> None:
    with pytest.raises(Unreadable, match="too (much|long|large)"):
        read(*GROWING[name])


def test_a_long_list_is_read() -> None:
    items = list(range(3_000))
    code = f"import requests\nrequests.post('https://a.example/numbers', json={items})\n"
    assert read("python", code).body == json.dumps(items)


def test_data_of_too_many_members_is_refused_in_a_mapping() -> None:
    code = (
        "import requests\na = {}\n"
        + "a = {'left': a, 'right': a}\n" * 40
        + "requests.post('https://a.example', json=a)\n"
    )
    with pytest.raises(Unreadable, match="too much data"):
        read("python", code)
