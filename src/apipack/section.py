"""Sections of params.yaml as frozen models, each with its step; a stage's `Reads` picks those that it needs.

A typo, a wrong type or an impossible combination is a `ParamsError` of one line. Numbers written like
`3e-5` are read as numbers (YAML 1.2), whatever wrote the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema
from ruamel.yaml import YAML, YAMLError

from apipack.errors import UserError


class ParamsError(UserError):
    """params.yaml cannot be used; the message is one line that says where and why."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _as_number(value: Any) -> Any:
    """YAML 1.1 writers quote 3e-05 as text: take it for the number it is."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    try:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    except OverflowError as error:
        raise ValueError("Input should be a finite number") from error


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError(f"names {next(value for value in values if values.count(value) > 1)} twice")
    return values


def like(pattern: str, what: str) -> AfterValidator:
    """A text that the pattern describes, of which people are told `what` it should be."""

    def checked(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text[:60]!r} is not {what}")
        return text

    return AfterValidator(checked)


Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]
Name = Annotated[str, Field(min_length=1)]
"""Of something that is there: where a beginning or a pattern is asked for, an empty one would mean everything."""
Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""What NumPy, scikit-learn and torch take."""
Real = Annotated[float, BeforeValidator(_as_number)]
Once = AfterValidator(_each_once)


@dataclass(frozen=True)
class Only:
    """The fields of a section that a stage reads, as in `Annotated[Retrieve, Only("model")]`. The section is checked
    whole; any other field of it is an AttributeError."""

    fields: tuple[str, ...]

    def __init__(self, *fields: str) -> None:
        object.__setattr__(self, "fields", fields)

    def __get_pydantic_core_schema__(self, source: type[Section], handler: GetCoreSchemaHandler) -> CoreSchema:
        def narrow(section: Section) -> Section:
            return source.model_construct(**{name: getattr(section, name) for name in self.fields})

        return core_schema.no_info_after_validator_function(narrow, handler(source))


def names(reads: type[Section]) -> list[str]:
    """The parameters that a model reads, as `params:` of dvc.yaml names them."""
    listed: list[str] = []
    for name, field in reads.model_fields.items():
        parts = [f"{name}.{part}" for some in field.metadata if isinstance(some, Only) for part in some.fields]
        listed += parts or [name]
    return sorted(listed)


Reads = TypeVar("Reads", bound=Section)


def load(reads: type[Reads], path: Path | str = "params.yaml") -> Reads:
    """The sections of params.yaml that a model names, checked; raises `ParamsError`."""
    raw = read(path)
    return check(reads, {name: raw[name] for name in reads.model_fields if name in raw}, path)


def check(model: type[Reads], raw: Any, path: Path | str) -> Reads:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # it explains what is missing
        where = ".".join(str(part) for part in first["loc"] if not re.search(r"[\[\]]", str(part)))
        more = f" (faults beside this one: {error.error_count() - 1})" if error.error_count() > 1 else ""
        said = " ".join(first["msg"].removeprefix("Value error, ").split())
        said += _got(first["input"]) + (_like(model, first["loc"]) if first["type"] == "extra_forbidden" else "")
        raise ParamsError(f"{path}: {where}{': ' if where else ''}{said}{more}") from error


def _like(model: type[BaseModel], place: Sequence[int | str]) -> str:
    """The name that a wrong one is most like; place: the names that lead to it, and itself."""
    *parts, wrong = map(str, place)
    for part in parts:
        field = model.model_fields.get(part)
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            return ""
        model = field.annotation
    return "".join(f"; like it: {name}" for name in get_close_matches(wrong, model.model_fields, 1))


def _got(value: Any) -> str:
    try:
        return "" if isinstance(value, dict) else f", got {value!r:.80}"
    except ValueError:  # Python writes no number of more than 4,300 digits
        return ""


def read(path: Path | str = "params.yaml") -> dict[str, Any]:
    """The mapping in params.yaml or another such file, unchecked; raises `ParamsError` where it has none."""
    try:
        content = YAML(typ="safe", pure=True).load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path}: no such file; run from the repository's root") from error
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror}") from error
    except (YAMLError, ValueError, RecursionError) as error:  # not UTF-8, no such date, too deep
        raise ParamsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ParamsError(f"{path}: not a mapping of names to values")
    return content
