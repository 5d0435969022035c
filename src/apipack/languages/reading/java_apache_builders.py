"""Java: requests of Apache's HttpClient that builders make, and its fluent Request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_apache import (
    CLIENT,
    CORE,
    FOURTH,
    METHODS,
    Entity,
    Message,
    Pair,
    form_entity,
    octets_entity,
    string_entity,
)
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Module, Mystery, Thing, text_of


class MessageBuilder(Thing):
    """RequestBuilder of version 4 and ClassicRequestBuilder of 5."""

    def __init__(self, method: str, given: Arguments) -> None:
        self.message = Message(method, given, True)

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("addHeader", "setHeader", "setUri"):
            return Builtin(lambda run, given: self.passed_on(run, name, given))
        return super().get(run, name)

    def passed_on(self, run: Evaluation, name: str, given: Arguments) -> MessageBuilder:
        run.apply(self.message.get(run, name), given)
        return self

    def do_setEntity(self, run: Evaluation, given: Arguments) -> MessageBuilder:
        first, *others = given.positional
        entity = first if isinstance(first, Entity) else string_entity(run, Arguments([first, *others]))
        return self.passed_on(run, "setEntity", Arguments([entity]))

    def do_build(self, run: Evaluation, given: Arguments) -> Message:
        given.take()
        return self.message.copy()


class Fluent(Thing):
    """Request of fluent-hc, which `execute` sends."""

    SETTING = ("connectTimeout", "socketTimeout", "responseTimeout", "version")

    def __init__(self, method: str, given: Arguments, form: Callable[[Evaluation, Arguments], Entity]) -> None:
        self.message, self.form = Message(method, given, True), form

    def get(self, run: Evaluation, name: str) -> Any:
        if name in ("addHeader", "setHeader"):
            return Builtin(lambda run, given: self.passed_on(run, name, given))
        if name in self.SETTING:
            return Builtin(lambda run, given: self)
        return super().get(run, name)

    def passed_on(self, run: Evaluation, name: str, given: Arguments) -> Fluent:
        run.apply(self.message.get(run, name), given)
        return self

    def do_bodyString(self, run: Evaluation, given: Arguments) -> Fluent:
        return self.passed_on(run, "setEntity", Arguments([string_entity(run, given)]))

    def do_bodyByteArray(self, run: Evaluation, given: Arguments) -> Fluent:
        return self.passed_on(run, "setEntity", Arguments([octets_entity(run, given)]))

    def do_bodyForm(self, run: Evaluation, given: Arguments) -> Fluent:
        return self.passed_on(run, "setEntity", Arguments([self.form(run, given)]))

    def do_body(self, run: Evaluation, given: Arguments) -> Fluent:
        return self.passed_on(run, "setEntity", given)

    def do_execute(self, run: Evaluation, given: Arguments) -> Mystery:
        given.take()
        return self.message.send(run)


class Pairs(Thing):
    """Form of fluent-hc."""

    def __init__(self) -> None:
        self.pairs: list[Any] = []

    def do_add(self, run: Evaluation, given: Arguments) -> Pairs:
        run.certain()
        self.pairs.append(Pair(given))
        return self

    def do_build(self, run: Evaluation, given: Arguments) -> list[Any]:
        return list(self.pairs)


def _maker(method: str) -> Builtin:
    return Builtin(lambda run, given: MessageBuilder(method, given))


def _building(name: str) -> Module:
    members = {method.lower(): _maker(method) for method in METHODS}
    named = Builtin(lambda run, given: MessageBuilder(text_of(*given.take("method", required=1)), Arguments([])))
    return Module(name, {**members, "create": named})


def _fluent(names: Mapping[str, str], form: Callable[[Evaluation, Arguments], Entity]) -> Module:
    def maker(method: str) -> Builtin:
        return Builtin(lambda run, given: Fluent(method, given, form))

    return Module("Request", {name: maker(method) for name, method in names.items()})


FORM_BUILDER = Module("Form", {"form": Builtin(lambda run, given: Pairs())})
TYPES: Mapping[str, Any] = {
    f"{FOURTH}.client.methods.RequestBuilder": _building("RequestBuilder"),
    f"{CORE}.http.io.support.ClassicRequestBuilder": _building("ClassicRequestBuilder"),
    f"{FOURTH}.client.fluent.Request": _fluent(
        {method.capitalize(): method for method in METHODS}, form_entity(False, True)
    ),
    f"{CLIENT}.fluent.Request": _fluent({method.lower(): method for method in METHODS}, form_entity(True)),
    **dict.fromkeys((f"{FOURTH}.client.fluent.Form", f"{CLIENT}.fluent.Form"), FORM_BUILDER),
    **dict.fromkeys((f"{FOURTH}.client.methods.HttpUriRequest", f"{CORE}.http.ClassicHttpRequest"), MYSTERY),
}
