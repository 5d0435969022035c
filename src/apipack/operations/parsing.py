"""One specification to the rows of the API DB (paper, section 3.1), and the reasons for what is left out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

import orjson

from apipack.openapi.document import Document
from apipack.openapi.loading import SpecError, load
from apipack.openapi.nodes import listed
from apipack.openapi.paths import RawOperation
from apipack.operations.forms import form_pieces
from apipack.operations.licences import spdx
from apipack.operations.natural_language import natural_language
from apipack.operations.requests import BuiltRequest, build, check
from apipack.operations.scrubbing import scrub, scrub_requests
from apipack.operations.texts import endpoint, plain, words

NO_FORM = '{"refused":"no_form"}'
_ENCODER = json.JSONEncoder(ensure_ascii=False)

Row = dict[str, Any]


@dataclass(slots=True)
class Parsed:
    """rows: schema OPERATIONS; drops: schema DROPS; repairs: members that the model refused; replaced: secrets
    and personal data by kind."""

    rows: list[Row] = field(default_factory=list)
    drops: list[Row] = field(default_factory=list)
    repairs: int = 0
    replaced: Counter[str] = field(default_factory=Counter)


def parse_spec(spec: Row, body: bytes, *, optional: bool, max_bytes: int) -> Parsed:
    """Every operation of a specification. `spec` is a row of schema SPECS. Never raises for what `body` contains."""
    return parse_specs([(spec, lambda: body)], optional=optional, max_bytes=max_bytes)


def parse_specs(
    documents: Iterable[tuple[Row, Callable[[], bytes]]], *, optional: bool, max_bytes: int, forms: bool = True
) -> Parsed:
    """`parse_spec` of many, whose bodies are read when it is their turn and kept no longer than it takes. What looks at
    their texts comes at the end: Arrow for all of them together, and languages one after another, since what that needs
    of the identifier's tables (100 MB) is then in the cache. forms: false leaves out the operations' forms."""
    parsed = Parsed()
    ends = [0]
    for spec, read in documents:
        _parse(parsed, spec, read, optional, max_bytes, forms)
        ends.append(len(parsed.rows))
    rows, parsed.rows = _without_secrets(parsed), []
    for start, end in pairwise(ends):
        of_spec = [row for row in rows[start:end] if row is not None]
        language = natural_language(_telling(of_spec)) if of_spec else ""
        for row in of_spec:
            row["natural_language"] = language
        parsed.rows += of_spec
    return parsed


def _forms(forms: Sequence[tuple[str, ...]], clean: Mapping[str, str]) -> list[str]:
    """Whole forms of pieces. clean: those of them that change → what they become."""
    texts = []
    for pieces in forms:
        text = "".join(pieces)
        if clean and not clean.keys().isdisjoint(pieces):
            text = "".join([clean.get(piece, piece) for piece in pieces])
            text = text if _is_json(text) else NO_FORM
        texts.append(text)
    return texts


def _without_secrets(parsed: Parsed) -> list[Row | None]:
    """The rows, whose requests are still such, without secrets and personal data, which are counted; None for one whose
    request cannot be sent then, which is dropped."""
    written = [row["form"] for row in parsed.rows]
    pieces = list(dict.fromkeys(chain.from_iterable(written)))
    texts_of = [[row[name] for row in parsed.rows] for name in ("functionality", "description")]
    requests, (*columns, looked) = scrub_requests([row["request"] for row in parsed.rows], [*texts_of, pieces])
    clean = {piece: text for piece, (text, finds) in zip(pieces, looked, strict=True) if finds}
    forms = _forms(written, clean)
    rows: list[Row | None] = []
    for row, form_text, (request, replaced), *texts in zip(parsed.rows, forms, requests, *columns, strict=True):
        if replaced:
            try:
                check(request)
            except SpecError as error:
                parsed.drops.append(_drop(row["id"], error, f"{row['api']}: {row['method']} {row['path']}: "))
                rows.append(None)
                continue
        (functionality, in_functionality), (description, in_description) = texts
        for finds in (replaced, in_functionality, in_description):
            if finds:
                parsed.replaced.update(finds)
        row["request"] = request.to_json()
        row["functionality"], row["description"] = functionality, description
        row["form"] = form_text
        rows.append(row)
    return rows


def _telling(rows: list[Row]) -> str:
    """Texts of a specification's operations that tell its language."""
    first = rows[0]
    texts = [first["api_name"], first["api_description"]]
    texts += [text for row in rows[:60] for text in (row["functionality"], row["description"])]
    return ". ".join(filter(None, texts))


def _parse(parsed: Parsed, spec: Row, read: Callable[[], bytes], optional: bool, max_bytes: int, forms: bool) -> None:
    """Add the rows of one specification, but for their language, and with secrets."""
    body = read()
    try:
        document = Document(load(body, max_bytes))
        del body
        raws = list(document.operations())
        shared = _api(spec, document, parsed.replaced)
    except Exception as error:  # counted; one odd specification costs no other
        parsed.drops.append(_drop(spec["file"], error))
        return
    for lost in document.lost:
        raw = RawOperation(lost.path, lost.method, {}, {})
        identifier = operation_id(spec["hub"], spec["api"], spec["version"], raw)
        parsed.drops.append(_drop(identifier, lost.problem, f"{spec['api']}: {lost.method.upper()} {lost.path}: "))
    for raw in raws:
        identifier = operation_id(spec["hub"], spec["api"], spec["version"], raw)
        name = endpoint(raw)
        try:
            built = build(document, raw, spec["provider"], optional=optional)
            row = {
                **shared,
                "functionality": plain(raw.operation.get("summary")) or _from_identifier(name),
                "description": plain(raw.operation.get("description") or raw.path_item.get("description")),
                "id": identifier,
                "endpoint": name,
                "method": raw.verb,
                "path": raw.path,
                "template": built.template,
                "tags": [plain(tag) for tag in listed(raw.operation.get("tags")) if isinstance(tag, str)],
                "arguments": f"[{', '.join(map(_json, built.arguments))}]",
                "host_inferred": built.host_inferred,
                "request": built.request,
                "form": _form(document, raw, built) if forms else (NO_FORM,),
            }
        except Exception as error:
            parsed.drops.append(_drop(identifier, error, f"{spec['api']}: {raw.verb} {raw.path}: "))
            continue
        parsed.rows.append(row)
    parsed.repairs += document.repairs


def opted_out(spec: Row, opt_outs: Iterable[str]) -> bool:
    """Whether a provider, API or document of optout.txt is this one (a row of schema SPECS)."""
    return not {spec["provider"], spec["api"], spec["sha256"]}.isdisjoint(opt_outs)


def read_opt_outs(text: str) -> list[str]:
    """Entries of optout.txt: one a line, `#` starts a comment."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def operation_id(hub: str, api: str, version: str, raw: RawOperation) -> str:
    text = "\n".join((hub, api, version, raw.method, raw.path))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=1_000)
def _json(argument: tuple[str, str, bool, str, bool]) -> str:
    """One argument as JSON, remembered: an API's operations share most of theirs."""
    return _ENCODER.encode(argument)


def _scrubbed(texts: dict[str, str], replaced: Counter[str]) -> dict[str, str]:
    """Texts of a specification without secrets and personal data, which are counted."""
    clean = {}
    for name, text in texts.items():
        clean[name], finds = scrub(text)
        if finds:
            replaced.update(finds)
    return clean


def _api(spec: Row, document: Document, replaced: Counter[str]) -> Row:
    info = document.info
    licence = info.get("license") or {"name": spec.get("licence", "")}
    texts = {"api_name": plain(info.get("title")) or spec["api"], "api_description": plain(info.get("description"))}
    return {
        **_scrubbed(texts, replaced),
        "hub": spec["hub"],
        "provider": spec["provider"],
        "api": spec["api"],
        "api_version": spec["version"],
        "licence": plain(licence.get("name")) if isinstance(licence, dict) else "",
        "licence_spdx": spdx(licence),
        "source_url": spec["source_url"],
        "spec_sha256": spec["sha256"],
    }


def _from_identifier(name: str) -> str:
    """A functionality for operations without a summary, from the words of their identifier."""
    return " ".join(words(name)).capitalize()


def _form(document: Document, raw: RawOperation, built: BuiltRequest) -> tuple[str, ...]:
    """The operation's form as JSON in pieces; {"refused": reason} where it has none."""
    repairs = document.repairs
    try:
        return form_pieces(document, raw, built)
    except SpecError as error:
        return (orjson.dumps({"refused": error.reason}).decode(),)
    except (RecursionError, TypeError, ValueError):  # what JSON cannot hold
        return (NO_FORM,)
    finally:
        document.repairs = repairs  # those of the operation are counted with its request


def _is_json(text: str) -> bool:
    """Whether scrubbing left a form what it was."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _drop(identifier: str, error: Exception, where: str = "") -> Row:
    """`broken` is what nobody thought of; its detail says what was raised. where: the operation, for people."""
    detail = str(error)
    if isinstance(error, SpecError):
        reason = error.reason
    elif isinstance(error, RecursionError):
        reason = "too_deep"
    elif isinstance(error, UnicodeEncodeError):
        reason = "not_unicode"
    else:
        reason, detail = "broken", f"{type(error).__name__}: {error}"
    return {"id": identifier, "language": None, "reason": reason, "detail": f"{where[:120]}{detail}"[:200]}
