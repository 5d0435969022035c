"""PHP and Ruby that their interpreters refuse before they run it."""

import pytest

from apipack.languages.codec import Reading

PHP = """<?php
$ch = curl_init("https://a.example/x");
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
echo curl_exec($ch);
"""
PHP_REFUSED = [
    ("function f($a, $a) { }", "$a is a parameter twice"),
    ("$f = fn($a, $a) => 1;", "$a is a parameter twice"),
    ("function g(...$a, $b) { }", "a parameter behind the rest"),
    ("$f = function ($x) use ($x) { };", "$x twice"),
    ("break;", "break outside of a loop"),
    ("foreach ([1] as $x) { break 2; }", "break outside of a loop"),
    ("function f() { continue; }", "continue outside of a loop"),
    ("function f() { } function F() { }", "F is declared twice"),
    ("class C { function f() { } function f() { } }", "f is declared twice"),
    ("class C { public $a; public $a; }", "$a is declared twice"),
    ("class C { public function f(); }", "another without one"),
    ("class C { abstract function f(); }", "of a class that is not"),
    ("interface I { function f() { } }", "a body in an interface"),
    ("class C { public $a = strlen('a'); }", "a default that is computed"),
    ("$this = 1;", "$this as a variable"),
    ("function f($this) { }", "$this as a variable"),
    ("function f() { const A = 1; }", "const inside of a block"),
    ("function g(): int { return; }", "return without a value"),
    ("function g(): void { return 1; }", "return in a function of type void"),
    ("switch (1) { default: break; default: break; }", "two defaults"),
    ("class C { function f() { parent::f(); } }", "parent of a class that extends none"),
    ("enum E: string { case A; }", "with and without values"),
    ("function f(int $a) { } f('x');", "'x' for int"),
    ("function f(string $a) { } f([]);", "[] for string"),
    ("function f(?array $a, int|float $b) { } f(null, null);", "null for int|float"),
    ("function f(int $a, $b) { } f(1);", "1 of 2 arguments"),
    ("class C { function __construct(array $a) { } } new C('x');", "'x' for array"),
    ("class C { function f() { $this->g(true); } function g(array $a) { } }", "true for array"),
    ("function f(): int { return 'x'; }", "'x' for int"),
    ("function strlen($a) { }", "strlen is PHP's own"),
]
PHP_RIGHT = [
    "function f($a, ...$b) { } function g(): void { return; }",
    "foreach ([1] as $x) { foreach ([1] as $y) { break 2; } }",
    "switch (1) { case 1: break; }",
    "abstract class C { abstract function f(); } class D extends C { function f() { return parent::class; } }",
    "if (false) { function f() { } } else { function f() { } }",
    "class C { private static ?int $a = 1; const A = [1]; public function __construct(private string $x = 'a') { } }",
    "[$a, $b] = [1, 2]; ['x' => $a, 'y' => $b] = ['x' => 1, 'y' => 2];",
    "function g(): ?int { return null; } function h(): Generator { yield 1; return; }",
    "const A = 1; enum E: string { case A = 'a'; case B = 'b'; }",
    "function f(int $a, string $b, float $c, ?int $d, int $e = null) { } f('5', 5, 1, null, null);",
    "function f(int $a, int ...$b) { } f(...[1, 2]); f(1); function h($b, $a) { } h(a: 1, b: 2);",
    "function f(callable $a, iterable $b, mixed $c): string|int { return 1; } f('strlen', [], null);",
    "class C { function __construct(private bool $a) { } function g(): bool { return 'x'; } } new C('x');",
    "if (!function_exists('str_contains')) { function str_contains($a, $b) { } }",
]
RUBY = """require 'net/http'
require 'json'
puts Net::HTTP.get(URI('https://a.example/x'))
"""
RUBY_REFUSED = [
    ("def f(a, a); end", "a is a parameter twice"),
    ("[1].each { |a, (a)| }", "a is a parameter twice"),
    ("f = ->(a, a) { }", "a is a parameter twice"),
    ("def f(a, a: 1); end", "a is a parameter twice"),
    ("def f(a = 1, b, c = 2); end", "parameters in a wrong order"),
    ("def f(&a, b); end", "parameters in a wrong order"),
    ("def f; next; end", "next outside"),
    ("retry", "retry outside"),
    ("def f; A = 1; end", "the constant A is set in a method"),
    ("def f; class C; end; end", "a class in a method"),
    ("_1 = 1", "_1 cannot be set"),
    ("case 1; end", "a case without when"),
    ("puts /a/z", "the flags of a pattern"),
    ("5.times { |i| break }; i", "i is neither declared"),
    ("JSON.parse('{')", "a call that does not take its values"),
]
RUBY_RIGHT = [
    "def f(_, _, _a, _a); end",
    "def f(a, b = 1, c:, d: 2, **e); end",
    "def f(a = 1, b); end",
    "[1].each { |a, (b, c); d| next }",
    "def f; [1].each { next }; while true; break; end; end",
    "class C; A = 1; def f; return A; end; end",
    "begin; 1; rescue; retry; end",
    "puts [1].map { _1 + 1 }",
    "5.times { |i| break if i > 1 }; [1].each { |v| next }",
    "[1].each { |i| next if i > 1 }; [2].each { |i| break }; puts [3].map { |i| i }",
    "JSON.parse('{}')",
]


@pytest.mark.parametrize(("code", "problem"), PHP_REFUSED)
def test_php_that_is_refused(code: str, problem: str) -> None:
    found = Reading.of("php", PHP + code)
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", PHP_RIGHT)
def test_php_that_runs(code: str) -> None:
    assert Reading.of("php", PHP + code).problem == ""


@pytest.mark.parametrize(("code", "problem"), RUBY_REFUSED)
def test_ruby_that_is_refused(code: str, problem: str) -> None:
    found = Reading.of("ruby", RUBY + code)
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", RUBY_RIGHT)
def test_ruby_that_runs(code: str) -> None:
    assert Reading.of("ruby", RUBY + code).problem == ""
