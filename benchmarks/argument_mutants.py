"""What the scores over arguments say of calls with every value right, and of calls with one value wrong.

    python -m benchmarks.argument_mutants [operations] [dataset]

Each operation's request is scored as it is (gold) and with one argument's value changed, one mutant an argument. Prints
one JSON line: calls of each kind, how many are an exact match, and the figures over their arguments.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from apipack.evaluation.arguments import Argument, arguments, compare, figures
from apipack.evaluation.url_templates import template_parts
from apipack.io import read_table
from apipack.records import Request

Row = dict[str, Any]


def wrong(request: Request, template: str) -> Iterator[Request]:
    """The request with one value changed, for each argument that it has in its path, query, headers or JSON or form
    body."""
    for argument in arguments(request, template):
        if (mutant := _changed(request, template, argument)) is not None and mutant != request:
            yield mutant


def _changed(request: Request, template: str, argument: Argument) -> Request | None:
    place, name, value, _ = argument
    if place == "query":
        pairs = [(key, text + "1" if (key, text) == (name, value) else text) for key, text in request.query]
        return replace(request, url=f"{request.url.partition('?')[0]}?{urlencode(pairs, quote_via=quote)}")
    if place == "header":
        headers = tuple((key, text + "1" if key.lower() == name else text) for key, text in request.headers)
        return replace(request, headers=headers)
    if place == "path" and name:
        return _other_segment(request, template, name)
    if place == "body" and request.is_json:
        body = json.loads(request.body or "null")
        return replace(request, body=json.dumps(_other_leaf(body, name.split(".") if name else [])))
    return None


def _other_segment(request: Request, template: str, name: str) -> Request | None:
    base, mark, query = request.url.partition("?")
    segments, pattern = base.split("/"), template.split("/")
    if len(segments) != len(pattern) or f"{{{name}}}" not in template_parts(template).path:
        return None
    place = next((at for at, part in enumerate(pattern) if part == f"{{{name}}}"), None)
    if place is None:
        return None
    segments[place] += "1"
    return replace(request, url="/".join(segments) + mark + query)


def _other_leaf(value: Any, path: list[str]) -> Any:
    if path and isinstance(value, dict):
        whole = ".".join(path)  # a key may have dots of its own
        key = next((key for key in value if whole == key or whole.startswith(f"{key}.")), path[0])
        rest = whole[len(key) + 1 :]
        return {name: _other_leaf(inner, rest.split(".") if rest else []) if name == key else inner
                for name, inner in value.items()}  # fmt: skip
    if path and isinstance(value, list):
        return [_other_leaf(item, path[1:]) if str(at) == path[0] else item for at, item in enumerate(value)]
    if isinstance(value, bool) or value is None:
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}1" if isinstance(value, str) else "x"


def main(count: int, dataset: str) -> None:
    table = read_table(f"{dataset}/operations", ["request", "template", "arguments"]).to_pylist()
    golds, mutants = [], []
    for row in random.Random(0).sample(table, min(count, len(table))):
        gold, declared = Request.from_json(row["request"]), json.loads(row["arguments"])
        golds.append(compare(gold, gold, row["template"], declared))
        mutants += [compare(one, gold, row["template"], declared) for one in wrong(gold, row["template"])]
    answer = {
        "gold": {"calls": len(golds), "exact": sum(one.exact for one in golds), "arguments": figures(golds)},
        "mutants": {"calls": len(mutants), "exact": sum(one.exact for one in mutants), "arguments": figures(mutants)},
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    given = sys.argv[1:] + ["10000", "data/dataset"][len(sys.argv) - 1 :]
    main(int(given[0]), given[1])
