"""Variants of an operation: each has its own values, the request that sends them and the instruction that says them.

Nothing of a variant is stored but the first and the one for tests: another is made where it is needed, the same each
time, from the operation's form, the seed and its number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice, repeat
from typing import NamedTuple, Protocol

import orjson

from apipack.instructions.distinguishing import Asked as Names
from apipack.instructions.distinguishing import ambiguous, hints
from apipack.instructions.grammar import other_wordings
from apipack.instructions.phrases import Row
from apipack.instructions.spoken import spoken
from apipack.openapi.argument_names import is_credential, is_made_up, snake
from apipack.openapi.loading import SpecError
from apipack.operations.filling import Filled, Said, fill
from apipack.operations.forms import Form, argument_names, is_stand_in

TEST = -1
TRIES = 2
"""Numbers that are tried for each variant that is wanted, at most: some cannot be had, some are the same."""
SHORT_TRIES = 4
"""As many at least where only short requests are taken."""
COLUMNS = (
    "id",
    "api",
    "api_name",
    "functionality",
    "description",
    "endpoint",
    "method",
    "path",
    "tags",
    "arguments",
    "form",
)


class Choice(Protocol):
    """What params.yaml says of variants (`params.Instruct`)."""

    @property
    def optional(self) -> int: ...
    @property
    def max_values(self) -> int: ...
    @property
    def description_words(self) -> int: ...


class Variant(NamedTuple):
    """instruction; request: `Request.to_json`; filled: what it was made of."""

    instruction: str
    request: str
    filled: Filled

    @property
    def values(self) -> str:
        """JSON list of [place, name, value, source]."""
        said = self.filled.said
        return orjson.dumps([[value.place, value.name, value.value, value.source] for value in said]).decode()


def variant(row: Row, number: int, seed: int, p: Choice, hint: str) -> Variant | str:
    """A variant of an operation (`COLUMNS`), or the reason why there is none. number: 0 is the training instruction,
    negative ones are for tests. hint: of `distinguishing.hints`."""
    try:
        filled = fill(_form(row["form"]), row["id"], seed, number, optional=p.optional, max_values=p.max_values)
    except SpecError as error:
        return error.reason
    instruction, reason = spoken(row, filled.said, seed, number, p.description_words, hint)
    if instruction is None:
        return str(reason)
    return Variant(instruction, filled.request.to_json(), filled)


@lru_cache(maxsize=1)
def _form(text: str) -> Form:
    """Remembered, since the variants of an operation are made one after another; nothing changes it."""
    form: Form = orjson.loads(text)
    return form


class Asked(NamedTuple):
    """A variant as the dataset tells it; request and values: of `Variant`."""

    instruction: str
    request: str
    values: str


class Kind(Choice, Protocol):
    @property
    def values(self) -> str: ...


def own(row: Row) -> Asked:
    """The first variant of an operation (schema INSTRUCTIONS too), which the dataset stores."""
    return Asked(row["instruction"], row["request"], row["values"])


def ways(row: Row, number: int, seed: int, p: Kind, max_request: int | None = None) -> Iterator[Asked | None]:
    """`number` variants of an operation (`COLUMNS` and schema INSTRUCTIONS), no two the same, None for one that there
    is not; the first is the dataset's own. Each is the same however many are asked for. max_request: characters of the
    others' requests at most. Without values they differ in wording."""
    first = own(row)
    if p.values == "spoken":
        others = _others(row, number, seed, p, max_request)
    else:
        texts = other_wordings(row, seed, p.description_words)
        others = chain((first._replace(instruction=text) for text in texts), repeat(None))
    yield from islice(chain([first], others), number)


def _others(row: Row, number: int, seed: int, p: Kind, max_request: int | None) -> Iterator[Asked | None]:
    """The variants after the first: each is the next that can be had among the numbers that are tried up to its place,
    which do not depend on how many places follow."""
    taken, index = {own(row)}, 0
    for place in range(2, number + 1):
        way = None
        last = max(TRIES * place - 1, SHORT_TRIES if max_request else 0)
        while way is None and index < last:
            index += 1
            other = variant(row, index, seed, p, row["hint"])
            if isinstance(other, str) or (max_request and len(other.request) > max_request):
                continue
            made = Asked(other.instruction, other.request, other.values)
            way = None if made in taken else made
        if way is not None:
            taken.add(way)
        yield way


def api_hints(rows: Iterable[Row], words: int) -> dict[str, str | None]:
    """`distinguishing.hints` for the operations (`COLUMNS`) of whole APIs."""
    hint_of: dict[str, str | None] = {}
    for of_api in by_api(rows).values():
        hint_of |= hints(of_api, _NamesAsked(of_api), words)
    return hint_of


def still_ambiguous(rows: Iterable[Row], words: int) -> list[str]:
    """Ids of the operations (`COLUMNS` and `hint`) whose instructions fit another operation of their API as well."""
    unclear: list[str] = []
    for of_api in by_api(rows).values():
        said: Mapping[str, str | None] = {row["id"]: row["hint"] for row in of_api}
        unclear += ambiguous(of_api, _NamesAsked(of_api), said, words)
    return unclear


def by_api(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["api"]].append(row)
    return groups


class _NamesAsked(dict[str, Names]):
    """`asked` of operations, by id, told when it is looked up: most are told apart by their words alone."""

    def __init__(self, rows: Iterable[Row]) -> None:
        super().__init__()
        self._rows = {row["id"]: row for row in rows}

    def __missing__(self, identifier: str) -> Names:
        names = self[identifier] = asked(self._rows[identifier])
        return names


def asked(row: Row) -> Names:
    """What instructions for an operation say; where it has no form, by its declared parameters."""
    form = orjson.loads(row["form"])
    if "refused" not in form:
        return Names(*argument_names(form))
    names = [(snake(name), required) for name, _, required, *_ in orjson.loads(row["arguments"])]
    names = [(name, required) for name, required in names if not (is_credential(name) or is_made_up(name))]
    return Names(frozenset(name for name, required in names if required), frozenset(name for name, _ in names))


def counts(variants: Sequence[Variant]) -> Counter[str]:
    """How many values are said, by source, which are stand-ins, and what is not said, by reason."""
    totals: Counter[str] = Counter()
    for variant in variants:
        said: Sequence[Said] = variant.filled.said
        totals["said"] += len(said)
        totals.update(f"source_{value.source}" for value in said)
        totals["stand_ins"] += sum(is_stand_in(value.value) for value in said)
        totals.update(f"unsaid_{reason}" for *_, reason in variant.filled.unsaid)
    return totals
