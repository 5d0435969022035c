"""Values against the schemas of a document, with openapi-schema-validator, whose keywords are made safe.

A `pattern` is checked where that ends soon, and only on demand elsewhere: a specification's regular expression can take
for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from jsonschema.exceptions import UnknownType, ValidationError, best_match
from jsonschema.validators import Draft4Validator, extend
from openapi_schema_validator import OAS30WriteValidator, OAS31Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from apipack.openapi.admission import TYPES, is_of
from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError
from apipack.openapi.patterns import refuses
from apipack.openapi.received import schema_of

MOST = 50
ALL_OF = Draft4Validator.VALIDATORS["allOf"]  # openapi-schema-validator's leaves allOf out beside a discriminator
BROKEN_SCHEMA = (
    Unresolvable,
    SpecError,
    RecursionError,
    TypeError,
    AttributeError,
    ValueError,
    KeyError,
    ArithmeticError,
    UnknownType,
)
"""What validators raise on a schema that is none, which specifications have; it is reported as `unchecked`."""


class Schemas:
    """Validates values against schemas of one document; references are followed when they are met.
    patterns: all of them, as far as Python's `re` understands them, even if it takes for ever."""

    def __init__(self, document: Document, patterns: bool = False) -> None:
        later = str(document.raw.get("openapi", "")).startswith(("3.1", "3.2"))
        self._validator = _VALIDATORS[later, patterns]
        self._document = document
        self._registry: Registry[Any] = Registry()  # retrieves nothing
        self._around = {key: node for key, node in document.raw.items() if key not in self._validator.VALIDATORS}

    def errors(self, schema: Any, value: Any, place: str) -> Iterator[str]:
        """`place/inner: keyword` of everything about the value that the schema does not allow."""
        if not isinstance(schema, dict):
            return
        try:
            root = {**self._around, **schema}  # so that `#/components/…` leads where the document means it to
            validator = self._validator(root, registry=self._registry)
            for error in islice(validator.iter_errors(value), MOST):
                if self._no_rule_of_requests(error):
                    continue
                inner = "/".join("*" if isinstance(key, int) else str(key) for key in error.absolute_path)
                yield f"{place}{'/' if inner else ''}{inner}: {_keyword(error)}"
        except BROKEN_SCHEMA as error:
            yield f"{place}: unchecked, {type(error).__name__}"

    def _no_rule_of_requests(self, error: ValidationError) -> bool:
        """Whether a value is read-only that is no property, or what is missing is read-only behind a reference."""
        if error.validator == "readOnly":
            return not error.absolute_path or isinstance(error.absolute_path[-1], int)
        members = (
            error.schema.get("properties") if error.validator == "required" and isinstance(error.schema, dict) else {}
        )
        members = members if isinstance(members, dict) else {}
        missing = (name for name in members if error.message == f"{name!r} is a required property")
        return any(schema_of(self._document, members[name]).get("readOnly") for name in missing)


def _keyword(error: ValidationError) -> str:
    if error.validator == "required":
        return str(error.message)
    if _contradictory(error):
        return f"{error.validator}, which no value of its enum has"
    if error.validator in ("oneOf", "anyOf") and (inner := best_match(error.context or [])):
        return f"{error.validator} {inner.validator}"
    return str(error.validator)


def _contradictory(error: ValidationError) -> bool:
    """Whether the schema's own `type` refuses every value of its `enum`, so that nothing is valid."""
    schema = error.schema
    if error.validator not in ("type", "enum") or not isinstance(schema, dict):
        return False
    kind, values = schema.get("type"), schema.get("enum")
    if not isinstance(values, list) or kind not in TYPES:
        return False
    return not any(is_of(str(kind), value) for value in values)


def _no_check(*_: Any) -> Iterator[ValidationError]:
    yield from ()


def _pattern(checker: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    try:
        if isinstance(instance, str) and not re.search(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")
    except re.error:
        return


def _quick_pattern(checker: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and "REPLACE_" not in instance and refuses(pattern, instance):  # no stand-in
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _safe(validator: Any, patterns: bool, later: bool) -> Any:
    original = validator.VALIDATORS["additionalProperties"]

    def additional(checker: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if "patternProperties" not in schema:
            yield from original(checker, allowed, instance, schema) or ()

    own = {"pattern": _pattern if patterns else _quick_pattern, "patternProperties": _no_check}
    own |= {"additionalProperties": additional, "allOf": ALL_OF}
    if later:
        return extend(validator, own)
    keywords = {**validator.VALIDATORS, **own}
    return extend(validator, {name: _beside_no_reference(name, check) for name, check in keywords.items()})


def _beside_no_reference(name: str, check: Any) -> Any:
    """The check of a keyword, which beside a `$ref` is to be ignored (OAS 3.0: Reference Object)."""

    def checked(checker: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if name == "$ref" or not isinstance(schema.get("$ref"), str):
            yield from check(checker, value, instance, schema) or ()

    return checked


_VALIDATORS = {
    (later, patterns): _safe(OAS31Validator if later else OAS30WriteValidator, patterns, later)
    for later in (False, True)
    for patterns in (False, True)
}
