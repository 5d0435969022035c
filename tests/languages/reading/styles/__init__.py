"""Calls of an invented API as models write them, right and wrong: a file of Markdown a language.

A heading says the verdict, the task (a name of tasks.json) and the style; the code is in the fence below it.
`wrong` is another request, or none; `other-value` is right but for a value, and
`refused` is right where the answer is good, or whatever an identifier is that it draws, which only execution tells.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import NamedTuple

from apipack.evaluation.verdicts import Reference
from apipack.languages.environment import STAND_IN
from apipack.openapi.argument_names import is_credential
from apipack.records import LANGUAGES, Request

FOLDER = Path(__file__).parent
_BEFORE = b64encode(STAND_IN.encode()).decode()[:36]
_CALL = re.compile(
    r"^## (right|wrong|other-value|refused) (\w+): ([^\n]+)\n```\w+\n(.*?\n)```$", re.MULTILINE | re.DOTALL
)


class Call(NamedTuple):
    language: str
    verdict: str
    task: str
    style: str
    code: str

    def __str__(self) -> str:
        return f"{self.language} {self.verdict} {self.task}: {self.style}"


def same_credentials(request: Request, gold: Request) -> bool:
    """Whether both say alike who they are, in headers, cookies and the query, which an exact match leaves aside. Of
    what the environment gives the name alone is known."""
    given, wanted = _credentials(request), _credentials(gold)
    return [name for name, _ in given] == [name for name, _ in wanted] and all(
        value == right or STAND_IN in value or value.startswith(f"Basic {_BEFORE}")
        for (_, value), (_, right) in zip(given, wanted, strict=True)
    )


def _credentials(request: Request) -> list[tuple[str, str]]:
    pairs = [(name.lower(), value) for name, value in request.headers]
    return sorted((name, value) for name, value in [*pairs, *request.query] if name == "cookie" or is_credential(name))


def references() -> dict[str, Reference]:
    """The right request of each task."""
    tasks = json.loads((FOLDER / "tasks.json").read_text(encoding="utf-8"))
    return {
        name: Reference("", Request.from_json(json.dumps(task["request"])), task["template"], task["arguments"], name)
        for name, task in tasks.items()
    }


def calls(*verdicts: str) -> list[Call]:
    """Calls of these verdicts, in all languages."""
    written: list[Call] = []
    for language in LANGUAGES:
        text = (FOLDER / f"{language}.md").read_text(encoding="utf-8")
        of_language = [Call(language, *groups) for groups in _CALL.findall(text)]
        if len(of_language) != text.count("\n## "):
            raise ValueError(f"{language}.md: a heading without its code")
        written += of_language
    return [call for call in written if call.verdict in verdicts]
