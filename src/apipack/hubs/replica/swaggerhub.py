"""SwaggerHub's registry, after the hub's own document (`swaggerhub.com.json` in the snapshot)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apipack.hubs.replica.content import Spec
from apipack.hubs.replica.server import MODIFIED, Answer, Call, json_answer, path_of

SORTS: dict[str, Callable[[Spec], tuple[str, ...]]] = {
    "NAME": lambda spec: (spec.service, spec.api),
    "TITLE": lambda spec: (str(spec.info.get("title")), spec.api),
    "OWNER": lambda spec: (spec.provider, spec.service),
}
"""CREATED, UPDATED and BEST_MATCH keep the snapshot's order: everything in it has one date."""

NONE_MATCH = ({"specType": "DOMAIN"}, {"specType": "TEMPLATE"}, {"visibility": "PRIVATE"}, {"state": "UNPUBLISHED"})
"""Arguments that nothing in a snapshot of published, public APIs matches."""


class SwaggerHub:
    """`/specs` lists what its filters match, `/apis/OWNER` and `/apis/OWNER/API` what they name, in APIs.json, and
    `/apis/OWNER/API/VERSION` is a document. The owner is the snapshot's provider, the API its service.

    window: only so many results of a search can be paged to, whatever its `totalCount` says. That cut-off, and
    the order in which an entry's properties come, are in no document of the hub; clients must not rely on either.
    """

    def __init__(self, specs: list[Spec], base: str, window: int = 10_000) -> None:
        self._specs, self._base, self._window = specs, base, window
        self._documents = {(spec.provider, spec.service, spec.version): spec for spec in specs}
        self._places = {spec.api: position for position, spec in enumerate(specs)}

    def answer(self, call: Call) -> Answer | None:
        match call.parts:
            case ["apis"]:
                return Answer(b"", status=303, headers={"Location": f"{self._base}/specs?{call.query}"})
            case ["specs"]:
                return self._list(call, self._matching(call.arguments))
            case ["apis", owner]:
                return self._list(call, [spec for spec in self._specs if spec.provider == owner])
            case ["apis", owner, api]:
                return self._list(call, [s for s in self._specs if (s.provider, s.service) == (owner, api)])
            case ["apis", owner, api, version, *form] if form in ([], ["swagger.json"], ["swagger.yaml"]):
                spec = self._documents.get((owner, api, version))
                return None if spec is None else _document(spec, form, call.headers.get("Accept", ""))
        return None

    def _matching(self, wanted: dict[str, str]) -> list[Spec]:
        if any(pair.items() <= wanted.items() for pair in NONE_MATCH):
            return []
        owner, query = wanted.get("owner"), wanted.get("query", "").lower()
        owned = [spec for spec in self._specs if owner in (None, spec.provider)]
        return [spec for spec in owned if query in f"{spec.api} {spec.info.get('title')}".lower()]

    def _list(self, call: Call, matching: list[Spec]) -> Answer:
        page, limit = call.arguments.get("page", "0"), call.arguments.get("limit", "10")
        if not (page.isdecimal() and limit.isdecimal() and 1 <= int(limit) <= 100):
            return json_answer({"code": 400, "message": "page is from 0, limit from 1 to 100"}, status=400)
        if key := SORTS.get(call.arguments.get("sort", "NAME")):
            matching = sorted(matching, key=key)
        if call.arguments.get("order") == "DESC":
            matching = matching[::-1]
        offset = int(page) * int(limit)
        shown = matching[: self._window][offset : offset + int(limit)]
        listing = {"name": "Default listing", "description": "Default registry listing", "url": self._base + call.path}
        entries = [self._entry(spec) for spec in shown]
        return json_answer(listing | {"offset": offset, "totalCount": len(matching), "apis": entries})

    def _entry(self, spec: Spec) -> dict[str, Any]:
        date = MODIFIED.strftime("%Y-%m-%dT%H:%M:%SZ")
        url = f"{self._base}/apis{path_of(spec.provider, spec.service, spec.version)}"
        facts = {"Version": spec.version, "Created": date, "Modified": date, "Published": "true", "Private": "false"}
        facts |= {"Versions": f"*{spec.version}", "OASVersion": spec.openapi, "CreatedBy": spec.provider}
        properties = [{"type": "Swagger", "url": url}]
        properties += [{"type": f"X-{name}", "value": value} for name, value in facts.items()]
        turn = self._places[spec.api] % len(properties)
        title, description = str(spec.info.get("title", "")), str(spec.info.get("description", ""))
        return {"name": title, "description": description, "properties": properties[turn:] + properties[:turn]}


def _document(spec: Spec, form: list[str], accept: str) -> Answer:
    """JSON is YAML too, so both have the same bytes; without a suffix the media type that `Accept` names first."""
    yaml, json = accept.find("yaml"), accept.find("json")
    as_yaml = form == ["swagger.yaml"] if form else yaml >= 0 and not 0 <= json < yaml
    media_type = f"application/{'yaml' if as_yaml else 'json'}; charset=utf-8"
    return Answer(spec.file, media_type, etag=spec.etag, headers={"Vary": "Accept, Accept-Encoding"})
