"""Template instructions: two wordings an operation, one to train on and a different one for level 1 tests.

Deterministic: the wording depends on the seed and the operation's id alone. The paper's LLM recipe is a
later backend; this one needs no model.
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from typing import Any

Row = dict[str, Any]

TRAIN_ACTION = (
    "How can I {action} with {api}?",
    "I need to {action} using {api}. What is the call for that?",
    "Show me how to {action} through {api}.",
    "I want to {action} with {api}.",
)
TEST_ACTION = (
    "Could you help me {action}? I am working with {api}.",
    "My task is to {action}, and {api} should do it. Which request do I send?",
    "Using {api}, please {action}.",
)
TRAIN_TOPIC = (
    "Which call of {api} covers this: {topic}?",
    "I am looking for the request for {topic} in {api}.",
    "Show me the call for {topic} with {api}.",
)
TEST_TOPIC = (
    "With {api}, what would I send for {topic}?",
    "Could you help me with {topic}? I am working with {api}.",
)
VERBS = frozenset(files("apipack").joinpath("verbs.txt").read_text(encoding="utf-8").split())

_SENTENCE = re.compile(r"(?<=[.!?])\s")
_PLACEHOLDER = re.compile(r"[{}<>\[\]|]")


def instructions(row: Row, seed: int, description_words: int) -> tuple[str, str]:
    """(training wording, test wording) for a row of schema OPERATIONS.

    The two use different templates and, where the operation has a description that says more than its
    functionality, different words for the task.
    """
    pick = int.from_bytes(hashlib.sha256(f"{seed}:{row['id']}".encode()).digest()[:8])
    name = api_name(row)
    task, detail = phrase(row["functionality"]), _shorten(phrase(row["description"]), description_words)
    if detail and imperative(task) is None and imperative(detail) is not None:
        task, detail = detail, ""
    if detail.lower() == task.lower():
        detail = ""
    train = _fill(TRAIN_ACTION, TRAIN_TOPIC, task, name, pick)
    if detail and len(task.split()) < 4:
        train += f" {detail}" + ("" if detail.endswith("…") else ".")
    test = _fill(TEST_ACTION, TEST_TOPIC, detail if imperative(detail) else task, name, pick // 7)
    return train, test


def _fill(actions: tuple[str, ...], topics: tuple[str, ...], task: str, name: str, pick: int) -> str:
    action = imperative(task)
    if action is not None:
        return actions[pick % len(actions)].format(action=action, api=name)
    return topics[pick % len(topics)].format(topic=_lower_first(task), api=name)


def api_name(row: Row) -> str:
    """The API's title as it reads in a sentence: `the … API`, once."""
    name = re.sub(r"\bAPIs?$", "", row["api_name"].strip(" .")).strip() or row["api"]
    return f"the {name} API"


def phrase(functionality: str) -> str:
    """The first sentence, without its full stop and without template marks."""
    first = _SENTENCE.split(functionality.strip(), maxsplit=1)[0]
    return " ".join(_PLACEHOLDER.sub(" ", first).split()).rstrip(" .:;,!?")


def imperative(text: str) -> str | None:
    """The phrase as an imperative (`Returns a pet` → `return a pet`), or None when it starts with no known verb."""
    first, _, rest = text.partition(" ")
    word = first.lower()
    for candidate in (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word)):
        if candidate in VERBS and rest:
            return f"{candidate} {rest}"
    return None


def _shorten(text: str, limit: int) -> str:
    kept = text.split()
    return text if len(kept) <= limit else " ".join(kept[:limit]).rstrip(" ,;:") + " …"


def _lower_first(text: str) -> str:
    return text if len(text) < 2 or text[1].isupper() else text[0].lower() + text[1:]
