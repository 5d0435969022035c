"""Ruby: methods that call a block for each member of a list or a hash."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import Dialect
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Bound
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Mystery, is_known, known
from apipack.languages.wire import Unreadable

MANY = 1000
"""Numbers of a range that is a loop."""


def _place(value: Any) -> Any:
    """What Ruby compares of a text or a number."""
    return value.encode() if isinstance(value, str) else value


def _with_each(run: Evaluation, value: Any, name: str, given: Arguments) -> Any:
    """Methods of lists and hashes that call a block for each member."""
    block = given.named.get("block")
    if block is None or len(value) > 1000:
        raise Unreadable(f"{name} over such a list")
    members = [list(pair) for pair in value.items()] if isinstance(value, dict) else list(value)

    def of(member: Any, *more: Any) -> Any:
        is_pair = isinstance(member, list) and not more and run.taken(block) > 1
        return run.apply(block, Arguments(list(member) if is_pair else [member, *more]))

    if name == "each_with_index":
        for index, member in enumerate(members):
            of(member, index)
        return value
    if name == "each_with_object":
        (held,) = given.positional
        for member in members:
            of(member, held)
        return held
    if name in ("reduce", "inject"):
        if not given.positional:
            raise Unreadable("reduce without its first value")
        (total,) = given.positional
        for member in members:
            total = run.short(of(total, member))
        return total
    if name in ("transform_values", "transform_keys"):
        changed = [(key, of(key if name == "transform_keys" else member)) for key, member in value.items()]
        return {
            new if name == "transform_keys" else key: value[key] if name == "transform_keys" else new
            for key, new in changed
        }
    results = [of(member) for member in members]
    if name in ("flat_map", "to_h", "filter_map"):
        if name == "to_h":
            return {key: member for key, member in results}
        if name == "filter_map":
            return [result for result in map(known, results) if result is not None and result is not False]
        return [inner for result in results for inner in (result if isinstance(result, list) else [result])]
    if name == "sort_by":
        known(results)
        if len({type(result) for result in results}) > 1 or not all(isinstance(r, str | int) for r in results):
            raise Unreadable("an order that is not known here")
        if len(set(results)) != len(results):
            raise Unreadable("an order of equals")
        ordered = sorted(range(len(members)), key=lambda place: _place(results[place]))
        return [members[place] for place in ordered]
    truths = [run.truth(result) for result in results]
    if None in truths:
        raise Unreadable(f"{name} that nobody can decide")
    if name in ("any?", "all?"):
        return any(truths) if name == "any?" else all(truths)
    kept = [member for member, truth in zip(members, truths, strict=True) if truth == (name != "reject")]
    return {key: member for key, member in kept} if isinstance(value, dict) else kept


WITH_EACH = frozenset(
    [
        "each_with_index",
        "each_with_object",
        "reduce",
        "inject",
        "transform_values",
        "transform_keys",
        "flat_map",
        "to_h",
        "filter_map",
        "sort_by",
        "any?",
        "all?",
        "select",
        "filter",
        "reject",
    ]
)


def or_plain(dialect: Dialect, run: Evaluation, value: Any, name: str) -> Builtin:
    """A method that takes a block, and may go without."""

    def call(run: Evaluation, given: Arguments) -> Any:
        if "block" in given.named:
            return _with_each(run, value, name, given)
        return run.apply(Dialect.member(dialect, run, value, name), given)

    return Builtin(call)


def symbol_block(run: Evaluation, given: Arguments) -> Builtin:
    """&:name as a block."""
    (name,) = given.positional
    return Builtin(
        lambda run, given: run.apply(
            run.dialect.member(run, given.positional[0], str(name)), Arguments(given.positional[1:])
        )
    )


def each(run: Evaluation, value: Any, given: Arguments, keeps: bool) -> Any:
    """each and map of a list or hash."""
    (block,) = given.take("block", required=1)
    if len(value) > 1000:
        raise Unreadable("a loop over a long list")
    results = []
    is_spread = isinstance(block, Closure | Bound) and run.taken(block) > 1
    for member in [list(pair) for pair in value.items()] if isinstance(value, dict) else value:
        results.append(
            run.apply(block, Arguments(list(member) if is_spread and isinstance(member, list) else [member]))
        )
    return results if keeps else value


def loop_members(run: Evaluation, given: Arguments) -> Any:
    """What `each` and the others of its kind go over."""
    value, method, *more = given.positional
    if isinstance(value, Mystery) or not is_known(more):
        return MYSTERY
    if method in ("times", "upto", "downto"):
        begin, end = (0, value - 1) if method == "times" else (value, *more)
        return list(reversed(numbers(end, begin)) if method == "downto" else numbers(begin, end))
    if not isinstance(value, list | dict):
        raise Unreadable("a loop over what is no list")
    members = [list(pair) for pair in value.items()] if isinstance(value, dict) else value
    return [[member, index] for index, member in enumerate(members)] if method == "each_with_index" else members


def numbers(begin: Any, end: Any, is_open: bool = False) -> list[int]:
    """A range of whole numbers."""
    if any(not isinstance(bound, int) or isinstance(bound, bool) for bound in (begin, end)) or end - begin > MANY:
        raise Unreadable("a range of other bounds")
    return list(range(begin, end if is_open else end + 1))


def left_block(run: Evaluation, given: Arguments) -> Mystery:
    """Something leaves a block, and more than it: what then does not run is known to send nothing more."""
    if run.request is None:
        raise Unreadable("a block that is left before the request is sent")
    return MYSTERY


def tapped(run: Evaluation, value: Any, given: Arguments) -> Any:
    (block,) = given.take("block", required=1)
    run.apply(block, Arguments([value]))
    return value
