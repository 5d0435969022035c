"""Our calls and npm openapi-snippet's for the same operations, executed by the same harness.

    python -m benchmarks.execution [OPERATIONS]     (make bench-execution; after `dvc repro`)

Each is held to what it means itself: ours to the operation's request, openapi-snippet's to the HAR that it makes. Its
fragments get what they lack: includes and `main` in C, imports in Java and Swift. An operation for which it makes no
call at all counts as not arrived.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from apipack.intervals import wilson
from apipack.io import read_table
from apipack.languages.codec import Reading, Unrepresentable, render
from apipack.openapi.loading import load
from apipack.params import load as load_params
from apipack.records import LANGUAGES, Request
from apipack.sandbox.comparison import difference
from apipack.sandbox.execution import execute, skipped
from apipack.sandbox.verification import sample

TARGETS = dict(
    zip(
        LANGUAGES,
        (
            *("shell_curl", "c_libcurl", "java_okhttp", "node_request", "python_python3", "go_native", "ruby_native"),
            *("php_curl", "swift_nsurlsession", "javascript_xhr"),
        ),
        strict=True,
    )
)
PEER = "openapi-snippet@0.14.0"
C_PROGRAM = "#include <curl/curl.h>\n#include <stdlib.h>\n#include <string.h>\nint main(void) {\n%s\nreturn ret;\n}\n"
MAX_SPEC = 3_000_000


def main(count: int) -> None:
    operations = read_table("data/unique").to_pylist()
    files = {
        row["sha256"]: Path("data/specs", row["file"]) for row in read_table("data/specs/index.parquet").to_pylist()
    }
    small = [row for row in operations if files[row["spec_sha256"]].stat().st_size < MAX_SPEC]
    rows = sample(small, count, 0)
    languages = [language for language in LANGUAGES if language not in skipped(LANGUAGES)]
    ours = run(languages, {row["id"]: Request.from_json(row["request"]) for row in rows}, None)
    theirs = run(languages, *from_peer(rows, files))
    print(f"{len(rows)} operations; share of calls that arrive as meant, 95 % interval (Wilson)")
    print("| language | apipack | openapi-snippet |\n| --- | --- | --- |")
    for language in languages:
        cells = [f"{s:.3f} [{low:.3f}, {high:.3f}] of {n}" for n, s, low, high in (ours[language], theirs[language])]
        print(f"| {language} | {' | '.join(cells)} |")


def run(
    languages: list[str], requests: dict[str, Request | None], codes: dict[str, dict[str, str]] | None
) -> dict[str, tuple[int, float, float, float]]:
    """language → (n, share, low, high). codes: by id and target, None for our own rendering."""
    calls: list[tuple[str, str, Request | None]] = []
    missed = dict.fromkeys(languages, 0)
    for identifier, request in requests.items():
        for language in languages:
            try:
                code = (
                    render(language, request)
                    if codes is None and request
                    else (codes or {})[identifier][TARGETS[language]]
                )
            except KeyError:
                missed[language] += 1
            except Unrepresentable:
                continue
            else:
                calls.append((language, code, request))
    outcomes = execute([Reading.of(language, code) for language, code, _ in calls], load_params().cores(), "execute")
    equal = {language: [0, missed[language]] for language in languages}
    for (language, _, request), outcome in zip(calls, outcomes, strict=True):
        equal[language][0] += request is not None and difference(request, outcome.records) is None
        equal[language][1] += 1
    return {name: (n, *wilson(hits, n)) for name, (hits, n) in equal.items()}


def from_peer(
    rows: list[dict[str, Any]], files: dict[str, Path]
) -> tuple[dict[str, Request | None], dict[str, dict[str, str]]]:
    """Requests that openapi-snippet means, and its calls, by operation."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--prefix", name, PEER], check=True)
        jobs = []
        for row in rows:
            spec = folder / f"{row['spec_sha256']}.json"
            if not spec.exists():
                spec.write_text(json.dumps(load(files[row["spec_sha256"]].read_bytes())), encoding="utf-8")
            jobs.append({"id": row["id"], "spec": str(spec), "path": row["path"], "method": row["method"].lower()})
        (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
        (folder / "execution_peer.js").write_text(
            Path(__file__).with_name("execution_peer.js").read_text(encoding="utf-8"), encoding="utf-8"
        )
        done = subprocess.run(
            ["node", "execution_peer.js", "jobs.json"], cwd=name, stdout=subprocess.PIPE, text=True, check=True
        )
    requests: dict[str, Request | None] = {row["id"]: None for row in rows}
    codes: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        if "error" not in answer:
            requests[answer["id"]] = meant(answer["har"])
            codes[answer["id"]] = {target: whole(target, code) for target, code in answer["snippets"].items()}
    return requests, codes


def whole(target: str, code: str) -> str:
    if target == "c_libcurl":
        return C_PROGRAM % code
    return f"import Foundation\n{code}" if target == "swift_nsurlsession" and "import Foundation" not in code else code


def meant(har: dict[str, Any]) -> Request | None:
    """The request of a HAR; None where it is none."""
    query = urlencode([(item["name"], item["value"]) for item in har.get("queryString") or []])
    headers = [(item["name"], str(item["value"])) for item in har.get("headers") or []]
    headers += (
        [("Cookie", "; ".join(f"{item['name']}={item['value']}" for item in har["cookies"]))]
        if har.get("cookies")
        else []
    )
    post = har.get("postData") or {}
    body = post.get("text")
    if body is None and post.get("params"):
        body = urlencode([(item["name"], item.get("value", "")) for item in post["params"]], quote_via=quote)
    if body is not None and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", post.get("mimeType") or ""))
    url = har["url"] + (("&" if "?" in har["url"] else "?") + query if query else "")
    request = Request(har["method"], url, tuple(headers), body)
    return request if request.parts.netloc else None


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
