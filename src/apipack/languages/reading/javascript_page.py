"""A web page as a script sees it: what waits for the page runs once it is there, and what it holds is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_globals import later
from apipack.languages.reading.javascript_jquery import ready
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module

LOADED = ("DOMContentLoaded", "load", "pageshow")
"""Events of a page that come once, without anybody's doing."""
STATES = ("loading", "interactive", "complete")
"""Of a page, one of which a script finds it in."""


def _listen(run: Evaluation, given: Arguments) -> Any:
    event, function, *_ = [*given.positional, MYSTERY, MYSTERY]
    return ready(run, Arguments([function])) if event in LOADED else later(run, Arguments([function]))


LISTEN = Builtin(_listen)


class Window(Module):
    """`window`."""

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name != "onload":
            super().set(run, name, value)
        ready(run, Arguments([value]))


@dataclass
class Page(Module):
    """`document`. is_asked: a script asked for its state."""

    state: str = STATES[0]
    is_asked: bool = False

    def get(self, run: Evaluation, name: str) -> Any:
        if name == "readyState":
            self.is_asked = True
            return self.state
        return LISTEN if name == "addEventListener" else MYSTERY

    def set(self, run: Evaluation, name: str, value: Any) -> None:
        if name.startswith("on"):
            later(run, Arguments([value]))
