"""A form filled in: one variant of an operation, with a request of its own and the values that its instruction says.

Deterministic by seed, operation id and variant, and made where it is needed: nothing of a variant is stored.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from apipack.openapi.argument_names import is_credential, is_made_up, is_plumbing, snake
from apipack.openapi.loading import SpecError
from apipack.openapi.styles import Pairs
from apipack.operations.credentials import add_secrets
from apipack.operations.forms import Form, Node
from apipack.operations.parameters import own_content_type
from apipack.operations.plausible import fits, plausible, sayable, specified
from apipack.operations.requests import assemble
from apipack.operations.wire import body_of, pairs_of
from apipack.records import Request

MOST_REQUIRED = 16
"""More values than that no sentence carries, required or not."""


class Said(NamedTuple):
    """One argument that an instruction says. name: of a body, the dotted path of the leaf; a number is a place in a
    list. about: what the specification says of it. source: see `plausible`, or fixed: no other value is allowed."""

    place: str
    name: str
    value: str | int | float | bool
    source: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """unsaid: (place, name, reason) of what the request has and no sentence says: credential; made_up; address (a
    parameter with one allowed value, which is a part of the address like a fixed segment of the path); empty (an empty
    object, list or text, or null); or fixed (one allowed value of a body that no sentence can carry)."""

    request: Request
    said: tuple[Said, ...]
    unsaid: tuple[tuple[str, str, str], ...]


def fill(form: Form, key: str, seed: int, variant: int, *, optional: int = 3, max_values: int = 8) -> Filled:
    """Fill a form in. Raises `SpecError` with a reason to count (unsayable, too_many_values and those of `requests`).

    key: the operation's id. variant: 0 takes what the specification gives where it gives something, others make their
    own; negative ones are of tests, whose values no other variant has. optional: as many optional arguments at most.
    """
    if "refused" in form:
        raise SpecError(form["refused"])
    filling = _Variant(form, f"{seed}:{key}:{variant}", variant, optional, max_values)
    return filling.filled()


class _Variant:
    def __init__(self, form: Form, key: str, variant: int, optional: int, max_values: int) -> None:
        self._form, self._key, self._given, self._tests = form, key, variant == 0, variant < 0
        self._said: list[Said] = []
        self._unsaid: list[tuple[str, str, str]] = []
        self._rng = random.Random(key)
        self._chosen = self._choice(self._rng, optional, max_values)

    def filled(self) -> Filled:
        form = self._form
        places: dict[str, Pairs] = {"path": [], "query": [], "header": [], "cookie": []}
        for parameter in form["parameters"]:
            if parameter["required"] or id(parameter) in self._chosen:
                place = parameter["place"]
                value = self._value(parameter["node"], place, parameter["name"], parameter["name"])
                places[place] += pairs_of(parameter["wire"], value, form["version"])
        content_type = body = None
        if "body" in form:
            content_type, body = body_of(form["wire"], self._value(form["body"], "body", "", ""), form["version"])
        add_secrets([(place, name, value) for place, name, value in form["secrets"]], places)
        if form["version"] == "2.0":
            content_type = own_content_type(places["header"], content_type)
        request = assemble(form["method"], form["template"], form["path_query"], places, content_type, body)
        return Filled(request, tuple(self._said), tuple(self._unsaid))

    def _choice(self, rng: random.Random, optional: int, max_values: int) -> set[int]:
        """`id`s of the optional parameters and members that this variant has."""
        form, body = self._form, self._form.get("body")
        said = {snake(parameter["name"]) for parameter in form["parameters"] if parameter["required"]}
        required = sum(_leaves(parameter["node"]) for parameter in form["parameters"] if parameter["required"])
        required += _leaves(body) if body is not None else 0
        if required > MOST_REQUIRED:
            raise SpecError("too_many_values", f"{required} are required")
        chosen = {id(member) for parameter in form["parameters"] for member in _needed_members(parameter)}
        room = max_values - required - len(chosen)
        wanted = rng.randint(0, max(0, optional))
        said |= {snake(name) for name, needed, _ in (body or {}).get("members", ()) if needed}
        members = list(_optional_members(body)) if body is not None else []
        rng.shuffle(members)
        if body is not None and not _needs_something(body):
            members.sort(key=lambda member: _depth_of(body, member))
            for member in members:
                if (taken := self._take(member, chosen, max(room, 1))) is not None:
                    said.add(snake(member[0]))
                    room -= taken
                    wanted -= 1
                    break
        units: list[Any] = [*members, *(parameter for parameter in form["parameters"] if not parameter["required"])]
        rng.shuffle(units)
        for unit in units:
            if wanted <= 0 or room <= 0:
                break
            name = snake(unit["name"] if isinstance(unit, dict) else unit[0])
            if id(unit) in chosen or name in said:  # nobody asks for a thing twice, in the URL and in the body
                continue
            if (taken := self._take(unit, chosen, room)) is not None:
                said.add(name)
                room -= taken
                wanted -= 1
        return chosen

    def _take(self, unit: Any, chosen: set[int], room: int) -> int | None:
        """Choose a parameter or member where it can be said in `room` values; return how many it takes."""
        node, name = (unit["node"], unit["name"]) if isinstance(unit, dict) else (unit[2], unit[0])
        if is_credential(name) or is_plumbing(name) or not _sayable(node, name):
            return None
        inside: list[int] = []
        leaves = _leaves(node)
        if not leaves:  # an object that requires nothing, or what is fixed: it takes one of its own
            if (inner := _own_member(node)) is None:
                return None
            inside, leaves = [id(inner)], 1
        if leaves > room:
            return None
        chosen.update((id(unit), *inside))
        return leaves

    def _value(self, node: Node, place: str, path: str, name: str) -> Any:
        """path: what the value is called in the request; name: the last name on it."""
        if "members" in node:
            return {
                key: self._value(inner, place, f"{path}.{key}" if path else key, key)
                for member in node["members"]
                for key, required, inner in (member,)
                if required or id(member) in self._chosen
            }
        if "items" in node:
            numbered = enumerate(node["items"])
            return [self._value(item, place, f"{path}.{number}", name) for number, item in numbered]
        if "unsayable" in node:
            raise SpecError("unsayable", f"{place} {path}: {node['unsayable']}")
        if "value" in node:
            self._take_fixed(node["value"], place, path)
            return node["value"]
        return self._leaf(node, place, path, name)

    def _take_fixed(self, value: Any, place: str, path: str) -> None:
        if value in ({}, [], "", None):
            self._unsaid.append((place, path, "empty"))
        elif place != "body":
            self._unsaid.append((place, path, "address"))
        elif sayable(value):
            self._said.append(Said(place, path or "body", value, "fixed"))
        else:
            self._unsaid.append((place, path, "fixed"))

    def _leaf(self, leaf: Node, place: str, path: str, name: str) -> Any:
        if (stand_in := credential(leaf, name)) is not None:
            self._unsaid.append((place, path, "credential"))
            return stand_in
        drawn = specified(leaf) if self._given else None
        if drawn is None:
            self._rng.seed(f"{self._key}:{place}:{path}")
            drawn = plausible(leaf, name, self._rng, given=self._given, tests=self._tests)
        if drawn is None:
            raise SpecError("unsayable", f"{place} {path}: no value")
        value, source = drawn
        if is_made_up(name):
            self._unsaid.append((place, path, "made_up"))
        else:
            self._said.append(Said(place, path or "body", value, source, leaf.get("about", "")))
        return value


def credential(leaf: Node, name: str) -> Any:
    """What stands for a secret, by the name of its argument; None for what is none, or no leaf."""
    if "kind" not in leaf or not (is_credential(name) or leaf.get("format") == "password"):
        return None
    stand_in = f"REPLACE_{snake(name).upper() or 'SECRET'}"
    return stand_in if fits(leaf, stand_in) else leaf.get("base", stand_in)


def _needed_members(parameter: Node) -> list[list[Any]]:
    """A member of a required object that requires none, without which nothing of it would be sent, and the objects
    that it is in, outermost first."""
    return [] if not parameter["required"] or _leaves(parameter["node"]) else _inner_members(parameter["node"])


def _inner_members(node: Node) -> list[list[Any]]:
    if (member := _own_member(node)) is not None:
        return [member]
    for member in node.get("members", ()):
        if "members" not in member[2] or not _ok(member):
            continue
        if _leaves(member[2]):
            return [member]
        if inner := _inner_members(member[2]):
            return [member, *inner]
    return []


def _own_member(node: Node) -> list[Any] | None:
    """The first member that need not be there, of a single value that can be said."""
    return next((m for m in node.get("members", ()) if not m[1] and "kind" in m[2] and _ok(m)), None)


def _ok(member: list[Any]) -> bool:
    return not (is_credential(member[0]) or is_plumbing(member[0]))


def _leaves(node: Node) -> int:
    """How many values the required part of a node takes."""
    if "members" in node:
        return sum(_leaves(inner) for _, required, inner in node["members"] if required)
    if "items" in node:
        return sum(map(_leaves, node["items"]))
    return int("kind" in node or sayable(node.get("value")))


def _sayable(node: Node, name: str) -> bool:
    """Whether an optional node can be said: nothing that it requires is unsayable, secret or only fixed."""
    if "members" in node:
        return all(_sayable(inner, key) for key, required, inner in node["members"] if required)
    if "items" in node:
        return all(_sayable(item, name) for item in node["items"])
    return "kind" in node and not is_credential(name) and node.get("format") != "password"


def _needs_something(node: Node) -> bool:
    return "members" not in node or any(required for _, required, _ in node["members"])


def _optional_members(node: Node) -> Iterator[list[Any]]:
    """Optional members of an object and of the objects that it requires."""
    for member in node.get("members", ()):
        _, required, inner = member
        if required:
            yield from _optional_members(inner)
        else:
            yield member
    for item in node.get("items", ()):
        yield from _optional_members(item)


def _depth_of(node: Node, member: list[Any]) -> int:
    """0 for a member of the object itself, 1 for one further down; a body without members takes its own first."""
    return int(all(own is not member for own in node.get("members", ())))
