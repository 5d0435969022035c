"""C that its compiler refuses, in a program that sends its request."""

import pytest

from apipack.languages.codec import Reading

PROGRAM = """#include <stdio.h>
#include <curl/curl.h>
%s
int main(void) {
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, "https://a.example/x");
  CURLcode res = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  %s
  return 0;
}
"""
REFUSED = [
    ("int x; int x;", "x is declared twice"),
    ("if (res) { x9 = 1; }", "x9 is not declared"),
    ("const int x = 1; x = 2;", "x is a constant"),
    ("break;", "break outside of a loop"),
    ("switch (1) { case 1: continue; }", "continue outside of a loop"),
    ("switch (1) { case 1: break; case 1: break; }", "a case twice"),
    ("goto nowhere;", "nowhere is no label"),
    ("puts();", "puts takes 1 arguments"),
    ('string s = "a";', "string is no type"),
    ("byte *b = NULL;", "byte is no type"),
    ("puts((String)1);", "String is no type"),
    ("struct foo f;", "foo is defined nowhere"),
    ("enum foo f = 0;", "foo is defined nowhere"),
]
REFUSED_OUTSIDE = [
    ("int f(int a, int a) { return 1; }", "a is a parameter twice"),
    ("int f(int a) { int a; return 1; }", "a is declared twice"),
    ("int f(void) { return y; }", "y is not declared"),
    ("int g(int a) { return a; }\nint f(void) { return g(); }", "g takes 1 arguments"),
    ("struct s { int a; int a; };", "a is a field twice"),
    ("enum e { A, A };", "A is declared twice"),
]
RIGHT = [
    "int x = 1; { int x = 2; (void)x; }",
    'const char *x = "a"; x = "b";',
    "uint8_t a = 1; size_t b = 2; curl_off_t c = 3; struct curl_slist *l = NULL; FILE *f = NULL; fd_set s;",
    "typedef struct { int a; } string; string s; struct later *p = NULL; struct timeval t;",
    "typedef int (*call)(void); call c = NULL; struct buffer { int a; }; struct buffer b;",
    "for (int i = 0; i < 2; i++) { if (i) continue; break; }",
    "switch (1) { case 1: break; default: break; }",
    "if (res != CURLE_OK) goto end; end: ;",
]
RIGHT_OUTSIDE = [
    "void (*g(void))(int) { return 0; }\nvoid f(void) { g(); }",
    "#define UNUSED(a) a\nint f(int UNUSED(a), int UNUSED(b)) { return 1; }",
    "int f(void);\nint f(void) { return 1; }",
    "int x;\nint x;",
    "static int g() { return 1; }\nint f(void) { return g(1, 2); }",
    "size_t cb(void *p, size_t s, size_t n, void *u) { return s * n; }",
    "#define y 1\nint f(void) { return y; }",
]


@pytest.mark.parametrize(("code", "problem"), REFUSED)
def test_a_line_that_does_not_compile(code: str, problem: str) -> None:
    found = Reading.of("libcurl", PROGRAM % ("", code))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize(("code", "problem"), REFUSED_OUTSIDE)
def test_a_declaration_that_does_not_compile(code: str, problem: str) -> None:
    found = Reading.of("libcurl", PROGRAM % (code, ""))
    assert found.request is None and problem in found.problem


@pytest.mark.parametrize("code", RIGHT)
def test_a_line_that_compiles(code: str) -> None:
    assert Reading.of("libcurl", PROGRAM % ("", code)).problem == ""


@pytest.mark.parametrize("code", RIGHT_OUTSIDE)
def test_a_declaration_that_compiles(code: str) -> None:
    assert Reading.of("libcurl", PROGRAM % (code, "")).problem == ""
