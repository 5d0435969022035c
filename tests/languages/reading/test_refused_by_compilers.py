"""Code that its compiler or interpreter refuses as a whole, though each of its parts could be read."""

import pytest

from apipack.languages.codec import Reading

FETCH = "fetch('https://a.example/x');\n"
JAVASCRIPT = [
    ("function f() { const r = await fetch('https://a.example/x'); }\nf();", "line 1: await in a function"),
    (FETCH + "[1].forEach(x => { await x; });", "line 2: await in a function"),
    (FETCH + "const r = 1;\nconst r = 2;", "r is declared twice"),
    (FETCH + "let r = 1;\nvar r = 2;", "r is declared twice"),
    (FETCH + "const { a, b: r, ...c } = {}, [d, r = 2] = [];", "r is declared twice"),
    (FETCH + "function f(r) { let r = 1; }", "r is declared twice"),
    (FETCH + "function r() {}\nlet r = 1;", "r is declared twice"),
    (FETCH + "switch (1) { case 1: let r = 1; break; default: let r = 2; }", "r is declared twice"),
    ("import axios from 'axios';\nimport { axios } from 'axios';\n" + FETCH, "axios is declared twice"),
    (FETCH + "export class R {}\nclass R {}", "R is declared twice"),
    (FETCH + "const dat", "line 2: a constant without a value"),
]
ALLOWED = [
    "await fetch('https://a.example/x');",
    "const f = async ({ a, b: c }) => { const d = await fetch('https://a.example/x'); return d; };\nf({});",
    "let r = 1;\n{ let r = 2; }\n" + FETCH,
    "var r = 1;\nvar r = 2;\nfunction f() {}\nfunction f() {}\n" + FETCH,
    "for (let r = 0; r < 1; r++) {}\nfor (let r = 0; r < 1; r++) {}\n" + FETCH,
    "for (const r of [1]) { const s = r; }\n" + FETCH,
    "function f(r) { { let r = 1; } }\n" + FETCH,
]

IMPORTS = "".join(f"import java.net.http.{name};\n" for name in ("HttpClient", "HttpRequest", "HttpResponse"))
SEND = """HttpRequest q = HttpRequest.newBuilder(java.net.URI.create("https://a.example/x")).build();
HttpClient.newHttpClient().send(q, HttpResponse.BodyHandlers.ofString());
"""


def unit(code: str, imports: str = "") -> str:
    main = f"public static void main(String[] args) throws Exception {{\n{SEND}{code}\n}}"
    return f"{IMPORTS}{imports}public class Main {{\nstatic <T> T id(T t) {{ return t; }}\n{main}\n}}\n"


JAVA = [
    ("int r = 1; int r = 2;", "r is declared twice"),
    ("int args = 1;", "args is declared twice"),
    ("int i = 0; for (int i = 0; i < 1; i++) {}", "i is declared twice"),
    ("int r = 1; for (String r : args) {}", "r is declared twice"),
    ("int r = 1; Runnable s = () -> { int r = 2; };", "r is declared twice"),
    ("int e = 1; try { } catch (RuntimeException e) { }", "e is declared twice"),
    ("List<String> l = null;", "List is not imported"),
    ("Map.Entry<String, String> l = null;", "Map is not imported"),
    ("Foo f = null;", "Foo is not imported"),
]
ALLOWED_JAVA = [
    "{ int r = 1; } { int r = 2; }",
    "for (int i = 0; i < 1; i++) {} for (int i = 0; i < 1; i++) {}",
    "Runnable s = () -> { int r = 1; }; int r = 2;",
    "int r = 1; Runnable s = new Runnable() { public void run() { int r = 2; } };",
    "java.util.Map.Entry<String, String> l = null;",
    "int[] r = {1}; var s = r;",
]


@pytest.mark.parametrize("language", ["node", "javascript"])
@pytest.mark.parametrize(("code", "problem"), JAVASCRIPT)
def test_javascript_that_is_refused(language: str, code: str, problem: str) -> None:
    found = Reading.of(language, code)
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", ALLOWED)
def test_javascript_that_runs(code: str) -> None:
    assert Reading.of("node", code).request is not None


@pytest.mark.parametrize(("code", "problem"), JAVA)
def test_java_that_is_refused(code: str, problem: str) -> None:
    found = Reading.of("java", unit(code))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", ALLOWED_JAVA)
def test_java_that_compiles(code: str) -> None:
    assert Reading.of("java", unit(code)).request is not None


def test_types_of_an_imported_package_are_not_known() -> None:
    assert Reading.of("java", unit("List<String> l = null;", "import java.util.*;\n")).request is not None
    heir = "static class A implements java.util.Map { Entry e; }\n"
    assert Reading.of("java", unit("").replace("static <T>", f"{heir}static <T>")).problem.find("not imported") < 0
    assert Reading.of("java", SEND + "List<String> l = null;").request is not None  # a fragment has no imports


def test_faraday_that_encodes_otherwise_is_not_read() -> None:
    made = "require 'faraday'\nc = Faraday.new(url: 'https://a.example', request: {{ {} }})\nc.get('/x', g: ['a', 'b'])"
    assert Reading.of("ruby", made.format("params_encoder: Sorted.new")).request is None
    assert Reading.of("ruby", made.format("timeout: 5")).request is not None
