"""Whose a document is that no hub's list names: provider, API and version from the document and where it lies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tldextract import TLDExtract

from apipack.openapi.loading import load
from apipack.openapi.nodes import listed

GENERIC = frozenset({"openapi", "swagger", "spec", "specification", "api", "discovery", "index"})
"""Names of files that say nothing of the API."""

_ENDING = re.compile(r"\.(json|ya?ml)$", re.IGNORECASE)
_VARIABLE = re.compile(r"\{([^{}]*)\}")


class Candidate(NamedTuple):
    """What may be a specification. name: its path below what it was found by; folder: what to call it where that says
    nothing; place: its address in the row. provider: None for what its servers say. derived: the body was made from
    something that is no document. around: folders above `name`, which tell it from one of the same name."""

    name: str
    folder: str
    place: str
    body: bytes
    provider: str | None
    licence: str
    derived: bool = False
    around: tuple[str, ...] = ()


class Identity(NamedTuple):
    provider: str
    api: str
    version: str


def identify(candidate: Candidate) -> Identity:
    """Provider: as given, else the registered domain of the first server (`acme.com` of `https://api.acme.com/v1`),
    else `NAME.local`, the hub's mark of software that its users host. API: `PROVIDER:NAME`. Raises `SpecError` for what
    is no specification."""
    document = load(candidate.body)
    info = document.get("info")
    version = info.get("version") if isinstance(info, dict) else ""
    name = _name(candidate)
    provider = candidate.provider or _provider(document) or f"{name.split('/')[0]}.local".lower()
    return Identity(provider, f"{provider}:{name}", str(version) if isinstance(version, str | int | float) else "")


def told_apart(candidates: Sequence[Candidate], provider: str, taken: AbstractSet[str]) -> list[str]:
    """APIs of documents that would have the same: by their whole path below what they were found by, with as many
    folders above as tell them from each other. None is one of `taken`. Places that differ give names that differ."""
    for depth in range(1 + max(len(candidate.around) for candidate in candidates)):
        for ending in (_ENDING, re.compile(r"\Z")):
            names = [
                "/".join([*candidate.around[max(0, len(candidate.around) - depth) :], ending.sub("", candidate.name)])
                for candidate in candidates
            ]
            apis = [f"{provider}:{name}" for name in names]
            if len(set(apis)) == len(apis) and taken.isdisjoint(apis):
                return apis
    raise ValueError("documents at one place")


def _name(candidate: Candidate) -> str:
    """The path without ending, and without a file's name that says nothing."""
    *folders, file = candidate.name.split("/")
    stem = _ENDING.sub("", file)
    parts = folders if stem.lower() in GENERIC else [*folders, stem]
    return "/".join(parts) or candidate.folder


def _provider(document: dict[str, Any]) -> str:
    for server in listed(document.get("servers")):
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            variables = server.get("variables")
            try:
                host = urlsplit(_filled(server["url"], variables if isinstance(variables, dict) else {})).hostname
            except ValueError:
                continue
            if host:
                return _registered(host)
    return ""


def _filled(url: str, variables: dict[str, Any]) -> str:
    def default(name: re.Match[str]) -> str:
        variable = variables.get(name[1])
        return str(variable.get("default", "x")) if isinstance(variable, dict) else "x"

    return _VARIABLE.sub(default, url)


@cache
def _suffixes() -> TLDExtract:
    """By the list of public suffixes in the wheel: nothing is fetched, nothing is written."""
    return TLDExtract(cache_dir=None, suffix_list_urls=())


def _registered(host: str) -> str:
    """The registered domain of a host; the host itself where it has none."""
    return _suffixes()(host).top_domain_under_public_suffix or host
