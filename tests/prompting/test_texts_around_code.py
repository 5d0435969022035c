"""What stands around a call goes, and what only looks like it, in a string or a comment of the call, stays."""

import re
import time

import pytest

from apipack.languages.codec import Unreadable, read
from apipack.prompting.prompts import extract_call
from apipack.prompting.snippets import snippet

URL = "https://a.example/x"
CALL = f"curl {URL}"
PYTHON = f"import requests\nr = requests.get('{URL}')\nprint(r.text)"
GO = f'package main\n\nimport "net/http"\n\nfunc main() {{\n\thttp.Get("{URL}")\n}}'
RUBY = f"require 'net/http'\nNet::HTTP.get(URI('{URL}'))"
WRONG = "```bash\ncurl https://wrong.example\n```"

AROUND = {
    "thoughts whose opening tag the prompt has": ("curl", f"Maybe:\n{WRONG}\nNo.\n</think>\n\n```bash\n{CALL}\n```"),
    "thoughts without a fence": ("curl", f"Let me think. curl https://wrong.example\n</think>\n{CALL}"),
    "thoughts, the tag behind a sentence": ("curl", f"Maybe:\n{WRONG}\nI am sure.</think>\n{CALL}"),
    "thoughts with an open fence": ("curl", f"```\ncurl https://wrong.example\n</think>\n```bash\n{CALL}\n```"),
    "thoughts of Mistral": ("curl", f"[THINK]Maybe\n{WRONG}\n[/THINK]\n{CALL}"),
    "thoughts of harmony": ("curl", f"<|channel|>analysis<|message|>{WRONG}<|channel|>final<|message|>\n{CALL}"),
    "thoughts of an indented answer": ("python", f"Maybe.\n</think>\n\n```python\n{PYTHON}"),
    "an answer's tags": ("curl", f"<answer>\n{CALL}\n</answer>"),
    "an answer's tags behind sentences": ("curl", f"I take curl https://wrong.example first.\n<answer>{CALL}</answer>"),
    "the closing mark alone": ("curl", f"{CALL}\n```"),
    "the closing mark, then sentences": ("curl", f"{CALL}\n```\n\nIt sends a GET."),
    "the closing mark, then another way": ("curl", f"{CALL}\n```\nIn Python:\n```python\n{PYTHON}\n```"),
    "a zero-width space": ("curl", f"\u200b```bash\n{CALL}\n```"),
    "a block of Markdown": ("curl", f"````markdown\nRun it:\n```bash\n{CALL}\n```\n````"),
    "a fence in one line": ("curl", f"```bash {CALL}```"),
    "a fence in one line without a language": ("curl", f"```{CALL}```"),
    "code at the opening mark": ("curl", f"```bash {CALL}\n```"),
    "a label": ("curl", f"Answer: {CALL}"),
    "a bold label": ("curl", f"**Answer**: {CALL}"),
    "a quotation": ("curl", f"> {CALL}"),
    "an item of a list": ("curl", f"- {CALL}"),
    "an item of a numbered list": ("curl", f"1. {CALL}"),
    "a page's button": ("curl", f"bash\nCopy code\n{CALL}"),
    "a language's name": ("curl", f"bash\n{CALL}"),
    "a heading": ("curl", f"**curl**\n\n{CALL}"),
    "a page": ("curl", f"<pre><code>{CALL}</code></pre>"),
    "a page's language": ("curl", f'<pre><code class="language-bash">\n{CALL}\n</code></pre>'),
    "an indented block": ("curl", f"Here's how:\n\n    {CALL} \\\n      -H 'Accept: */*'\n\nDone."),
    "the step of a list": ("curl", f"1. Install curl.\n2. Run:\n\n   {CALL}\n\n3. Look at the answer."),
    "a sentence in the next line": ("curl", f"Run the following command:\n{CALL}\nThis will return the item."),
    "sentences without a full stop": ("curl", f"You can use this command\n\n{CALL}\n\nLet me know if it fails"),
    "a line without a full stop": ("curl", f"Use this command\n{CALL}"),
    "a list behind": ("curl", f"{CALL}\n\nExplanation:\n- `-X GET`: the method\n- `-H`: a header (twice)"),
    "a note behind": ("curl", f"{CALL}\n\n**Note**: replace the token"),
    "a rule behind": ("curl", f"{CALL}\n\n---\n\nThis is it."),
    "the prompt of root": ("curl", f"root@box:/# {CALL}"),
    "the prompt of Windows": ("curl", f"PS C:\\Users\\a> {CALL}"),
    "Windows' curl": ("curl", f'curl.exe "{URL}"'),
    "the prompt of cmd": ("curl", f'C:\\Users\\a>curl.exe "{URL}"\n{{"ok": true}}'),
    "lines behind the prompt of cmd": ("curl", f'C:\\> curl ^\n  -X GET ^\nMore? "{URL}"\n{{"ok": true}}'),
    "lines behind the prompt of PowerShell": ("curl", f"PS C:\\> curl.exe -X GET `\n>> '{URL}'\nok"),
    "lines of cmd": ("curl", f'curl -X GET ^\n  "{URL}"'),
    "lines of PowerShell": ("curl", f"curl.exe -X GET `\n  '{URL}'"),
    "a Gemfile": ("ruby", f"# Gemfile\nsource 'https://rubygems.org'\ngem 'http'\n\n# app.rb\n{RUBY}"),
    "a Gemfile in a block": ("ruby", f"```ruby\n# Gemfile\nsource 'https://rubygems.org'\n```\n```ruby\n{RUBY}\n```"),
    "a package list of Swift": (
        "swift",
        '```swift\n// Package.swift\ndependencies: [.package(url: "https://git.example/A.git", from: "5.8.0")]\n```\n'
        f'```swift\nimport Alamofire\nAF.request("{URL}").response {{ _ in }}\n```',
    ),
    "a package list of Node": (
        "node",
        '```json\n{"dependencies": {"axios": "1"}, "homepage": "https://b.example"}\n```\n'
        f"```js\nfetch('{URL}')\n```",
    ),
    "lines that are all indented": ("python", "\n".join(f"    {line}" for line in PYTHON.split("\n"))),
    "a sentence behind Python": ("python", f"{PYTHON}\nThis sends a GET request."),
    "a session of IPython": (
        "python",
        f"In [1]: import requests\n\nIn [2]: requests.get('{URL}')\nOut[2]: <Response [200]>",
    ),
    "a session of Node": ("node", f"> fetch('{URL}')\nPromise {{ <pending> }}"),
    "a page's script": ("javascript", f"<script>\nfetch('{URL}')\n</script>"),
    "a page with a script": (
        "javascript",
        f"```html\n<!DOCTYPE html>\n<body>\n<script src='a.js'></script>\n<script>\nfetch('{URL}')\n</script>\n```",
    ),
    "a page that calls a function": (
        "javascript",
        f"<html><body onload='go()'>\n<script>function go() {{ fetch('{URL}') }}</script></body></html>",
    ),
    "a page beside its style and script": (
        "javascript",
        "```html\n<html><script src='https://b.example/a.js'></script></html>\n```\n"
        f"```css\nbody {{ color: red }}\n```\n```js\nfetch('{URL}')\n```",
    ),
    "a sentence before Go": ("go", f"Here is a Go program that does it\n\n{GO}"),
    "a heading of another language's comments": ("go", f"# The call\n\n{GO}\n\nRun it with `go run`."),
}


@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_goes(around: str) -> None:
    language, text = AROUND[around]
    assert read(language, snippet(text, language)).url == URL
    assert read(language, extract_call(text, language)).url == URL


def test_a_page_whose_button_calls_is_not_certain() -> None:
    page = f"<button onclick='go()'>Go</button>\n<script>function go() {{ fetch('{URL}') }}</script>"
    with pytest.raises(Unreadable, match="not certain"):
        read("javascript", snippet(page, "javascript"))


TEXT = """Hello there

This is the second paragraph.
</think>
~~~bash
curl https://wrong.example
~~~
Explanation:
- an item
**Note**: it goes on
</think>

Answer: curl https://wrong.example
This is the end."""
PROGRAMS = {
    "curl": f"curl {URL} -d '{TEXT}\n'",
    "curl, here-document": f"curl {URL} -d @- <<'END'\n{TEXT}\nEND",
    "curl, two of them": f"cat > notes <<END\n{TEXT}\nEND\ncurl {URL} -d @- <<-'E'\n{TEXT}\n\tE",
    "python": f'import requests\nrequests.post("{URL}", data="""\n{TEXT}\n""")',
    "python, comment": f'"""{TEXT}"""\nimport requests\nrequests.post("{URL}")',
    "ruby": f"require 'net/http'\nNet::HTTP.post(URI('{URL}'), '\n{TEXT}\n')",
    "ruby, here-document": f"require 'net/http'\nNet::HTTP.post(URI('{URL}'), <<~END)\n{TEXT}\nEND",
    "ruby, comment": f"=begin\n{TEXT}\n=end\nrequire 'net/http'\nNet::HTTP.get(URI('{URL}'))",
    "php": f"<?php\n$c = curl_init('{URL}');\ncurl_setopt($c, CURLOPT_POSTFIELDS, '\n{TEXT}\n');\ncurl_exec($c);",
    "php, here-document": f"<?php\n$c = curl_init('{URL}');\n$t = <<<'END'\n{TEXT}\nEND;\ncurl_exec($c);",
    "go": f'package main\n\nimport "net/http"\n\nfunc main() {{\n\tt := `{TEXT}`\n\thttp.Get("{URL}")\n}}',
    "java": f'class A {{\n  String t = """\n{TEXT}\n""";\n}}',
    "swift": f'import Foundation\nlet t = """\n{TEXT}\n"""',
    "node": f"fetch('{URL}', {{ method: 'POST', body: `{TEXT}` }})",
    "javascript": f"const t = `\n{TEXT}\n`\nfetch('{URL}')",
    "libcurl": f"#include <curl/curl.h>\n/*\n{TEXT}\n*/\nint main(void) {{}}",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_string_or_a_comment_says_stays(program: str) -> None:
    code, language = PROGRAMS[program], program.split(",")[0]
    assert snippet(code, language) == code
    assert snippet(f"```{language}\n{code}\n```", language) == code
    for tag in ("</think>\n", "~~~bash\n", "~~~\n"):
        code = code.replace(tag, "")
    if not program.endswith("comment"):
        assert snippet(f"Here is the call:\n\n{code}\n\nThis sends it.", language) == code
        assert snippet(f"Use this program\n{code}\nThis sends it.", language) == code


@pytest.mark.parametrize(
    "language, code",
    [
        ("python", f"import asyncio, call\n\nx = call.get('{URL}')\n\nasyncio.run(x)"),
        ("python", f"import notes\nnotes.to = '{URL}'\n\nnotes.send"),
        ("curl", f"readonly TOKEN\nid[book]=42\ncurl {URL}/${{id[book]}}"),
        ("curl", f'API_KEY = "k"\ncurl {URL}'),
        ("libcurl", "#define _GNU_SOURCE\n#include <curl/curl.h>\nint main(void) {}"),
        ("javascript", f"class A {{\n  send() {{\n    fetch(`{URL}`);\n  }}\n}}\nnew A().send();"),
    ],
)
def test_lines_of_code_between_sentences_stay(language: str, code: str) -> None:
    for text in (f"Use this program\n{code}\nThis sends the request.", f"Use this:\n\n{code}\n\nIt sends a GET."):
        assert code in snippet(text, language)


def test_marks_of_a_fence_in_a_string_stay() -> None:
    for language, code in (
        ("python", f'import requests\nrequests.post("{URL}", data="""\n{WRONG}\n""")'),
        ("curl", f"curl {URL} -d '\n{WRONG}\n'"),
        ("curl", f"curl {URL} -d @- <<E\n{WRONG}\nE"),
    ):
        assert snippet(code, language) == code


@pytest.mark.parametrize(
    "language, code",
    [
        ("curl", f"cd here\ncurl {URL}\n\necho All is done."),
        ("curl", f"set -e\nexit\n{CALL}"),
        ("curl", f"npm ci && curl https://b.example\n{CALL}"),
        ("curl", f"{CALL}\n\ncurl https://b.example/y."),
        ("curl", f"Send() {{ curl -X POST {URL}; }}\nSend the book"),
        ("curl", f"curl.exe {URL} -d '{{\"a\": 1}}'"),
        ("curl", f"curl.exe {URL} `\n  -d '{{\"a\": 1}}'"),
        ("curl", f"curl ^\n  '{URL}'"),
        ("curl", f'curl "{URL}?a=%TOKEN%" ^\n -X GET'),
        ("curl", f"curl '{URL}?a=^&b=1'"),
        ("curl", f"> out.json {CALL}"),
        ("curl", f'curl {URL} -d \'{{"stop": ["</think>"]}}\''),
        ("curl", f'curl {URL} -d \'{{\n  "api_call": "x",\n  "stop": [\n    "</think>"\n  ]\n}}\''),
        ("python", f"import requests\nif not True:\n    exit()\nrequests.get('{URL}')\n# This is the end."),
        ("python", f'"""\n>>> f(1)\n2\n"""\nimport requests\nrequests.get("{URL}")'),
        ("python", f"Url: str = '{URL}'\nimport requests\nrequests.get(Url)"),
        ("ruby", f"require 'http'\n\nclient = HTTP\n# Send it\nclient.get '{URL}'\n\nclient.delete unless dry?"),
        ("ruby", "# Send it\nclient = Api.new\n# Then this goes on\nclient.run"),
        ("go", "package main\n\nfunc main() {\nLoop:\n\tfor {\n\t\tbreak Loop\n\t}\n}"),
        ("php", f"<pre><?php\n$c = curl_init('{URL}');\ncurl_exec($c);\n?></pre>"),
        ("javascript", f"for (const n of [1]) {{\n  fetch(`{URL}`)\n}}"),
    ],
)
def test_code_that_looks_like_prose_stays(language: str, code: str) -> None:
    assert snippet(code, language) == code


BODY = '{"name": "Rex", "note": "100% a\\\\b"}'
WORD = BODY.replace('"', '\\"')
COPIED = re.sub("([^a-zA-Z ])", r"^\1", WORD.replace("Rex", "Rex & Co"))


@pytest.mark.parametrize(
    "command",
    [
        f'curl {URL} ^\n  -H "Content-Type: application/json" ^\n  -d "{WORD}"',
        f'curl.exe {URL} ^\r\n  --header "Content-Type: application/json" ^\r\n  --data-raw "{WORD}"',
        f'curl "{URL}?a=%20b%20c%C3%A9" ^\n  -H "Content-Type: application/json" ^\n  -d "{WORD}"',
        f"curl.exe {URL} `\n  -H 'Content-Type: application/json' `\n  -d '{WORD}'",
        f'curl ^"{URL}^" ^\n  -H ^"Content-Type: application/json^" ^\n  --data-raw ^"{COPIED}^"',
    ],
    ids=["cmd", "CRLF", "an address with escapes", "PowerShell", "a browser's copy"],
)
def test_words_of_windows_shells_are_what_curl_gets(command: str) -> None:
    request = read("curl", snippet(command, "curl"))
    assert request.url.partition("?")[0] == URL
    assert request.body == (BODY.replace("Rex", "Rex & Co") if "^{" in command else BODY)


def test_what_cmd_itself_takes_apart_is_not_one_command() -> None:
    command = f'curl {URL} ^\n  -d "{WORD.replace("Rex", "Rex & Co")}"'
    assert snippet(command, "curl") == command


def test_a_text_is_never_taken_for_nothing() -> None:
    for text in ("```\n```", "```bash\n```\n", "</think>", "<pre></pre>"):
        assert snippet(text, "curl")
    assert snippet("  \n", "curl") == ""


def test_hostile_texts_take_no_time() -> None:
    pieces = (
        "```\n",
        "</think>\n",
        "<answer>\n",
        "<pre>\n",
        "> a\n",
        "This is it.\n",
        "- a\n",
        "'",
        "<<E\n",
        "\\\n",
        "^\n",
        "`\n",
        "\n",
    )
    for piece in pieces:
        for start in ("", "import requests\nx = 1\n", "curl https://a.example\n\n", "curl x "):
            begin = time.process_time()
            snippet(start + piece * 2_000, "curl")
            snippet(start + piece * 2_000, "python")
            assert time.process_time() - begin < 1, (start, piece)


@pytest.mark.parametrize("page", ["<![foo[", '<a b="' * 3_000, "<!--" * 4_000, "<a " * 6_000, "<html>" * 20_000])
def test_a_page_that_is_none_stays_in_linear_time(page: str) -> None:
    start = time.process_time()
    assert snippet(f"<html>{page}", "javascript")
    assert time.process_time() - start < 5
