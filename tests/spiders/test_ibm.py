from collections import Counter
from pathlib import Path

import pytest

from apipack.hubs.replica import Answer, Call, Ibm, Replica
from spiders.bodies import dud, refusal, stated_version
from spiders.outcome import failure, figures
from tests.fixtures import Collect, Documents, Pack


def catalog(name: str) -> str:
    return f"/apis/catalog/{name}--{name}/openapi.json"


def test_a_configured_list(pack: Pack, documents: Documents, collect: Collect, tmp_path: Path) -> None:
    page = "/apis/catalog/api1.example--api1.example"
    with Replica(pack(documents), Ibm) as replica:
        urls = [catalog("api0.example"), f"{replica.url}{catalog('late.example')}", page]
        rows, stats = collect("ibm", tmp_path / "specs", replica.url, urls=urls)
    assert {api: (row["provider"], row["version"]) for api, row in rows.items()} == {
        "api0.example--api0.example": ("api0.example", "1.0"),
        "late.example--late.example": ("late.example", "1.0"),
    }
    assert b'"x-ibm-configuration"' in (tmp_path / "specs" / rows["late.example--late.example"]["file"]).read_bytes()
    assert figures(stats)["refused"] == {"no_spec_found": 1} and failure(stats) is None


def test_following_links_stays_below_apis_and_says_which_pages_have_none(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path
) -> None:
    asked: Counter[str] = Counter()

    def fault(call: Call, answer: Answer) -> Answer:
        asked[call.path] += 1
        if call.path == "/apis/":  # the catalogue names other places too
            others = b'<a href="/docs/">a</a><a href="http://127.0.0.1:1/apis/x.json">b</a><a href="/apis/z.zip">c</a>'
            return Answer(answer.read() + others, "text/html")
        return Answer(b"PK\x03\x04", "application/zip") if call.path.endswith(".zip") else answer

    with Replica(pack(documents), Ibm, fault) as replica:
        rows, stats = collect("ibm", tmp_path / "specs", replica.url, follow=True)
        few, _ = collect("ibm", tmp_path / "few", replica.url, follow=True, limit=3)
    assert len(rows) == 11 and figures(stats)["refused"] == {"no_spec_found": 1} and failure(stats) is None
    assert rows["files.example--drive"]["version"] == "v2 (beta)/x"
    assert len(few) <= 3 and set(few) < set(rows)
    assert {path for path in asked if not path.startswith("/apis/")} == {"/robots.txt"}


def test_pages_that_cannot_be_had_are_counted(
    pack: Pack, documents: Documents, collect: Collect, tmp_path: Path
) -> None:
    def fault(call: Call, answer: Answer) -> Answer:
        return Answer(b"", status=500) if call.path.endswith("--drive") else answer

    with Replica(pack(documents), Ibm, fault) as replica:
        rows, stats = collect("ibm", tmp_path / "specs", replica.url, {"RETRY_TIMES": 1}, follow=True)
    assert len(rows) == 10 and figures(stats)["refused"] == {"no_spec_found": 1, "page_lost": 1}


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (b'{"info": {"version": "2.1"}}', "2.1"),
        (b"info:\n  version: 3\n", "3"),
        (b"info: [", ""),
        (b"{", ""),
        (b"- 1", ""),
        (b"[" * 5000, ""),
        (b"a: " + b"[" * 200_000, ""),  # which libyaml does not survive when it composes it
        (b"\xef\xbb\xbf" + b'{"info": {"version": 1.5}}', "1.5"),
        (b"info: {version: 1.10}", "1.10"),
        (b"info: {version: &v '2'}\nx: *v", "2"),
        (b"a: &a {version: 3}\ninfo: *a", "3"),
        (b"info: {version: ~}", ""),
        (b"info: {version: [1]}", ""),
        (b'{"info": {"version": {"a": 1}}}', ""),
        (b'{"info": {"version": null}}', ""),
        (b"- &a [x, x, x]\n- &b [*a, *a, *a]\n", ""),
        (b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\ninfo: {version: [*b, *b, *b]}", ""),
    ],
    ids=range(17),
)
def test_stated_version(body: bytes, version: str) -> None:
    assert stated_version(body) == version


def test_blanks_around_a_body_are_no_part_of_it() -> None:
    whole = b" " * 600 + b'{"openapi": "3.0.0"}' + b"\n" * 600
    assert dud(whole) is None and refusal(whole) is None and stated_version(whole) == ""
    assert dud(whole.rstrip()[:-1] + b" " * 600) == "truncated" and dud(b" " * 600) == "empty"
