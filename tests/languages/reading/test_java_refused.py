"""Java whose bodies its compiler refuses, in a program that sends its request."""

import pytest

from apipack.languages.codec import Reading

IMPORTS = "".join(f"import java.net.http.{name};\n" for name in ("HttpClient", "HttpRequest", "HttpResponse"))
SEND = """HttpRequest q = HttpRequest.newBuilder(java.net.URI.create("https://a.example/x")).build();
HttpClient.newHttpClient().send(q, HttpResponse.BodyHandlers.ofString());
"""
MAIN = (
    IMPORTS + "public class Main {{\n{}\npublic static void main(String[] args) throws Exception {{\n{}\n{}\n}}\n}}\n"
)
USE = "System.out.println(x);"
REFUSED = [
    (f"int x; {USE}", "x may have no value"),
    (f"int x; if (args.length > 0) {{ x = 1; }} {USE}", "x may have no value"),
    (f"int x; try {{ x = 1; }} catch (RuntimeException e) {{ }} {USE}", "x may have no value"),
    ('int x = "a";', '"a" for int'),
    ("String x = 1;", "1 for String"),
    ("byte x = 128;", "128 is too large for a byte"),
    ("byte x = -129;", "129 is too large for a byte"),
    ("Byte x = 0xFF;", "0xff is too large for a byte"),
    ("char x = 65536;", "65536 is too large for a char"),
    ('int[] x = {1, "a"};', '"a" for int'),
    ("String[] x = new String[]{1};", "1 for String"),
    ("Iterable<int> x = null;", "int for a type parameter"),
    ("int x = 5; String y = x;", "x is no String"),
    ('String x = "a"; boolean y = x;', "x is no boolean"),
    ("Long x = 1;", "1 for Long"),
    ("boolean x = null;", "null for boolean"),
    ('int x = 1; x = "a";', '"a" for int'),
    ("return 1;", "a result of a method that gives none"),
    ("return; System.out.println(1);", "nothing reaches it"),
    ("throw new RuntimeException(); System.out.println(1);", "nothing reaches it"),
    ("while (true) { } System.out.println(1);", "nothing reaches it"),
    ("try { return; } catch (RuntimeException e) { return; } System.out.println(1);", "nothing reaches it"),
    ("while (false) { }", "a loop that never runs"),
    ("break;", "break outside of a loop"),
    ("switch (1) { case 1: continue; }", "continue outside of a loop"),
    ("Runnable r = () -> { break; };", "break outside of a loop"),
    ("final int x = 1; x = 2;", "x is final"),
    ("final int x = 1; x++;", "x is final"),
    ("int x = 1; x = 2; Runnable r = () -> System.out.println(x);", "a function sees it"),
    ("args.length;", "is no statement"),
    ("var x = null;", "var without a type"),
    ("long x = 9007199254740993;", "9007199254740993 is too large for an int"),
    ("int x = 2_147_483_648;", "2147483648 is too large for an int"),
]
REFUSED_MEMBERS = [
    ("static int f() { }", "ends without its result"),
    ("static int f(int a) { if (a > 1) { return 1; } }", "ends without its result"),
    ("static int f(int a) { while (a > 1) { return 1; } }", "ends without its result"),
    ("static int f(int a) { switch (a) { case 1: return 1; } }", "ends without its result"),
    ("static int f() { return; }", "ends without its result"),
    ("static String f() { return 1; }", "1 for String"),
    ("static final int X = 1;\nstatic void f() { X = 2; }", "X is final"),
]
RIGHT = [
    f"int x; if (args.length > 0) {{ x = 1; }} else {{ return; }} {USE}",
    f"int x; switch (args.length) {{ case 0: x = 1; break; default: x = 2; }} {USE}",
    f"int x; do {{ x = 1; }} while (x > 2); {USE}",
    f"final int x; x = 1; {USE}",
    "byte x = -128; char z = 65535; short[] s = {1, 'a'}; double[] d = {1, 2.5};",
    'String x = "a"; String y = x; int a = 1; long b = a; Object o = x; char c = 65; int d = c;',
    "int[][] x = {{1}, {2}}; String[] y = {null};",
    "long a = 1; double b = 1; char c = 65; int d = 'c'; Object e = 1; String f = null; Integer g = 1;",
    "while (true) { break; } System.out.println(1);",
    "for (;;) { if (args.length > 0) { break; } } System.out.println(1);",
    'String s = switch (args.length) { case 0 -> "a"; default -> "b"; };',
    'String s = "a"; if (args.length > 0) { s = "b"; } final String t = s; Runnable r = () -> System.out.println(t);',
    "int x = 1; Runnable r = () -> { int y = 1; y = 2; System.out.println(x); };",
    "Runnable r = () -> { return; };",
    "int x = -2147483648; long y = 2147483648L;",
]
RIGHT_MEMBERS = [
    "static int f(int a) { while (true) { if (a > 1) { return 1; } } }",
    "static int f(int a) { switch (a) { case 1: return 1; default: throw new RuntimeException(); } }",
    "static int f(int a) { return switch (a) { case 1 -> 1; default -> 2; }; }",
    "static int f() { try { return 1; } catch (RuntimeException e) { throw e; } finally { System.out.println(1); } }",
    "static int f() { do { return 1; } while (true); }",
]


@pytest.mark.parametrize(("code", "problem"), REFUSED)
def test_a_line_that_does_not_compile(code: str, problem: str) -> None:
    found = Reading.of("java", MAIN.format("", SEND, code))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize(("code", "problem"), REFUSED_MEMBERS)
def test_a_member_that_does_not_compile(code: str, problem: str) -> None:
    found = Reading.of("java", MAIN.format(code, SEND, ""))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", RIGHT)
def test_a_line_that_compiles(code: str) -> None:
    assert Reading.of("java", MAIN.format("", SEND, code)).problem == ""


@pytest.mark.parametrize("code", RIGHT_MEMBERS)
def test_a_member_that_compiles(code: str) -> None:
    assert Reading.of("java", MAIN.format(code, SEND, "")).problem == ""
