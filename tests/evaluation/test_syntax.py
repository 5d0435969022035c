from pathlib import Path

import pytest

from apipack.evaluation.syntax import compiles
from apipack.languages.codec import render
from apipack.records import LANGUAGES, Request

REQUEST = Request(
    "POST",
    "https://pets.example/v1/pets?sort=a%20b",
    (("Content-Type", "application/json"), ("X-Quote", '"it\'s" $(x) `y` #{z} %s')),
    '{"name": "Ben\\n 🐾"}',
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_compiles_until_it_is_cut(language: str) -> None:
    call = render(language, REQUEST)
    assert compiles(language, call)
    quoted = call.index(".example")
    assert not compiles(language, call[:quoted])


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("curl", "curl https://h/ (", False),
        ("curl", "curl https://h/?a=1&b%5Bx%5D=2 -H 'A: b'", True),
        ("curl", "curl https://h/?a=1&b%5Bx%5D=2 -H 'A: b", False),
        ("curl", "curl --unknown https://h/", True),
        ("curl", "curl --unknown -d '(a)' -d \"(\\\"b)\" -d it\\'s", True),
        ("curl", "# it's\ncurl https://h/", True),
        ("curl", "curl https://h/#it's", False),
        ("curl", "AT=$(date +%F)\ncurl https://h/?d=$AT", True),
        ("curl", "call() {\n  curl https://h/$1/$RANDOM\n}\ncall 5", True),
        ("curl", 'curl https://h/ -d @- <<EOF\n{"t": "don\'t $(date)"}\nEOF', True),
        ("curl", "curl https://h/ -d \"$(cat <<'E'\nit's\nE\n)\"", True),
        ("curl", "case $X in a) curl https://h/a;; esac", True),
        ("curl", "a=(1 2); curl https://h/${a[0]} \\\n", True),
        ("curl", "curl https://h/ -d '{\"a\": {\u4e2d\u2026'", True),
        ("curl", "curl $(date", False),
        ("curl", "curl https://h/ )", False),
        ("curl", "curl https://h/ |", False),
        ("curl", "if true; then curl https://h/", False),
        ("curl", "curl https://h/; fi", False),
        ("curl", "curl https://h/; }", False),
        ("python", "print(1)", True),
        ("python", "await client.get(url)", False),
        ("python", "return 1", False),
        ("python", "async def f():\n    await g()", True),
        ("python", "print(1", False),
        ("python", "x = 'a\0b'", False),
        ("php", "echo 1;", True),
        ("php", "<?php echo 1", False),
        ("java", "Request request = new Request.Builder().build();", True),
        ("java", "Response response = client.newCall(request).execute();", False),
        ("java", "for (int i = 0; i < 3; i++) { System.out.println(java.util.List.of(i)); }", True),
        ("java", "Request request = new Request.Builder(.build();", False),
        ("go", "package main\n\nfunc main() {\n", False),
        ("go", "package main\n\nfunc main() {\n}\n", True),
        ("go", "", True),
        ("go", 'resp, err := http.Get(os.Getenv("U"))\nif err != nil { panic(err) }\ndefer resp.Body.Close()', True),
        ("go", 'resp, err := http.Get(os.Getenv("U"))', True),  # a fragment goes on elsewhere
        ("go", 'package main\nimport ("net/http")\nfunc main() {\n\tresp, err := http.Get("U")\n}', False),
        ("go", 'http.Get("https://h/"', False),
        ("go", "I cannot do that.", False),
        ("go", "package main\n\nfunc main() {\n\tx := 1\n}\n", False),
        ("go", "package main\n\nfunc main() {\n\tvar x = 1\n\tprintln(x)\n}\n", True),
        ("go", "package main\n\nfunc main() {\n\tprintln(y)\n}\n", False),
        ("go", 'package main\n\nimport "fmt"\n\nfunc main() {\n}\n', False),
        ("go", 'package main\n\nimport f "fmt"\n\nfunc main() {\n\tf.Println(len("a"))\n}\n', True),
        ("go", 'package main\n\nfunc main() {\n\thttp.Get("https://h/")\n}\n', False),
        ("go", 'package main\n\nimport "bytes"\n\nfunc main() {\n\tvar b bytes.Buffer\n\tb.Len()\n}\n', True),
        ("go", 'package main\n\nimport "net/http"\n\nfunc main() {\n\th := http.Header{}\n\th.Del("A")\n}\n', True),
        ("swift", "let x = 1", True),
        ("swift", "let = 1", False),
        ("ruby", "puts(", False),
        ("node", "const a = {b: 1", False),
        ("libcurl", "int main(void) { return 0 }", False),
        ("libcurl", "int main(void) { return 0; }", True),
        ("libcurl", "", True),
        ("libcurl", "int main(void) { return curl_easy_setopt(0, CURLOPT_WRITEFUNCTION, fwrite); }", True),
        ("libcurl", "int main(void) { return curl_easy_perform(hnd); }", False),
        ("libcurl", "int main(int n, char **a) { char b[3], *c = a[n]; return puts(c) + CURLE_OK + b[0]; }", True),
        ("libcurl", 'CURL *c = curl_easy_init();\ncurl_easy_setopt(c, CURLOPT_URL, getenv("U"));', True),
        ("libcurl", "#include <curl/curl.h>\nCURL *c = curl_easy_init();\ncurl_easy_perform(c);", True),
        ("libcurl", "CURL *c = curl_easy_init()", False),
        ("libcurl", '#include <string>\nint main() { std::string a{R"(b)"}; }', True),
        ("libcurl", '#include <string.h>\nint main() { auto a = R"(b)"; }', False),
        ("libcurl", "curl_easy_perform(c);", False),
        ("javascript", "\ud800", False),
    ],
)
def test_what_compiles(language: str, code: str, expected: bool) -> None:
    assert compiles(language, code) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_that_nests_deeply_or_is_long_is_answered(language: str) -> None:
    assert not compiles(language, "(" * 100_000)
    compiles(language, "x " * 100_000)


def test_code_is_only_parsed(tmp_path: Path) -> None:
    target = tmp_path / "touched"
    for language in LANGUAGES:
        compiles(language, f"$(touch {target})\n`touch {target}`\nopen('{target}', 'w')")
    assert not target.exists()
