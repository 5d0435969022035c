"""Python: classes of an Enum."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import Arguments, Module, Mystery, Thing
from apipack.languages.wire import Unreadable


class Member(Thing):
    """A member of an Enum."""

    def __init__(self, name: str, value: Any) -> None:
        self.at_name, self.at_value = name, value


class Enumeration(Module):
    """A class of an Enum, whose members are asked for by their names."""

    def item(self, run: Any, key: Any) -> Any:
        if isinstance(key, Mystery) or key not in self.members:
            raise Unreadable("a member of an enum that is not there")
        return self.members[key]


def enum(run: Evaluation, given: Arguments) -> Module:
    (values,) = given.positional
    return Enumeration("an enum", {name: Member(name, value) for name, value in values.items()})
