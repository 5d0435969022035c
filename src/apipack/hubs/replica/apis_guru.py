"""APIs.guru's contract, after the hub's own document (`apis.guru.json` in the snapshot)."""

from __future__ import annotations

from typing import Any

from apipack.hubs.replica.content import Spec
from apipack.hubs.replica.server import MODIFIED, Answer, Call, json_answer, path_of


class ApisGuru:
    """`/v2/list.json`, and below `/v2/specs/` each document and each API's entry; providers and their services.

    Everything is found by a table of whole paths. JSON is YAML too: `.yaml` serves the same bytes.
    `/v2/metrics.json` counts endpoints, which nothing here reads: it is left out.
    """

    def __init__(self, specs: list[Spec], base: str) -> None:
        self._answers: dict[str, Answer] = {}
        entries: dict[str, Any] = {}
        providers: dict[str, list[Spec]] = {}
        for spec in specs:
            path = f"/v2/specs{path_of(*spec.api.split(':', 1), spec.version)}"
            self._answers[f"{path}/openapi.json"] = Answer(spec.file, etag=spec.etag)
            self._answers[f"{path}/openapi.yaml"] = Answer(spec.file, "application/yaml; charset=utf-8", etag=spec.etag)
            entries[spec.api] = _entry(spec, base + path)
            self._answers[f"{path}.json"] = json_answer(entries[spec.api])
            providers.setdefault(spec.provider, []).append(spec)
        self._answers["/v2/list.json"] = json_answer(entries)
        self._answers["/v2/providers.json"] = json_answer({"data": sorted(providers)})
        for provider, own in providers.items():
            names = [spec.api.partition(":")[2] for spec in own]
            self._answers[f"/v2{path_of(provider)}.json"] = json_answer({spec.api: entries[spec.api] for spec in own})
            self._answers[f"/v2{path_of(provider)}/services.json"] = json_answer({"data": names})

    def answer(self, call: Call) -> Answer | None:
        return self._answers.get(path_of(*call.parts))


def _entry(spec: Spec, url: str) -> dict[str, Any]:
    """The hub's `API` object with its one `ApiVersion`."""
    date = MODIFIED.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    facts = {"added": date, "updated": date, "info": spec.info, "openapiVer": spec.openapi}
    urls = {"swaggerUrl": f"{url}/openapi.json", "swaggerYamlUrl": f"{url}/openapi.yaml", "link": f"{url}.json"}
    return {"added": date, "preferred": spec.version, "versions": {spec.version: facts | urls}}
