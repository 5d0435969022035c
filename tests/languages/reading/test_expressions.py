"""Expressions inside of a call: what is read of them is what the language gives, or nothing."""

import pytest

from apipack.languages.codec import Reading

CALLS = {
    "node": "fetch('https://a.example/', {{method: 'POST', body: String({})}})",
    "python": "import requests, datetime\nrequests.post('https://a.example/', data=str({}).encode())",
    "php": "<?php\n$ch = curl_init('https://a.example/');\n"
    "curl_setopt($ch, CURLOPT_POSTFIELDS, (string)({}));\ncurl_exec($ch);",
    "go": 'package main\n\nimport (\n\t"net/http"\n\t"strings"\n)\n\nfunc main() {{\n'
    '\thttp.Post("https://a.example/", "text/plain", strings.NewReader({}))\n}}',
}
READ = [
    ("node", "0.00001", "0.00001"),
    ("node", "7 / 2", "3.5"),
    ("node", "-7 % 3", "-1"),
    ("node", "'\\u0085a\\ufeff'.trim()", "\u0085a"),
    ("node", "[null, undefined, 1].join()", ",,1"),
    ("node", "Object.keys({b: 1, 2: 1, 1: 1}).join()", "1,2,b"),
    ("node", 'JSON.stringify(JSON.parse(\'{"a": 1.0, "2": 1e3}\'))', '{"2":1000,"a":1}'),
    ("node", "[1, 2].reduce((all, x, i) => all + (i ? '&' : '') + x, '')", "1&2"),
    ("node", "(() => { var x = 1; { var x = 2 } return x })()", "2"),
    ("node", "(() => { const f = []; for (let i = 0; i < 2; i++) f.push(() => i); return f[0]() })()", "0"),
    ("node", "(() => { const f = []; for (const i of [7, 8]) f.push(() => i); return f[0]() })()", "7"),
    ("node", "(() => { const x = 1; for (const x of [7, 8]) {} return x })()", "1"),
    ("node", "(() => { let i = 5; do { i-- } while (i > 2); return i })()", "2"),
    ("node", "new Date(Date.UTC(2024, 0, 31)).toISOString()", "2024-01-31T00:00:00.000Z"),
    ("node", "new URL('https://H.example:443/a?x=it\\'s').href", "https://h.example/a?x=it%27s"),
    ("python", "datetime.datetime(2024, 1, 31).isoformat()", "2024-01-31T00:00:00"),
    ("python", "'{:>5}|{:.2f}'.format('a', 2)", "    a|2.00"),
    ("python", "2 ** -1 * 3", "1.5"),
    ("python", "'%s' % [1]", "[1]"),
    ("php", "strtoupper('aé')", "Aé"),
    ("node", "((a = 5, b) => [a, b].join())(undefined, null)", "5,"),
    ("node", "'ab'.repeat(2).lastIndexOf('a') + ['10', '9'].sort().join('')", "2109"),
    ("node", "['a' < 'B', '10' > '9'].join()", "false,false"),
    ("node", "'a.b/c'.replaceAll(/[./]/g, (c) => c.charCodeAt(0).toString(16))", "a2eb2fc"),
    ("node", "(255).toString(2)", "11111111"),
    ("go", 'strings.Repeat("a", int(uint8(2)) + int(int64(1)))', "aaa"),
    ("php", "true && 'a'", "1"),
    ("php", "null == false", "1"),
    ("php", 'json_encode("\\x7f")', '"\x7f"'),
    ("php", "gmdate('Y-m-d\\TH:i:s\\Z', 1704067200)", "2024-01-01T00:00:00Z"),
    ("go", '"abc"[1:]', "bc"),
]
REFUSED = [
    ("node", "[1, , 2].join()"),
    ("node", "(() => { const o = Object.freeze({a: 1}); o.a = 2; return o.a })()"),
    ("node", "(() => { if (Date.now() > 5) return 'a'; return 'b' })()"),
    ("python", "(1, 2)"),
    ("python", "{'a': 1}.items()"),
    ("php", '"5" + "5"'),
    ("php", "'1' == '01' ? 'a' : 'b'"),
    ("php", "(function () { $f = function (&$x) { $x = 'b'; }; $a = 'a'; $f($a); return $a; })()"),
    ("node", "['1', '2'].map(parseInt).join()"),
    ("node", "'a'.repeat(1e9)"),
    ("go", 'strings.ToUpper("ß")'),
    ("go", 'func() string { x := "a"; p := &x; *p = "b"; return x }()'),
    ("go", 'func() string { s := [2]string{"a", "b"}; t := s; t[0] = "c"; return s[0] }()'),
]
DOUBLED = {
    "python": "(lambda f: f(f, 60))(lambda f, n: [f(f, n - 1)] * 2 if n else 'a')",
    "node": "(() => { let x = ['a']; for (let i = 0; i < 60; i++) x = [x, x]; return JSON.stringify(x) })()",
    "php": "json_encode((function () { $x = ['a']; for ($i = 0; $i < 60; $i++) { $x = [$x, $x]; } return $x; })())",
}


def test_a_here_document_ends_with_its_script() -> None:
    script = (
        "require 'net/http'\n"
        "Net::HTTP.post(URI('https://a.example/'), <<~EOT, 'Content-Type' => 'text/plain')\n  a\n    b\nEOT"
    )
    reading = Reading.of("ruby", script)
    assert reading.request is not None, reading.problem
    assert reading.request.body == "a\n  b\n"


def _read(language: str, expression: str) -> Reading:
    return Reading.of(language, CALLS[language].format(expression))


@pytest.mark.parametrize(("language", "expression", "value"), READ)
def test_an_expression_is_read_as_what_it_gives(language: str, expression: str, value: str) -> None:
    reading = _read(language, expression)
    assert reading.request is not None, reading.problem
    assert reading.request.body == value


@pytest.mark.parametrize(("language", "expression"), [*REFUSED, *DOUBLED.items()])
def test_what_is_not_certain_or_too_large_is_refused(language: str, expression: str) -> None:
    assert _read(language, expression).request is None
