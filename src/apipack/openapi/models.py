"""openapi3-parser's models, and what they leave out although a request depends on it.

A style is any text, so that 2.0's `tabDelimited` and 3.2's `cookie` are known beside the others; part headers have
examples; media types have 3.2's item schemas; schemas of 3.1 have the keywords of JSON Schema 2020-12 that ask for
something.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from openapi_parser.models import v3_0, v3_1
from pydantic import BaseModel, Field

Schema = v3_0.Schema


class Header(v3_0.Header):
    example: Any | None = None
    examples: dict[str, v3_0.Example] | None = None
    explode: bool | None = None
    content: dict[str, MediaType] | None = None


class Encoding(v3_0.Encoding):
    style: str | None = None  # type: ignore[assignment]
    headers: dict[str, Header] | None = None  # type: ignore[assignment]


class MediaType(v3_0.MediaType):
    encoding: dict[str, Encoding] | None = None  # type: ignore[assignment]
    item_schema: v3_0.Schema | None = Field(default=None, alias="itemSchema")
    item_encoding: Encoding | None = Field(default=None, alias="itemEncoding")
    prefix_encoding: list[Encoding] | None = Field(default=None, alias="prefixEncoding")


class Parameter(v3_0.Parameter):
    style: str | None = None  # type: ignore[assignment]
    content: dict[str, MediaType] | None = None  # type: ignore[assignment]


class RequestBody(v3_0.RequestBody):
    content: dict[str, MediaType]  # type: ignore[assignment]


class LaterSchema(v3_1.Schema):
    items: LaterSchema | None = None
    properties: dict[str, LaterSchema] | None = None  # type: ignore[assignment]
    additional_properties: bool | LaterSchema | None = Field(default=None, alias="additionalProperties")
    all_of: list[LaterSchema] | None = Field(default=None, alias="allOf")  # type: ignore[assignment]
    one_of: list[LaterSchema] | None = Field(default=None, alias="oneOf")  # type: ignore[assignment]
    any_of: list[LaterSchema] | None = Field(default=None, alias="anyOf")  # type: ignore[assignment]
    not_schema: LaterSchema | None = Field(default=None, alias="not")
    prefix_items: list[LaterSchema] | None = Field(default=None, alias="prefixItems")
    contains: LaterSchema | None = None
    min_contains: int | None = Field(default=None, alias="minContains")
    unevaluated_items: LaterSchema | None = Field(default=None, alias="unevaluatedItems")
    unevaluated_properties: bool | LaterSchema | None = Field(default=None, alias="unevaluatedProperties")
    pattern_properties: dict[str, LaterSchema] | None = Field(default=None, alias="patternProperties")
    property_names: LaterSchema | None = Field(default=None, alias="propertyNames")
    dependent_required: dict[str, list[str]] | None = Field(default=None, alias="dependentRequired")
    dependent_schemas: dict[str, LaterSchema] | None = Field(default=None, alias="dependentSchemas")
    if_schema: LaterSchema | None = Field(default=None, alias="if")
    then_schema: LaterSchema | None = Field(default=None, alias="then")
    else_schema: LaterSchema | None = Field(default=None, alias="else")
    content_schema: LaterSchema | None = Field(default=None, alias="contentSchema")
    conditions: list[LaterSchema] | None = Field(default=None, alias="x-apipack-conditions")
    """Of a merged schema the parts with one of the four keywords above."""


class LaterHeader(Header):
    schema_object: LaterSchema | None = Field(default=None, alias="schema")
    content: dict[str, LaterMediaType] | None = None  # type: ignore[assignment]


class LaterEncoding(Encoding):
    headers: dict[str, LaterHeader] | None = None  # type: ignore[assignment]


class LaterMediaType(MediaType):
    schema_object: LaterSchema | None = Field(default=None, alias="schema")
    encoding: dict[str, LaterEncoding] | None = None  # type: ignore[assignment]
    item_schema: LaterSchema | None = Field(default=None, alias="itemSchema")
    item_encoding: LaterEncoding | None = Field(default=None, alias="itemEncoding")
    prefix_encoding: list[LaterEncoding] | None = Field(default=None, alias="prefixEncoding")  # type: ignore[assignment]


class LaterParameter(Parameter):
    schema_object: LaterSchema | None = Field(default=None, alias="schema")
    content: dict[str, LaterMediaType] | None = None  # type: ignore[assignment]


class LaterRequestBody(RequestBody):
    content: dict[str, LaterMediaType]  # type: ignore[assignment]


class Models(NamedTuple):
    """The models of one version of OAS."""

    Schema: type[v3_0.Schema]
    Parameter: type[Parameter]
    RequestBody: type[RequestBody]
    Operation: type[BaseModel]


OAS_3_0 = Models(v3_0.Schema, Parameter, RequestBody, v3_0.Operation)
LATER = Models(LaterSchema, LaterParameter, LaterRequestBody, v3_1.Operation)


def keyword(schema: Schema, name: str) -> Any:
    """A keyword of JSON Schema 2020-12 by the model's name for it; None before OAS 3.1."""
    return getattr(schema, name, None)
