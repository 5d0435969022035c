"""How a request differs from the reference's, in lines for people: what `apipack score` tells beside its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

from apipack.evaluation.arguments import NO_ARGUMENTS, every_argument, is_set_aside
from apipack.evaluation.bodies import same_body
from apipack.evaluation.framing import differences
from apipack.evaluation.header_lists import closed_up
from apipack.evaluation.url_templates import fits, segments
from apipack.languages.wire import authority, without_client_headers
from apipack.openapi.argument_names import is_credential
from apipack.records import Request

LONGEST = 60
WHOLE_BODY = "body", ""
Values = dict[tuple[str, str], list[str]]
"""By place and name."""


def differing(request: Request, gold: Request, template: str, declared: Sequence[Sequence[Any]]) -> list[str]:
    """Lines such as `query page: 3 for 2`, none for the same request with equal values. Of a key and of what else no
    instruction says, only whether it is sent counts. template, declared: the operation's `template` and `arguments`
    (schema OPERATIONS)."""
    request, gold = closed_up(request, declared), closed_up(gold, declared)
    lines = [*_address(request, gold, template), *_headers(request, gold, declared)]
    lines += _arguments(request, gold, template)
    if not same_body(request, gold) and not any(line.startswith("body") for line in lines):
        lines.append(f"body: the same values in another form: {_short(request.body)} for {_short(gold.body)}")
    return list(dict.fromkeys([*lines, *sorted(differences(request, gold))]))


def _address(request: Request, gold: Request, template: str) -> Iterator[str]:
    if request.method != gold.method:
        yield f"method: {_short(request.method)} for {gold.method}"
    ours, theirs = authority(request.parts), authority(gold.parts)
    if ours != theirs:
        yield f"host: {_short(ours)} for {_short(theirs)}"
    paths = [[unquote(segment) for segment in segments(one.parts)] for one in (request, gold)]
    if paths[0] != paths[1] and not _has_named_parts(request, gold, template):
        yield f"path: {_short('/'.join(paths[0]))} for {_short('/'.join(paths[1]))}"


def _has_named_parts(request: Request, gold: Request, template: str) -> bool:
    return all(fits(one, template, any_host=True) for one in (request, gold))


def _headers(request: Request, gold: Request, declared: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Of those that are no arguments; an Accept, for example, counts where the operation declares it."""
    kept = {name.lower() for name, place, *_ in declared if place == "header"}
    ours, theirs = (
        {name.lower(): value for name, value in without_client_headers(one, kept).headers if _is_apart(name)}
        for one in (request, gold)
    )
    both_have_bodies = bool(request.body and gold.body)
    for name in sorted(ours.keys() | theirs.keys()):
        if name == "content-type" and not both_have_bodies:
            continue
        if name not in ours:
            yield f"header {name}: missing"
        elif name not in theirs:
            yield f"header {name}: not asked for"
        elif _values_differ(name, ours[name], theirs[name], request, gold, kept):
            yield f"header {name}: {_short(ours[name])} for {_short(theirs[name])}"


def _values_differ(name: str, value: str, wanted: str, request: Request, gold: Request, kept: set[str]) -> bool:
    if name == "content-type":
        return request.media_type != gold.media_type
    if not value and wanted:
        return True
    return name in kept and name != "authorization" and value != wanted


def _is_apart(name: str) -> bool:
    return name.lower() != "cookie" and (name.lower() in NO_ARGUMENTS or is_credential(name))


def _arguments(request: Request, gold: Request, template: str) -> Iterator[str]:
    by_name = _has_named_parts(request, gold, template)
    aside = {(argument.place, argument.name) for argument in every_argument(gold, template) if is_set_aside(argument)}
    ours, theirs = (_values(one, template, by_name, aside) for one in (request, gold))
    if WHOLE_BODY in ours and WHOLE_BODY not in theirs and gold.body:  # what cannot be taken apart
        kinds = [request.media_type or "no type", gold.media_type or "no type"]
        as_kind = [f" as {kind}" if request.body == gold.body else "" for kind in kinds]
        yield f"body: {_short(request.body)}{as_kind[0]} for {_short(gold.body)}{as_kind[1]}"
        ours, theirs = ({key: side[key] for key in side if key[0] != "body"} for side in (ours, theirs))
    for place, name in {**theirs, **ours}:
        given, wanted = (side.get((place, name), []) for side in (ours, theirs))
        where = f"{place} {_short(name)}" if name else place
        yield from (f"{where}: {told}" for told in _different(given, wanted))


def _different(given: list[str], wanted: list[str]) -> Iterator[str]:
    """The values of one name."""
    more, less = Counter(given) - Counter(wanted), Counter(wanted) - Counter(given)
    if given != wanted and not more and not less:
        yield f"{_short(', '.join(given))} for {_short(', '.join(wanted))}"
    for value, reference in zip_longest(more.elements(), less.elements()):
        if value is None:
            yield f"{_short(reference)} is missing"
        elif reference is None:
            yield f"{_short(value)} is {'sent too often' if value in wanted else 'not asked for'}"
        else:
            yield f"{_short(value)} for {_short(reference)}"


def _values(request: Request, template: str, by_name: bool, aside: set[tuple[str, str]]) -> Values:
    values: Values = {}
    for argument in every_argument(request, template):
        if argument.place != "path" or by_name:
            key = argument.place, argument.name
            is_aside = argument.value and (key in aside or is_set_aside(argument))
            value = "a value" if is_aside else argument.value
            values.setdefault(key, []).append(value)
    return values


def _short(text: str | None) -> str:
    text = "nothing" if text is None else text or '""'
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
