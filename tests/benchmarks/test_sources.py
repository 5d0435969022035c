from pathlib import Path

from apipack.dataset.schemas import DUPLICATES, UNIQUE
from apipack.hubs.schemas import SPECS
from apipack.hubs.sources import groups, source
from apipack.io import rows_table, write_table
from apipack.operations.schemas import OPERATIONS
from benchmarks.sources import table

HUB, NPM, BACH = "https://hub.example/a", "pkg:npm/%40acme/openapi@2.0.0#a.json", "pkg:pypi/bach-{}@1.0#openapi.json"


def row(**values: object) -> dict[str, object]:
    texts = dict.fromkeys({*UNIQUE.names, *SPECS.names}, "")
    return texts | {"derived": False, "host_inferred": False, "bytes": 0, "tags": []} | values


def test_a_source_is_a_hub_or_a_package_and_packages_alike_are_one_line() -> None:
    assert [source("apis_guru", HUB), source("packages", NPM)] == ["apis_guru", "npm @acme/openapi"]
    names = {source("packages", BACH.format(number)) for number in range(4)}
    assert set(groups({*names, "npm @acme/openapi"}).values()) == {"pypi bach-*", "npm @acme/openapi"}
    assert set(groups({"pypi bach-1", "pypi bach-2"}).values()) == {"pypi bach-1", "pypi bach-2"}


def test_operations_are_counted_where_they_come_from_and_where_another_source_has_them(tmp_path: Path) -> None:
    places = {"a": ("apis_guru", HUB), "b": ("apis_guru", HUB), "c": ("packages", NPM), "d": ("packages", NPM)}
    rows = [row(id=key, hub=hub, source_url=url) for key, (hub, url) in places.items()]
    kept = [rows[1] | {"licence": "L"}, rows[2] | {"licence": "L", "licence_spdx": "MIT"}]
    pairs = [{"id": key, "duplicate_of": "c", "kind": "exact", "similarity": 1.0} for key in "ad"]
    write_table(tmp_path / "specs/index.parquet", rows_table([rows[0], rows[2]], SPECS))
    write_table(tmp_path / "operations/part-0.parquet", rows_table(rows, OPERATIONS))
    write_table(tmp_path / "unique/part-0.parquet", rows_table(kept, UNIQUE))
    write_table(tmp_path / "unique/duplicates.parquet", rows_table(pairs, DUPLICATES))
    counts, licences = table(tmp_path)
    assert counts.T.to_dict("list") == {"apis_guru": [1, 2, 1, 1, 0], "npm @acme/openapi": [1, 2, 1, 0, 0]}
    assert licences.to_dict() == {"MIT": 1, "named, but no SPDX identifier": 1}
