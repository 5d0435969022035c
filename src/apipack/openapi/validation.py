"""Nodes validated as typed models, without the members that these refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from openapi_parser.models.mixins import ExtensionsMixin, RefCacheMixin
from pydantic import BaseModel, ValidationError
from pydantic_core import SchemaError, SchemaValidator

from apipack.openapi.loading import SpecError
from apipack.openapi.nodes import led_to, replaced, without

REPAIR_ROUNDS = 4
MOST_REFUSED = 5

Model = TypeVar("Model", bound=BaseModel)


class Validation:
    """Of the nodes of one document, whose version as text it takes. repairs: members dropped or rewritten. refused: the
    first MOST_REFUSED of those that a model refused, and why."""

    def __init__(self, version: tuple[int, int]) -> None:
        self._version = version
        self.repairs = 0
        self.refused: list[str] = []

    def validate(self, model: type[Model], members: Any) -> Model:
        """Validate; where the model refuses a member, rewrite or drop just that member and count the repair."""
        validate = _validate_function(model)
        for _ in range(REPAIR_ROUNDS):
            try:
                return cast(Model, validate(members))
            except RecursionError as error:
                raise SpecError("too_deep") from error
            except ValidationError as error:
                first = error.errors(include_url=False, include_context=False)
            changed = False
            refused, places = members, set[tuple[int | str, ...]]()
            for problem in reversed(first):  # later list entries first: indices stay right
                place = led_to(refused, problem["loc"])
                if any(place[:depth] in places for depth in range(len(place) + 1)):  # of another type it might be
                    continue
                places.add(place)
                members, repairs = self._mended(members, problem)
                changed = changed or repairs is not None
                self.repairs += repairs or 0
                self._note(model, refused, problem)
            if not changed:
                break
        raise SpecError("refused_by_model", f"{'.'.join(map(str, first[0]['loc']))[:80]}: {first[0]['msg'][:80]}")

    def _note(self, model: type[Model], members: Any, problem: Any) -> None:
        name = members.get("name") if isinstance(members, dict) else None
        whose = f"{model.__name__} {name}" if isinstance(name, str) else model.__name__
        where = f"{whose:.60}: {'.'.join(map(str, problem['loc'])):.60}: "
        if len(self.refused) < MOST_REFUSED and not any(told.startswith(where) for told in self.refused):
            self.refused.append(f"{where}{problem['msg']:.100}")

    def _mended(self, members: Any, problem: Any) -> tuple[Any, int | None]:
        """The members without what the model refused, and how many repairs that was; None where nothing changed.

        A number or truth value where text is due is its text; a boolean schema is none that the models know."""
        kind, given, path = problem["type"], problem["input"], problem["loc"]
        if kind == "string_type" and (given is None or isinstance(given, bool | int | float)):
            mended = replaced(members, path, json.dumps(given))
            if mended is not None:
                return mended, 1
        if kind in ("model_type", "model_attributes_type") and isinstance(given, bool):
            mended = replaced(members, path, {} if given else {"not": {}})
            if mended is not None:
                return mended, int(self._version < (3, 1))
        members, dropped = without(members, path[:-1] if kind == "missing" else path)
        return members, 1 if dropped else None


@cache
def _validate_function(model: type[BaseModel]) -> Callable[[Any], Any]:
    try:
        return bare_validation(model)
    except (AttributeError, TypeError, KeyError, SchemaError):  # another pydantic or openapi3-parser than this knows
        return own_validation(model)


def bare_validation(model: type[BaseModel]) -> Callable[[Any], Any]:
    """The model's validation without two functions that openapi3-parser calls for every node, in half of the time.

    They put `x-` members apart, which decide nothing here, and take nodes of equal `ref_name` for one, a member that
    its resolver adds and any specification can set. Not prebuilt: that would take each class's own validator again,
    functions and all. All of this is private to pydantic and to openapi3-parser.
    """
    model.model_rebuild()
    every_node = (ExtensionsMixin._extract_extensions.__func__, RefCacheMixin._deduplicate_refs.__func__)
    schema = _without_functions(model.__pydantic_core_schema__, every_node)
    return SchemaValidator(schema, _use_prebuilt=False).validate_python


def own_validation(model: type[BaseModel]) -> Callable[[Any], Any]:
    """The model's own validation: nodes of equal `ref_name` in one call are one."""

    def validate(members: Any) -> Any:
        RefCacheMixin.clear_ref_cache()
        return model.model_validate(members)

    return validate


def _without_functions(schema: Any, functions: tuple[Any, ...]) -> Any:
    """A copy of a pydantic core schema without these validators."""
    if isinstance(schema, list):
        return [_without_functions(part, functions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in ("function-before", "function-wrap"):
        function = schema["function"]["function"]
        if getattr(function, "__func__", None) in functions:
            named = {"ref": schema["ref"]} if "ref" in schema else {}
            return {**_without_functions(schema["schema"], functions), **named}
    return {key: _without_functions(part, functions) for key, part in schema.items() if key != "serialization"}
