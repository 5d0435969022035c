"""The table of the stage parse."""

from apipack.io import FLAG, TEXT, TEXTS, schema

OPERATIONS = schema(
    id=TEXT,
    hub=TEXT,
    provider=TEXT,
    api=TEXT,
    api_version=TEXT,
    api_name=TEXT,
    api_description=TEXT,
    natural_language=TEXT,
    functionality=TEXT,
    description=TEXT,
    endpoint=TEXT,
    method=TEXT,
    path=TEXT,
    template=TEXT,
    tags=TEXTS,
    licence=TEXT,
    licence_spdx=TEXT,
    arguments=TEXT,
    source_url=TEXT,
    spec_sha256=TEXT,
    host_inferred=FLAG,
    request=TEXT,
    form=TEXT,
)
"""The API DB: one row an operation that became a valid request. `id`: 16 hex digits of sha256 over hub, api,
version, method and path. `licence`: as the specification names it, `licence_spdx`: its SPDX identifier or
empty. `natural_language`: ISO 639 code of the specification's texts. `template`: absolute URL with `{name}` path
parameters, without query. `arguments`: JSON list of [name, place, required, type, fixed]. `request`:
`Request.to_json`. `form`: JSON of `forms.form_pieces`, what variants are filled in from, or {"refused": reason}."""
