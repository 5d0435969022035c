"""Whether a call has the values that were asked for: pure functions of a predicted request and its reference.

An argument is (place, name, value), of a body each leaf by its dotted path. Set aside is what no instruction says:
credentials, what a client makes up for every call, a multipart body's boundary, the headers of clients, and parameters
with one allowed value. Such a parameter (`Action=DescribeTags`, `api-version=6.4`) is a part of the address, as a fixed
segment of the path is: `request_match` asks for its very value, and so does `exact_match`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from apipack.evaluation.header_lists import closed_up
from apipack.evaluation.metrics import same_request
from apipack.evaluation.url_templates import path_values, segments, template_parts
from apipack.languages.environment import STAND_IN, holds_credential
from apipack.languages.wire import CLIENT_ADDED, FORM
from apipack.openapi.argument_names import is_credential, is_made_up
from apipack.openapi.payloads import Element, body_parts, json_texts, xml_tree
from apipack.records import Request, is_json, is_multipart, is_xml

NO_ARGUMENTS = CLIENT_ADDED | {"content-type", "authorization", "cookie"}
PLACES = ("path", "query", "header", "cookie", "body")
DEEPEST = 64
A_FILE = "a file"
"""In place of what a file that is uploaded holds, which no instruction says."""
_PLACEHOLDER = re.compile(r'"?(?:\w+ )?REPLACE_[A-Z_]+"?$')


class Argument(NamedTuple):
    """value: as JSON where the body is JSON, else its text. kind: JSON's type in a JSON body, else `text`."""

    place: str
    name: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Arguments by (place, kind): of the prediction, of the reference, and those of the reference that the prediction
    has too. exact: it is the same request with every value equal. asked: arguments of the reference."""

    exact: bool
    predicted: Counter[tuple[str, str]]
    reference: Counter[tuple[str, str]]
    matched: Counter[tuple[str, str]]

    @property
    def asked(self) -> int:
        return self.reference.total()


def compare(predicted: Request | None, gold: Request, template: str, declared: Sequence[Sequence[Any]]) -> Comparison:
    """predicted: what a call sends, None where it is not readable. template, declared: the operation's `template` and
    `arguments` (schema OPERATIONS)."""
    gold = closed_up(gold, declared)
    predicted = None if predicted is None else closed_up(predicted, declared)
    secret = [argument for argument in every_argument(gold, template) if _PLACEHOLDER.match(argument.value)]
    secret += [] if predicted is None else _of_environment(predicted, template)
    names = {(argument.place, argument.name) for argument in secret} | address(declared)
    sent, asked = (_without(names, arguments(request, template)) for request in (predicted, gold))
    ours, theirs = Counter(sent), Counter(asked)
    exact = (
        predicted is not None
        and _by_name(sent) == _by_name(asked)
        and same_request(predicted, gold, template, declared)
    )
    return Comparison(exact, _kinds(ours), _kinds(theirs), _kinds(ours & theirs))


def _of_environment(request: Request, template: str) -> list[Argument]:
    """Credentials that the program takes from its environment, whatever it calls them: `key`, `appid`."""
    given = (argument for argument in every_argument(request, template) if STAND_IN in argument.value)
    return [argument for argument in given if holds_credential(argument.name.rpartition(".")[2])]


def _by_name(sent: Iterable[Argument]) -> dict[tuple[str, str], list[Argument]]:
    """Arguments by place and name. A name that stands several times is a list, whose order counts."""
    lists: dict[tuple[str, str], list[Argument]] = {}
    for argument in sent:
        lists.setdefault((argument.place, argument.name), []).append(argument)
    return lists


def address(declared: Sequence[Sequence[Any]]) -> set[tuple[str, str]]:
    """(place, name) of the parameters with one allowed value, which are no arguments. declared: see `compare`."""
    return {(place, name.lower() if place == "header" else name) for name, place, _, _, fixed in declared if fixed}


def _without(names: set[tuple[str, str]], sent: Iterable[Argument]) -> list[Argument]:
    """Arguments but for those of these (place, name) pairs."""
    return [argument for argument in sent if (argument.place, argument.name) not in names]


def exact_match(predicted: Request | None, gold: Request, template: str, declared: Sequence[Sequence[Any]]) -> bool:
    """`request_match` (`metrics.same_request`) with every value equal."""
    return compare(predicted, gold, template, declared).exact


def figures(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Share of exact matches, and precision, recall and F1 over all arguments; the latter also by place and by kind,
    the former by number of values that were asked for."""
    if not comparisons:
        return {}
    kinds = _all_kinds(comparisons)
    by_place = {place: list(product([place], kinds)) for place in PLACES}
    by_kind = {kind: list(product(PLACES, [kind])) for kind in kinds}
    by_number: dict[str, list[bool]] = defaultdict(list)
    for comparison in comparisons:
        by_number[str(comparison.asked) if comparison.asked < 8 else "8 or more"].append(comparison.exact)
    return {
        "exact_match": round(sum(comparison.exact for comparison in comparisons) / len(comparisons), 4),
        **_rates(comparisons, None),
        "by_place": {name: rates for name, cells in by_place.items() if (rates := _rates(comparisons, cells))["n"]},
        "by_type": {name: rates for name, cells in by_kind.items() if (rates := _rates(comparisons, cells))["n"]},
        "exact_match_by_values": {
            number: {"n": len(matches), "share": round(sum(matches) / len(matches), 4)}
            for number, matches in sorted(by_number.items())
        },
    }


def _rates(comparisons: Iterable[Comparison], cells: list[tuple[str, str]] | None) -> dict[str, Any]:
    """n: arguments of the references."""
    totals = [0, 0, 0]
    for comparison in comparisons:
        for column, counts in enumerate((comparison.matched, comparison.predicted, comparison.reference)):
            totals[column] += counts.total() if cells is None else sum(counts[cell] for cell in cells)
    matched, predicted, reference = totals
    precision = matched / predicted if predicted else 1.0 if not reference else 0.0
    recall = matched / reference if reference else 1.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    rounded = {"precision": precision, "recall": recall, "f1": f1}
    return {"n": reference, **{name: round(value, 4) for name, value in rounded.items()}}


def _all_kinds(comparisons: Iterable[Comparison]) -> list[str]:
    return sorted({kind for comparison in comparisons for _, kind in (*comparison.predicted, *comparison.reference)})


def _kinds(counts: Counter[Argument]) -> Counter[tuple[str, str]]:
    kinds: Counter[tuple[str, str]] = Counter()
    for argument, times in counts.items():
        kinds[argument.place, argument.kind] += times
    return kinds


def arguments(request: Request | None, template: str) -> list[Argument]:
    """The arguments of a request to an operation with this URL template, but for those that are set aside."""
    sent = () if request is None else every_argument(request, template)
    return [argument for argument in sent if not is_set_aside(argument)]


def is_set_aside(argument: Argument) -> bool:
    """Whether no instruction says it: a credential, or what a client makes up."""
    if _PLACEHOLDER.match(argument.value):
        return True
    names = [name for name in argument.name.split(".") if not name.isdecimal()]
    return bool(names) and (is_credential(names[-1]) or is_made_up(names[-1]))


def every_argument(request: Request, template: str) -> Iterator[Argument]:
    """`arguments`, with those that are set aside."""
    yield from _of_path(request, template)
    for name, value in request.query:
        yield Argument("query", name, value, "text")
    for name, value in request.headers:
        if name.lower() == "cookie":
            for pair in filter(str.strip, value.split(";")):
                key, _, content = pair.strip().partition("=")
                yield Argument("cookie", key, unquote(content), "text")
        elif name.lower() not in NO_ARGUMENTS and not is_credential(name):  # told by its capitals: `apiSecret`
            yield Argument("header", name.lower(), value, "text")
    if request.body:
        yield from _of_body(request)


def _of_path(request: Request, template: str) -> Iterator[Argument]:
    """Values of path parameters; of a path that is not the template's, the whole path as one."""
    ours, pattern = segments(request.parts), segments(template_parts(template))
    pairs = [(own, part) for own, part in zip(ours, pattern, strict=False) if "{" in part]
    values = [path_values(*pair) for pair in pairs]
    if len(ours) != len(pattern) or None in values:
        yield Argument("path", "", unquote("/".join(ours)), "text")
        return
    for named in values:
        for name, value in named or ():
            yield Argument("path", name, value, "text")


def _of_body(request: Request) -> Iterator[Argument]:
    media_type, body = request.media_type or "", request.body or ""
    if not is_multipart(media_type):
        yield from _of_content(body, media_type, "")
        return
    found = body_parts(request)
    if found is None:
        yield Argument("body", "", body, "text")
    for part in found or ():
        leaves = _of_content(part.text, part.media_type, part.name)
        is_opaque = part.file and [leaf.kind for leaf in leaves] == ["text"] and leaves[0].name == part.name
        yield from [leaves[0]._replace(value=A_FILE)] if is_opaque else leaves


def _of_content(text: str, media_type: str, name: str) -> list[Argument]:
    """name: of the part that has this content, or empty."""
    try:
        if (values := json_texts(text, media_type)) is not None:
            whole = values[0] if is_json(media_type) else values
            return [Argument("body", *leaf) for leaf in _json_leaves(whole, name, 0)]
        if is_xml(media_type):
            leaves = _xml_leaves(xml_tree(text), [name] if name else [])
            return [Argument("body", ".".join(path), value, "text") for path, value in leaves]
    except (ValueError, RecursionError):
        return [Argument("body", name, text, "text")]
    if media_type == FORM:
        return [Argument("body", key, value, "text") for key, value in parse_qsl(text, keep_blank_values=True)]
    return [Argument("body", name, text, "text")]


def _json_leaves(value: Any, path: str, depth: int) -> Iterator[tuple[str, str, str]]:
    """(dotted path, value as JSON, its type) of every leaf; empty objects and arrays are leaves."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _json_leaves(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from _json_leaves(inner, f"{path}.{index}" if path else str(index), depth + 1)
    else:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        yield path, json.dumps(value, sort_keys=True), _KINDS.get(type(value), "number")


_KINDS = {str: "string", bool: "boolean", type(None): "null", dict: "object", list: "array", int: "number"}


def _xml_leaves(element: Element, path: list[str]) -> Iterator[tuple[list[str], str]]:
    """(path, text) of every attribute, and of every element without elements unless attributes are all that it has.
    Elements of one name have a number from the second on."""
    for key, value in element.attributes.items():
        yield [*path, key], value
    text = element.text
    if not element.elements and (text.strip() or not element.attributes):
        yield path, text
    seen: Counter[str] = Counter()
    for inner in element.elements:
        number = [str(seen[inner.name])] if seen[inner.name] else []
        seen[inner.name] += 1
        yield from _xml_leaves(inner, [*path, inner.name, *number])
