"""What a function's parameters are where it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apipack.languages.reading import program as p
from apipack.languages.reading.values import UNDEFINED, Arguments
from apipack.languages.wire import Unreadable

if TYPE_CHECKING:
    from apipack.languages.reading.evaluation import Evaluation


def bound_arguments(run: Evaluation, function: p.Function, given: Arguments) -> dict[str, Any]:
    """Values of a function's parameters; defaults are evaluated in its own scope."""
    names = [name for name, _ in function.parameters]
    places = names[: len(names) - function.named]
    values = [run.dialect.bound_value(value) for value in given.positional]
    bound = dict(zip(places, values, strict=False))
    by_name = {f"{run.dialect.sigil}{name}": value for name, value in given.named.items()}
    others = {name: value for name, value in by_name.items() if name not in names or name in bound}
    bound |= {name: run.dialect.bound_value(value) for name, value in by_name.items() if name not in others}
    if run.dialect.trailing_block and "block" in others and names and names[-1] not in bound:
        bound[names[-1]] = others.pop("block")
    if function.rest:
        bound[function.rest] = given.positional[len(places) :]
    if function.keywords:
        bound[function.keywords] = others
    if others and not function.keywords:
        raise Unreadable(f"the function takes no argument {min(others)}")
    too_many = len(given.positional) > len(names) and not function.rest
    for name, default in function.parameters:
        if name not in bound or (bound[name] is UNDEFINED and default is not None):
            if default is None and (run.dialect.counts_arguments or function.strict):
                raise Unreadable(f"no argument {name}")
            bound[name] = UNDEFINED if default is None else run.value(default)
    if too_many and (run.dialect.counts_arguments or function.strict):
        raise Unreadable("arguments that the function does not take")
    return bound
