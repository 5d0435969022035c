"""JavaScript that an engine refuses before it runs, or that throws before its request is sent."""

import pytest

from apipack.languages.codec import Reading

FETCH = "fetch('https://a.example/x');\n"
REFUSED = [
    ("break;", "break outside of a loop"),
    ("[1].forEach(x => { continue; });", "continue outside of a loop"),
    ("switch (1) { case 1: continue; }", "continue outside of a loop"),
    ("for (;;) { break M; }", "break outside of what it names"),
    ("const f = (a, a) => a;", "two parameters of one name"),
    ("function f(a = 1, a) { }", "two parameters of one name"),
    ("function f(a, a) { 'use strict'; }", "two parameters of one name"),
    ("function f(...a, b) { }", "a parameter behind the rest"),
    ("class C { constructor() { } constructor() { } }", "two constructors"),
    ("class C { constructor() { super(); } }", "super of a class that extends none"),
    ("class C { f() { return this.#y; } }", "#y is not declared"),
    ("function g() { yield 1; }", "yield outside of a generator"),
    ("const x = /a/gg;", "the flags gg of a pattern"),
    ("if (true) const x = 1;", "a declaration as a branch"),
    ("try { }", "try without catch"),
    ("try { } catch (e) { let e = 1; }", "e is declared twice"),
    ("switch (1) { default: break; default: break; }", "two defaults"),
    ("function g() { for await (const x of []) { } }", "await in a function that is not async"),
    ("const x = 1; x = 2;", "x is a constant"),
    ("decodeURIComponent('50%');", "a percent sign that encodes nothing"),
    ("const x = 1; { x++; }", "x is a constant"),
    ("const { x } = { x: 1 }; ({ x } = { x: 2 });", "x is a constant"),
    ("for (const i = 0; i < 2; i++) { }", "i is a constant"),
    ("export {};\nx = 1;", "x is not declared"),
]
RIGHT = [
    "for (;;) { break; }",
    "switch (1) { case 1: break; }",
    "function f(a, a) { }",
    "const f = (a, [b], { c, d: e }, ...g) => a;",
    "class D { } class C extends D { #x = 1; constructor() { super(); } f() { return this.#x; } }",
    "const x = 1; { let x = 3; x = 2; }",
    "const x = 1; function g() { x = 2; }",
    "const x = 1; try { x = 2; } catch (e) { }",
    "const x = []; x.push(1); x[0] = 2;",
    "let x = 1; x = 2;",
    "try { } catch (e) { var e = 1; }",
    "if (true) { const x = 1; }",
    "x = 1;",
]


@pytest.mark.parametrize("language", ["node", "javascript"])
@pytest.mark.parametrize(("code", "problem"), REFUSED)
def test_what_never_runs(language: str, code: str, problem: str) -> None:
    found = Reading.of(language, FETCH + code)
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("language", ["node", "javascript"])
@pytest.mark.parametrize("code", RIGHT)
def test_what_runs(language: str, code: str) -> None:
    assert Reading.of(language, FETCH + code).problem == ""
