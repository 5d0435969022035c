"""What a shell holds: variables, arrays and functions, and which of them are there again behind a call or a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tree_sitter import Node

from apipack.languages.reading.shell_expansions import Value
from apipack.languages.reading.values import NOT_CONSTANT
from apipack.languages.wire import Unreadable

DEEPEST = 8
"""Functions that call each other."""


def is_argument(name: str) -> bool:
    """Whether a variable is an argument of a function, or their number."""
    return name.isdecimal() or name == "#"


@dataclass
class State:
    """files: what was written into them. hidden: for each function that runs, what its local variables hide."""

    variables: dict[str, Value] = field(default_factory=dict)
    arrays: dict[str, list[Value]] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    files: dict[str, Value] = field(default_factory=dict)
    hidden: list[dict[str, Value | None]] = field(default_factory=list)
    hidden_arrays: list[dict[str, list[Value] | None]] = field(default_factory=list)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """A shell of its own, of which nothing comes back."""
        variables, arrays, functions = dict(self.variables), dict(self.arrays), dict(self.functions)
        yield
        self._become(variables)
        self.arrays, self.functions = arrays, functions

    @contextmanager
    def call(self, given: Sequence[Value] | None) -> Iterator[None]:
        """A function with its arguments, None where they are not known, and its local variables."""
        if len(self.hidden) >= DEEPEST:
            raise Unreadable("functions that call each other too deeply")
        outer = {name: value for name, value in self.variables.items() if is_argument(name)}
        self.hidden.append({})
        self.hidden_arrays.append({})
        if given is not None:
            self._take(given)
        yield
        for name, before in self.hidden.pop().items():
            if before is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = before
        for name, members in self.hidden_arrays.pop().items():
            self.arrays.pop(name, None)
            if members is not None:
                self.arrays[name] = members
        self._become(self._named() | outer)

    def hide(self, name: str) -> None:
        """Note what a local variable or array hides."""
        self.hidden[-1].setdefault(name, self.variables.get(name))
        self.hidden_arrays[-1].setdefault(name, self.arrays.pop(name, None))

    def arguments(self) -> list[Value]:
        """Those of the function that runs."""
        if "#" not in self.variables:
            raise Unreadable(NOT_CONSTANT)
        return [self.variables[str(number)] for number in range(1, int(str(self.variables["#"])) + 1)]

    def shift(self, count: int) -> None:
        """Drop the first arguments of the function that runs."""
        given = self.arguments()
        if count > len(given):
            raise Unreadable("a shift of arguments that are not there")
        self._take(given[count:])

    def _take(self, given: Sequence[Value]) -> None:
        arguments = {str(number): word for number, word in enumerate(given, 1)}
        self._become(self._named() | arguments | {"#": str(len(given))})

    def _named(self) -> dict[str, Value]:
        return {name: value for name, value in self.variables.items() if not is_argument(name)}

    def _become(self, variables: dict[str, Value]) -> None:
        self.variables.clear()  # the words of the shell see the same mapping
        self.variables |= variables
