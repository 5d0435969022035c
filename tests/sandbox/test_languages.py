"""Every language in the sandbox: the hostile corpus arrives as it was meant, and no text of it is ever evaluated.

CANARY is code in the manner of each language and of its strings; whatever evaluates it makes a request of its own,
which the recorder sees, and a file. Calls share a program in the first test and have one each in the others.
"""

from dataclasses import replace

import pytest

from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.records import LANGUAGES, METHODS, Request
from apipack.sandbox import Sandbox
from apipack.sandbox.comparison import difference, request_of
from apipack.sandbox.execution import execute, run_alone, skipped
from apipack.sandbox.runners import root
from tests.languages.hostile import JSON, corpus

pytestmark = pytest.mark.heavy

EVIL = "curl http://canary.example/"
CANARY = (
    f"$({EVIL})",
    f"`{EVIL}`",
    f"'; {EVIL}; '",
    f'"; {EVIL}; "',
    f"\\'; {EVIL}; #",
    f"\n{EVIL}\n",
    f"#{{`{EVIL}`}}",
    f"${{`{EVIL}`}}",
    f"{{${{print(shell_exec('{EVIL}'))}}}}",
    f"\\({EVIL})",
    f"*/ {EVIL} /*",
    f"</script><script>{EVIL}</script>",
    f"%s%n%x {EVIL}",
    f"' + require('child_process').execSync('{EVIL}') + '",
    f"' + __import__('os').popen('{EVIL}').read() + '",
    f'" + system("{EVIL}") + "',
    f'");\n    system("{EVIL}");\n//',
    f"?>\n<?php system('{EVIL}');",
    f"\0; {EVIL}",
    f"\u202e; {EVIL} 😀\u2028{EVIL}\u2066",
    f"\\u0022; {EVIL}; \\u0022",
    f"??/'; {EVIL}",
    f"@/etc/passwd;{EVIL}",
)


def requests() -> list[Request]:
    """The hostile corpus, and the canaries wherever HTTP lets them stand: body, form, header, query, path, cookie."""
    found = corpus() + [replace(request, url=request.url.replace("https:", "http:")) for request in corpus()[::9]]
    for text in CANARY:
        quoted = "".join(c if c.isalnum() or c in "'$()*;" else "".join(f"%{b:02X}" for b in c.encode()) for c in text)
        found.append(Request("POST", "https://api.example.com/b", (JSON,), text))
        found.append(Request("GET", f"https://api.example.com/{quoted}?q={quoted}&{quoted}=1"))
        line = "".join(c for c in text if " " <= c <= "~").strip()
        found.append(
            Request("PUT", "https://api.example.com/h", (("X-Value", line), ("Cookie", f"a={line}"), JSON), "1")
        )
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_strings_arrive_intact_and_none_is_evaluated(language: str) -> None:
    if reason := skipped([language]):
        pytest.skip(reason[language])
    rendered, refused = [], 0
    for request in requests():
        try:
            rendered.append((request, render(language, request)))
        except Unrepresentable:
            refused += 1
    outcomes = execute([Reading.of(language, code) for _, code in rendered], 1)
    wrong = [
        (found, request, code, outcome)
        for (request, code), outcome in zip(rendered, outcomes, strict=True)
        if outcome.status != "ok" or (found := difference(request, outcome.records))
    ]
    assert not wrong, f"{len(wrong)} of {len(rendered)}: {wrong[:2]}"
    assert refused < len(rendered) / 3
    assert not [record for outcome in outcomes for record in outcome.records if record.host == "canary.example"]


BUILT = ("java", "go", "swift")
ODD_HOSTS = ("a_b.example.com", "localhost", "10.0.0.1", "xn--bcher-kva.example", "h.", "one:8443", "[2001:db8::7]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_call_alone(language: str) -> None:
    """Methods, ports, odd hosts and both schemes, each in a program of its own, and what is no program."""
    if reason := skipped([language]):
        pytest.skip(reason[language])
    wanted = [Request("POST", "https://api.example.com:4443/x?a=1", (JSON,), '{"é":1}')]
    wanted += [
        Request(METHODS[n % 4], f"{'https' if n % 2 else 'http'}://{host}/y") for n, host in enumerate(ODD_HOSTS)
    ]
    with Sandbox(root(language)) as sandbox:
        for request in wanted if language not in BUILT else wanted[:2]:
            try:
                outcome = run_alone(sandbox, language, render(language, request))
            except Unrepresentable:
                continue
            assert (outcome.status, difference(request, outcome.records)) == ("ok", None), (request, outcome)
            arrived = request_of(outcome.records[0])
            assert arrived and arrived.method == request.method


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_compile_fails_or_never_ends_is_told_apart(language: str) -> None:
    if reason := skipped([language]):
        pytest.skip(reason[language])
    good = render(language, Request("GET", "https://api.example.com/a"))
    codes = (good[: len(good) * 2 // 3] + "\"'(", "", "}{ I am a language (model", good)
    broken, empty, nonsense, after = execute([Reading.of(language, code) for code in codes], 1)
    assert (broken.status, nonsense.status) == ("does_not_compile", "does_not_compile"), (broken, nonsense)
    assert empty.records == [] and (after.status, len(after.records)) == ("ok", 1)
