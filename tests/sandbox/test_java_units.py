"""Which class of a Java file has `main`."""

import pytest

from apipack.sandbox.runners.java import unit

MAIN = "public static void main(String... a) { }"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (f'class A {{ record B(int c) {{ String d() {{ return "{{"; }} }} {MAIN} }}', "A"),
        (f"class A {{ }} class B {{ static class C {{ }} {MAIN} }}", "B"),
        (f"package p; class A {{ static class B {{ {MAIN} }} }}", "p.A$B"),
        ("class A { }", "A"),
    ],
)
def test_the_class_with_main_is_run(code: str, name: str) -> None:
    assert unit(code)[2] == name


def test_a_text_block_that_does_not_end_is_read_in_linear_time() -> None:
    assert unit('class A { String b = """' + "\\" * 4000 + "\n; }")[2] == "A"
