"""What a shell holds: variables, arrays and functions, and which of them are there again behind a call or a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tree_sitter import Node

from apipack.languages.reading.shell_words import Value
from apipack.languages.wire import Unreadable

DEEPEST = 8
"""Functions that call each other."""


@dataclass
class State:
    """hidden: for each function that runs, what its local variables hide."""

    variables: dict[str, Value] = field(default_factory=dict)
    arrays: dict[str, list[Value]] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    hidden: list[dict[str, Value | None]] = field(default_factory=list)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """A shell of its own, of which nothing comes back."""
        variables, arrays, functions = dict(self.variables), dict(self.arrays), dict(self.functions)
        yield
        self._become(variables)
        self.arrays, self.functions = arrays, functions

    @contextmanager
    def call(self, given: list[str]) -> Iterator[None]:
        """A function with its arguments and its local variables."""
        if len(self.hidden) >= DEEPEST:
            raise Unreadable("functions that call each other too deeply")
        outer = {name: value for name, value in self.variables.items() if name.isdecimal()}
        self.hidden.append({})
        self._take(given)
        yield
        for name, before in self.hidden.pop().items():
            if before is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = before
        self._take([])
        self.variables |= outer

    def hide(self, name: str) -> None:
        """Note what a local variable hides."""
        self.hidden[-1].setdefault(name, self.variables.get(name))

    def _take(self, given: list[str]) -> None:
        named = {name: value for name, value in self.variables.items() if not name.isdecimal()}
        self._become(named | {str(number): word for number, word in enumerate(given, 1)})

    def _become(self, variables: dict[str, Value]) -> None:
        self.variables.clear()  # the words of the shell see the same mapping
        self.variables |= variables
