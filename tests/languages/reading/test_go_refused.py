"""Go that its compiler refuses, in a program that sends its request where one line is left out."""

import pytest

from apipack.languages.codec import Reading

PROGRAM = """package main

import (
	"fmt"
	"net/http"
)

%s

func main() {
	resp, err := http.Get("https://a.example/x")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	%s
}
"""
REFUSED = [
    ("return 1", "a return of 1 for 0 results"),
    ("a, b := 1; fmt.Println(a, b)", "another number of values than of names"),
    ('a := fmt.Println("a"); fmt.Println(a)', "2 results for one name"),
    ('var a int = "x"; fmt.Println(a)', "of another type"),
    ("var a [2]int = [3]int{1, 2, 3}; fmt.Println(a)", "of another type"),
    ("var a []string = []int{1}; fmt.Println(a)", "of another type"),
    ("var a map[string]string = map[string]int{}; fmt.Println(a)", "of another type"),
    ("a := []int{1}; a = []interface{}{1}; fmt.Println(a)", "of another type"),
    ("var a [2]int = nil; fmt.Println(a)", "of another type"),
    ("var a int8 = -129; fmt.Println(a)", "of another type"),
    ("var a uint = -1; fmt.Println(a)", "of another type"),
    ('a := "x"; a = 1; fmt.Println(a)', "of another type"),
    ('if resp.StatusCode == "200" { fmt.Println(1) }', "of two types"),
    ("var s string = resp.StatusCode; fmt.Println(s)", "of another type"),
    ("var a int; var a int; fmt.Println(a)", "a is declared twice"),
    ("a := 1; a := 2; fmt.Println(a)", ":= declares nothing new"),
    ("err := 1", ":= declares nothing new"),
    ("a := 1", "a is not used"),
    ("for _, a := range []string{} { fmt.Println(1) }", "a is not used"),
    ("if false { fmt.Println(a) }", "a is not declared"),
    ("const a = 1; a = 2", "a is a constant"),
    ("break", "break outside of a loop"),
    ("func() { break }()", "break outside of a loop"),
    ("L: for { break }", "the label L is not used"),
    ('x := map[string]int{"a": 1, "a": 2}; fmt.Println(x)', "twice"),
    ('x := []int{"a"}; fmt.Println(x)', "of another type"),
    ("resp.Status", "resp.Status is not used"),
    ("defer fmt.Println", "is no call"),
]
REFUSED_OUTSIDE = [
    ("func f() int { fmt.Println(1) }", "ends without its result"),
    ("func f(a int) int { for { if a == 1 { break } } }", "ends without its result"),
    ("func f(a int) int { switch a { case 1: return 1 } }", "ends without its result"),
    ("func f() (int, error) { return 1 }", "a return of 1 for 2 results"),
    ("func g(a int) {}\nfunc f() { g() }", "g with 0 arguments"),
    ("func g(a int) {}\nfunc f() { g(`x`) }", "of another type"),
    ("func g() string { return `` }\nfunc f() { x, err := g(); fmt.Println(x, err) }", "another number of values"),
    ("func f(a int, a int) {}", "a is declared twice"),
    ("type T struct{ A int; A string }", "A is declared twice"),
    ("func f() { fmt.Println(y) }", "y is not declared"),
]
RIGHT = [
    "a, b := 1, 2; a, b = b, a; fmt.Println(a, b)",
    "var a []byte = []uint8{1}; var b [1]int = [1]int{1}; a = nil; var c int8 = -128; fmt.Println(a, b, c)",
    "var a []string; a = append(a, `x`); var b []interface{} = []any{1}; fmt.Println(a, b, a == nil)",
    "var a map[string][]string = http.Header{}; a = nil; fmt.Println(a, -1)",
    "a := 1; { a := 2; fmt.Println(a) }; fmt.Println(a)",
    "x, err := fmt.Println(`a`); fmt.Println(x)",
    "var a interface{} = 1; var b float64 = 1; var c int = 'x'; fmt.Println(a, b, c)",
    "L: for { break L }",
    "f := func(int, error) (n int) { return }; _ = f",
    "var y interface{} = 1; switch x := y.(type) { case int: fmt.Println(x); default: }",
    "http := `x`; fmt.Println(http)",
]
RIGHT_OUTSIDE = [
    "func f(a int) int { for { if a == 1 { return 1 } } }",
    "func f(a int) int { switch a { case 1: return 1; default: panic(a) } }",
    "func g(a ...int) {}\nfunc h() (int, int) { return 1, 2 }\nfunc f() { g(h()); g(); g(1, 2) }",
    "type D interface { Do(req *http.Request) (resp *http.Response, err error) }",
    "type S string\nfunc g(a S) {}\nfunc f() { g(`x`) }",
    "type P struct { A, B int }\nvar all = []P{{A: 1}, {1, 2}}",
    "func m[K comparable, V any](a map[K]V, f func(K) V) (V, error) { var v V; return v, nil }",
]


@pytest.mark.parametrize(("code", "problem"), REFUSED)
def test_a_line_that_does_not_compile(code: str, problem: str) -> None:
    found = Reading.of("go", PROGRAM % ("", code))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize(("code", "problem"), REFUSED_OUTSIDE)
def test_a_declaration_that_does_not_compile(code: str, problem: str) -> None:
    found = Reading.of("go", PROGRAM % (code, ""))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", RIGHT)
def test_a_line_that_compiles(code: str) -> None:
    assert Reading.of("go", PROGRAM % ("", code)).problem == ""


@pytest.mark.parametrize("code", RIGHT_OUTSIDE)
def test_a_declaration_that_compiles(code: str) -> None:
    assert Reading.of("go", PROGRAM % (code, "")).problem == ""
