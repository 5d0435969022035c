"""Clients of JavaScript that are called by URL and options, and that give instances with defaults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Thing

VERBS = ("get", "post", "put", "patch", "head", "delete")


class Configured(Thing, ABC):
    """A client itself, or an instance of it with `defaults`; `package` is its name in imports."""

    package: str

    def __init__(self, defaults: dict[str, Any] | None = None) -> None:
        self.defaults = defaults or {}

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("default", self.package):
            return self
        if name in VERBS:
            return Builtin(lambda run, given: self.send(run, given, name))
        return MYSTERY if name.endswith("Error") else super().get(run, name)

    def call(self, run: Evaluation, given: Arguments) -> Any:
        return self.send(run, given)

    @abstractmethod
    def send(self, run: Evaluation, given: Arguments, verb: str | None = None) -> Any:
        """Sends the request that the arguments and the defaults name.

        Raises:
            Unreadable: The arguments are none that the client takes, or not constant.
        """
