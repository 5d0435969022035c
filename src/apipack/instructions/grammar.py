"""Wordings without a model: frames of English around an operation's own words.

Deterministic by seed and operation id. Frames of training and frames of tests are disjoint, so a level 1 test
never shows a sentence form that was trained on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from apipack.instructions.phrases import (
    VERBS,
    Row,
    api_name,
    gerund,
    imperative,
    is_of_identifier,
    lower_first,
    phrase,
    shorten,
    spell_out,
)
from apipack.instructions.rules import reject

TRAIN_ACTION = (
    "How can I {action} with {api}?",
    "How do I {action} using {api}?",
    "I need to {action} using {api}. What is the call for that?",
    "Show me how to {action} through {api}.",
    "I want to {action} with {api}.",
    "What should I send to {api} to {action}?",
    "Is there a way to {action} with {api}?",
    "Which call of {api} lets me {action}?",
    "I'd like to {action} via {api}.",
    "I'm trying to {action} with {api}. How is that done?",
    "Give me a call to {api} that will {action}.",
    "My application has to {action} through {api}.",
    "With {api}, how would I {action}?",
    "I am looking for a way of {gerund} with {api}.",
    "What does it take to {action} with {api}?",
    "In {api}, what do I call to {action}?",
    "Let me {action} with {api}.",
    "I have to {action}. How do I do that with {api}?",
)
TEST_ACTION = (
    "Could you help me {action}? I am working with {api}.",
    "My task is to {action}, and {api} should do it. Which request do I send?",
    "Using {api}, please {action}.",
    "We use {api}. What is needed to {action}?",
    "Through {api} I would like to {action}; please show me the call.",
    "Please write the code to {action} by way of {api}.",
    "Can {api} be used to {action}? If so, show how.",
    "Help me with {gerund} in {api}.",
    "As a developer on {api}, I must {action}.",
    "Next on my list: {action}, by means of {api}.",
)
TRAIN_TOPIC = (
    "Which call of {api} covers this: {topic}?",
    "I am looking for the request for {topic} in {api}.",
    "Show me the call for {topic} with {api}.",
    "How do I use {api} for {topic}?",
    "What do I send to {api} for {topic}?",
    "I need {api} for {topic}.",
    "In {api}, where do I find {topic}?",
    "I want to use {api} for {topic}.",
    "My application needs {topic} from {api}.",
    "How can I work with {topic} in {api}?",
)
TEST_TOPIC = (
    "With {api}, what would I send for {topic}?",
    "Could you help me with {topic}? I am working with {api}.",
    "We use {api}. Which request is the one for {topic}?",
    "This is about {topic}: please show me the call to {api}.",
    "Please write the code for {topic} with {api}.",
    "As a developer on {api}, I must deal with {topic}.",
)
SYNONYMS = {
    "get": ("get", "retrieve", "fetch"),
    "retrieve": ("retrieve", "get", "fetch"),
    "return": ("get", "retrieve"),
    "returns": ("get", "retrieve"),
    "fetch": ("fetch", "retrieve", "get"),
    "delete": ("delete", "remove"),
    "remove": ("remove", "delete"),
    "update": ("update", "change", "modify"),
    "modify": ("modify", "change", "update"),
    "list": ("list", "list", "see a list of"),
}
_COUNT = re.compile(r"get the number of the resource", re.I)
_SAYS_NOTHING = re.compile(r"(?:provide|manage) operations\b|perform (?:this|the|an) operation\b")
LONGEST_TASK = 24


@dataclass(frozen=True, slots=True)
class Task:
    """What an operation does, as an imperative (`list all pets`) or, where no verb starts it, as a topic."""

    text: str
    is_action: bool


def tasks(row: Row, words: int) -> Sequence[Task]:
    """The operation's task from its functionality, then from its description where that says it otherwise.

    words: of the description at most. An operation without any words is named after its endpoint or method.
    """
    return _tasks(_completed(row["functionality"], row.get("path", "")), row["description"], row["endpoint"], words)


def _completed(functionality: str, path: str) -> str:
    """A functionality that leaves out what it is about, with the last resource of the path: `Cancel` is `Cancel the
    order` at /orders/{id}/cancel, `Get the number of the resource` that of messages at /messages/$count."""
    counts = _COUNT.fullmatch(functionality) is not None
    if not counts and functionality.lower() not in VERBS:
        return functionality
    parts = [re.sub(r"[^A-Za-z0-9]+", " ", part).strip() for part in path.split("/") if part and "{" not in part]
    said = re.sub(r"\W+", "", functionality).lower()
    parts = [
        part
        for part in parts
        if re.search("[A-Za-z]{3}", part) and part.lower().replace(" ", "") not in ("count", said)
    ]
    if not parts:
        return functionality
    noun = spell_out(parts[-1])
    if counts:
        return re.sub(r"(?<=number of )the resource", noun, functionality)
    one = (
        noun if noun.endswith("ss") else re.sub(r"ies$", "y", noun) if noun.endswith("ies") else noun.removesuffix("s")
    )
    return f"{functionality} the {one}"


@lru_cache(maxsize=50_000)
def _tasks(functionality: str, description: str, endpoint: str, words: int) -> tuple[Task, ...]:
    """Remembered, since an operation has many variants, and those of an API are compared more than once."""
    named: list[Task] = []
    texts = [(functionality, LONGEST_TASK), (description, words)]
    if is_of_identifier(functionality, endpoint):
        texts.reverse()  # what somebody wrote says more than a name taken apart
    for text, limit in texts:
        if named and named[0].is_action and text == functionality:
            break
        said = shorten(phrase(text), limit)
        action = imperative(said)
        if action is not None and named and _SAYS_NOTHING.match(action):
            continue
        taken = {task.text.lower() for task in named}
        if action is not None and action.lower() not in taken:
            named.append(Task(action, True))
        elif said and not named:
            named.append(Task(lower_first(said), False))
    if any(task.is_action for task in named):
        named = [task for task in named if task.is_action]
    if not named and (spoken := phrase(endpoint)):
        action = imperative(spoken)
        named = [Task(action or spoken, action is not None)]
    return tuple(named) or (Task("this operation", False),)


def candidates(row: Row, seed: int, n: int, words: int, for_tests: bool = False) -> list[str]:
    """`n` wordings (fewer where there are fewer frames) of an operation (schema OPERATIONS), no two of one frame."""
    rng = random.Random(f"{seed}:{row['id']}:{for_tests}")
    name, said = api_name(row), tasks(row, words)
    if for_tests:
        said = said[::-1]  # the description's words first: the training wording leads with the functionality's
    actions, topics = (TEST_ACTION, TEST_TOPIC) if for_tests else (TRAIN_ACTION, TRAIN_TOPIC)
    frames = actions if said[0].is_action else topics
    return [
        _fill(frame, said[i % len(said)], name, rng) for i, frame in enumerate(rng.sample(frames, min(n, len(frames))))
    ]


def wordings(row: Row, seed: int, words: int, n: int = 3) -> tuple[str, str]:
    """(training wording, test wording): the first candidate, and of `n` test wordings the one least like it among
    those that no rule rejects (among all where there is none)."""
    train = candidates(row, seed, 1, words)[0]
    tests = sorted(candidates(row, seed, n, words, for_tests=True), key=lambda text: fuzz.ratio(train, text))
    return train, next((text for text in tests if reject(row, text) is None), tests[0])


def other_wordings(row: Row, seed: int, words: int) -> Iterator[str]:
    """More training wordings of an operation, in frames and words of training alone."""
    taken = {row["instruction"].casefold(), row["test_instruction"].casefold()}
    wordings = dict.fromkeys(candidates(row, seed, len(TRAIN_ACTION), words))
    return (text for text in wordings if text.casefold() not in taken and reject(row, text) is None)


def _fill(frame: str, task: Task, name: str, rng: random.Random) -> str:
    if not task.is_action:
        return frame.format(topic=task.text, api=name)
    return framed(frame, in_other_words(task.text, rng), name)


def framed(frame: str, action: str, api: str) -> str:
    """A frame of an action, with that or its gerund."""
    if "{gerund}" in frame:
        return frame.format(gerund=gerund(action), api=api)
    return frame.format(action=action, api=api)


def in_other_words(action: str, rng: random.Random) -> str:
    """The action with a synonym of its verb; `update or change` has its own."""
    verb, _, rest = action.partition(" ")
    verbs = (verb,) if rest.startswith(("or ", "and ")) else SYNONYMS.get(verb, (verb,))
    return f"{rng.choice(verbs)} {rest}"
