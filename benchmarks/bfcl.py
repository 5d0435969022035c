"""Whether the AST checker of the Berkeley Function-Calling Leaderboard (BFCL) takes our export as we mean it.

    python -m venv .venv-bfcl && .venv-bfcl/bin/pip install --no-deps bfcl-eval
    .venv-bfcl/bin/python -m benchmarks.bfcl data/release/bfcl 5000

The release with `release.tools: true` has that folder. The right calls of so many rows of its largest file must all be
accepted; of each, calls with another value, without an argument, with one more, and of another function must be
refused. One line of JSON: how many are, and errors of the checker by kind. The module of the checker names the models
that the leaderboard knows, only to write dots of their functions' names; our names have none, so that an empty table
stands for it, and for the clients of all these models that it would import.
"""

from __future__ import annotations

import copy
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

Json = dict[str, Any]
CATEGORY, MODEL = "simple_python", "any"


def main(folder: Path, rows: int) -> None:
    counts: Counter[str] = Counter()
    check = _checker()
    largest = max(folder.glob("*.json.gz"), key=lambda path: path.stat().st_size)
    answers = _lines(folder / "possible_answer" / largest.name)
    for row, answer in islice(zip(_lines(largest), answers, strict=True), rows):
        assert row["id"] == answer["id"]
        ((name, right),) = answer["ground_truth"][0].items()
        declared = row["function"][0]["parameters"]["properties"]
        call = {name: {argument: _told(values[0], declared[argument]) for argument, values in right.items()}}
        for kind, other in (("gold", call), *_mutants(call)):
            verdict = check(row["function"], [other], answer["ground_truth"])
            counts[f"{kind}_{'accepted' if verdict['valid'] else 'refused'}"] += 1
            if kind == "gold" and not verdict["valid"]:
                counts[f"gold {verdict['error_type']}"] += 1
    print(json.dumps({"file": largest.name, **dict(sorted(counts.items()))}))


def _checker() -> Any:
    """`ast_checker`, with what the leaderboard knows of models left out."""
    models: Any = ModuleType("bfcl_eval.constants.model_config")
    models.MODEL_CONFIG_MAPPING = {}
    sys.modules[models.__name__] = models
    from bfcl_eval.constants.enums import Language
    from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker

    return lambda function, call, answer: ast_checker(function, call, answer, Language.PYTHON, CATEGORY, MODEL)


def _lines(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _told(value: Any, declared: Json) -> Any:
    """The value that a right answer stands for: what is declared as an object has a list of values for each key."""
    if isinstance(value, dict) and declared["type"] == "dict":
        return {name: values[0] for name, values in value.items()}
    if isinstance(value, list) and declared.get("items", {}).get("type") == "dict":
        return [_told(item, declared["items"]) for item in value]
    return value


def _mutants(call: Json) -> Iterator[tuple[str, Json]]:
    ((name, arguments),) = call.items()
    yield "other_function", {f"{name}_2": arguments}
    yield "one_more", {name: {**arguments, "no_such_argument": 1}}
    for argument, value in arguments.items():
        others = {key: other for key, other in arguments.items() if key != argument}
        yield "one_less", {name: others}
        if (changed := _changed(value)) is not None:
            yield "other_value", {name: {**others, argument: changed}}


def _changed(value: Any) -> Any:
    """Another value of the same type, None where there is none: of an object or an array its first member differs."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return f"{value}other"
    changed = copy.copy(value)
    for key in range(len(value)) if isinstance(value, list) else value or ():
        if (inner := _changed(value[key])) is not None:
            changed[key] = inner
            return changed
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
