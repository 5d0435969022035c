"""PHP's objects: copies of them, and what they are in JSON."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import applied, copied
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.objects import Instance
from apipack.languages.reading.php_data import Object, json_encode
from apipack.languages.reading.php_names import CALLED, SERIALIZED
from apipack.languages.reading.values import Arguments
from apipack.languages.wire import Unreadable


def encoded(run: Evaluation, given: Arguments) -> Any:
    """json_encode, to which an object of the program says itself what it is."""
    value, *options = given.positional
    return applied(json_encode, [_serialized(run, value), *options], given.named)


def _serialized(run: Evaluation, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _serialized(run, member) for key, member in value.items()}
    if isinstance(value, Instance) and any(SERIALIZED in kind.shared for kind in value.kind.line()):
        return _serialized(run, run.apply(value.get(run, f"jsonSerialize{CALLED}"), Arguments([])))
    return value


def object_vars(run: Evaluation, given: Arguments) -> Any:
    """get_object_vars of an object, inside of its class."""
    (value,) = given.take("object", required=1)
    if not isinstance(value, Instance) or value.kind.parent is not None or not run.is_inside(value.kind):
        raise Unreadable("members of an object")
    return copied(dict(value.attributes))


def cloned(run: Evaluation, given: Arguments) -> Any:
    """What `clone` gives."""
    (value,) = given.positional
    if (
        isinstance(value, Instance)
        and value.kind.find(f"__clone{CALLED}") is None
        and value.kind.find("__clone") is None
    ):
        other = Instance(value.kind)
        other.attributes = {name: copied(member) for name, member in value.attributes.items()}
        return other
    if isinstance(value, Object):
        return Object(copied(value.members))
    raise Unreadable("a copy of an object")
