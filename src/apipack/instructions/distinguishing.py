"""One instruction, one call: what tells an operation from another of its API whose texts say the same.

Two operations clash where an instruction for one could be meant for the other: it says the same in words, and the
arguments that it has to say are all arguments of the other, and none that the other requires is missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from apipack.instructions.grammar import SYNONYMS, tasks
from apipack.instructions.phrases import Row, phrase, spell_out

MANY = 60
"""Of more operations that say the same every two are taken to clash: there are too many pairs to look at."""
DEPTH = 5
_DULL = re.compile(r"(?:v?\d+(?:[.-]\d+)*(?:beta\d*|alpha\d*)?|api|apis|rest|beta|public|json|odata)$", re.I)
USER = "the signed-in user"
_NAMESPACE = re.compile(r"^(?:[a-z]\w*\.)+(?=[A-Za-z]\w*)")
"""Of a function in OData: `microsoft.graph.` in `microsoft.graph.delta`."""
_SAME_VERB = {word: verb for verb in ("get", "delete", "update", "list") for word in (*SYNONYMS[verb], verb)}
_AS = {"HEAD": "only the headers", "OPTIONS": "the options that it allows"}


class Asked(NamedTuple):
    """Names of the arguments that every instruction for an operation says, and of all that one may say."""

    required: frozenset[str]
    all: frozenset[str]


def hints(rows: Sequence[Row], asked: Mapping[str, Asked], words: int) -> dict[str, str | None]:
    """For each operation (schema OPERATIONS) of one API: words to add to its instruction, empty where none are needed,
    None where nothing tells it from another: its instructions would be ambiguous. words: as in `grammar.tasks`."""
    hint_of: dict[str, str | None] = {row["id"]: "" for row in rows}
    groups = list(_saying_the_same(rows, words))
    for group in groups:
        clashing = _clashing(group, asked, hint_of)
        if not clashing:
            continue
        for words_of in WAYS:
            said = {row["id"]: words_of(row) for row in clashing}
            if not _clashing(clashing, asked, {**hint_of, **said}):
                break
        hint_of.update(said)
    for group in groups:
        for row in _clashing(group, asked, hint_of):
            hint_of[row["id"]] = None
    return hint_of


def ambiguous(rows: Sequence[Row], asked: Mapping[str, Asked], said: Mapping[str, str | None], words: int) -> list[str]:
    """Ids of the operations of one API, among those that have a hint, whose instruction fits another of them too."""
    kept = [row for row in rows if said.get(row["id"]) is not None]
    clashing = (row["id"] for group in _saying_the_same(kept, words) for row in _clashing(group, asked, said))
    return sorted(set(clashing))


def _saying_the_same(rows: Sequence[Row], words: int) -> Iterator[list[Row]]:
    """Operations of which one wording says the same, two or more."""
    groups: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        said = tasks(row, words)
        for task in (said[0], said[-1]):
            groups[_sense(task.text)][row["id"]] = row
    return (list(group.values()) for _, group in sorted(groups.items()) if len(group) > 1)


def _sense(text: str) -> str:
    """What a task says, whatever its synonyms and articles."""
    first, *rest = text.lower().split() or [""]
    return " ".join([_SAME_VERB.get(first, first), *(word for word in rest if word not in ("a", "an", "the"))])


def _clashing(group: Sequence[Row], asked: Mapping[str, Asked], said: Mapping[str, str | None]) -> list[Row]:
    """Those of a group that have another beside them with the same hint, whose instruction may be meant for either."""
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in group:
        if (hint := said[row["id"]]) is not None:
            alike[hint].append(row)
    clashing: dict[str, Row] = {}
    for rows in alike.values():
        if len(rows) > MANY:
            clashing |= {row["id"]: row for row in rows}
            continue
        for row, other in combinations(rows, 2):
            if _fit(asked[row["id"]], asked[other["id"]]):
                clashing |= {row["id"]: row, other["id"]: other}
    return list(clashing.values())


def _fit(own: Asked, other: Asked) -> bool:
    return own.required <= other.all and other.required <= own.all


@lru_cache(maxsize=10_000)
def _segments(path: str, functionality: str) -> tuple[list[str], bool]:
    """(the fixed parts of a path in words, without versions; whether the functionality says the last of them).

    Remembered, since the operations that say the same are worded again and again."""
    parts = (re.sub(r"\{[^{}]*\}", " ", part) for part in path.split("#")[0].split("?")[0].split("/"))
    telling = (part for part in parts if re.search("[A-Za-z]", part) and not _DULL.match(part) and part != "$count")
    names = (_NAMESPACE.sub("", part) for part in telling)
    said = (spell_out(re.sub(r"[^A-Za-z0-9]+", " ", name)).strip() for name in names)
    segments = [USER if name == "me" else name for name in said]
    words = set(re.findall(r"\w+", phrase(functionality).lower()))
    return segments, bool(segments) and words.issuperset(segments[-1].lower().split())


def _within(row: Row, depth: int | None) -> str:
    """The last `depth` parts of a path; without the last one, where the functionality says it already."""
    whole, is_said = _segments(row["path"], row["functionality"])
    segments = whole[-depth:] if depth else whole
    if len(segments) > 1 and is_said:
        where = _said(segments[:-1])
        if segments[-2] == USER:
            return where.replace("under", "for", 1)
        return f"in {where.removeprefix('the ').removeprefix('under ')}"
    return _said(segments)


def _said(segments: Sequence[str]) -> str:
    """`the events of calendars in groups`: each part of a path in the one before it, the last one first."""
    if len(segments) < 2:
        return f"under {segments[0]}" if segments else ""
    last, *others = reversed(segments)
    joints = (f"{'in' if number % 2 else 'of'} {part}" for number, part in enumerate(others))
    text = re.sub(r"\bof (?:of|in)\b", "of", f"the {last} {' '.join(joints)}")
    return text.replace(f"in {USER}", f"of {USER}")


def _two(row: Row) -> str:
    return _within(row, 2)


def _three(row: Row) -> str:
    return _within(row, 3)


def _chain(row: Row) -> str:
    return _within(row, DEPTH)


def _whole_chain(row: Row) -> str:
    return _within(row, None)


def _method(row: Row) -> str:
    return _AS.get(row["method"], f"as a {row['method']} request")


def _tag(row: Row) -> str:
    return f"{row['tags'][0]}" if row["tags"] else ""


def _joined(*parts: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: ", ".join(filter(None, (part(row) for part in parts)))


def _path(row: Row) -> str:
    return _said(_segments(row["path"], row["functionality"])[0])


_chain_and_method, _path_and_method = _joined(_chain, _method), _joined(_path, _method)
WAYS = (_two, _three, _chain, _method, _tag, _chain_and_method, _whole_chain, _path, _path_and_method)
"""Words that may tell operations apart, the first that do are taken."""
