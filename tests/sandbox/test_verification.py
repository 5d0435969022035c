import json
from typing import Any

from apipack.languages.codec import render
from apipack.records import Request
from apipack.sandbox.execution import Outcome
from apipack.sandbox.schemas import VERIFIED
from apipack.sandbox.verification import by_stratum, executed, failures, figures, read_back, sample, strata


def row(number: int, request: Request, template: str = "https://h.example/a", provider: str = "h") -> dict[str, Any]:
    return {"id": f"op{number:03}", "provider": provider, "template": template, "request": request.to_json()}


PLAIN = Request("GET", "https://h.example/a")
RICH = Request(
    "POST",
    "https://h.example/a/1?q=it%27s",
    (
        ("Authorization", "Bearer REPLACE_BEARER_TOKEN"),
        ("X-A", "1"),
        ("Cookie", "k=REPLACE_KEY_VALUE"),
        ("Content-Type", "application/vnd.a+json"),
    ),
    "{}",
)


def test_strata() -> None:
    assert strata(row(0, PLAIN)) == {
        "method": "GET",
        "body": "none",
        "places": "none",
        "security": "none",
        "characters": "plain",
    }
    assert strata(row(0, RICH, "https://h.example/a/{id}")) == {
        "method": "POST",
        "body": "json",
        "places": "path+query+header+cookie",
        "security": "apikey+bearer",
        "characters": "odd",
    }
    assert strata(row(0, Request("PUT", "https://h/a", (("Content-Type", "text/xml"),), "<a/>")))["body"] == "xml"


def test_the_sample_has_the_rare_and_many_providers_and_is_nested() -> None:
    rows = [row(n, PLAIN, provider=f"p{n % 5}") for n in range(100)] + [row(200, RICH)]
    chosen = sample(rows, 6, 0)
    assert "op200" in {r["id"] for r in chosen} and len({r["provider"] for r in chosen}) == 6
    assert sample(rows[::-1], 6, 0) != sample(rows, 6, 1)
    assert sample(rows[::-1], 6, 0) == chosen
    assert {r["id"] for r in sample(rows, 3, 0)} <= {r["id"] for r in chosen}
    assert len(sample(rows, 1000, 0)) == 101 and sample([], 3, 0) == []


def test_verdicts_by_reading_back_and_their_figures() -> None:
    rows = [row(0, PLAIN), row(1, RICH)]
    good, bad = render("curl", PLAIN), render("curl", RICH).replace("/a/1", "/a/2")
    verdicts = [read_back(rows[0], "curl", good), read_back(rows[1], "curl", bad), read_back(rows[1], "go", "nonsense")]
    verdicts.append(executed(rows[0], "go", "code", Outcome("timeout")))
    assert [v["difference"] for v in verdicts] == [None, "another", "nothing", "nothing"]
    assert all(set(v) == set(VERIFIED.names) for v in verdicts)
    verdicts.append(executed(rows[0], "curl", good, Outcome("timeout")))  # reading back says that it arrives
    by_id = {row["id"]: row for row in rows}
    found = figures(verdicts, by_id)
    assert found["static_agreement"] == {"n": 5, "share": 0.8}
    assert found["languages"]["curl"] == {
        "n": 3,
        "arrived": 0.6667,
        "equal": 0.3333,
        "equal_low": 0.0615,
        "equal_high": 0.7923,
        "differences": {"another": 1, "nothing": 1},
    }
    assert found["languages"]["go"]["arrived"] == 0 and by_stratum(verdicts, by_id)["method=GET"]["n"] == 3
    lines = [json.loads(line) for line in failures(verdicts).splitlines()]
    assert len(lines) == 4 and lines[0]["call"] == bad and "/a/2" in lines[0]["recorded"]
