from typing import Any

import pandas as pd

from apipack.dataset.dedupe import all_duplicates, exact_duplicates, near_duplicates, version_rank

BASE = {
    "provider": "p",
    "api_version": "1",
    "method": "GET",
    "path": "/v1/pets/{id}",
    "functionality": "Get one pet by its id",
    "description": "Returns the pet with this identifier.",
    "arguments": "[]",
}


def row(identifier: str, **more: Any) -> dict[str, Any]:
    return {**BASE, "id": identifier, "request": f"r{identifier}", **more}


def deduplicate(rows: list[dict[str, Any]], threshold: float) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """As the stage does it: exact duplicates over all rows, near ones provider by provider."""
    exact = exact_duplicates(pd.DataFrame(rows))
    clusters: dict[str, str] = {}
    near: list[dict[str, Any]] = []
    for provider in sorted({r["provider"] for r in rows}):
        found, repeated = near_duplicates(
            [r for r in rows if r["provider"] == provider and r["id"] not in exact], threshold
        )
        clusters |= found
        near += repeated
    return clusters, all_duplicates(exact, near)


def test_exact_and_near_duplicates_name_what_they_repeat() -> None:
    rows = [
        row("a", api_version="2", path="/v2/pets/{petId}"),
        row("b"),
        row("c", provider="mirror", request="rb"),
        row("d", functionality="Send the invoice", description="Mails the invoice to the customer."),
    ]
    clusters, duplicates = deduplicate(rows, 0.9)
    assert set(clusters) == {"a", "d"}
    assert {d["id"]: (d["duplicate_of"], d["kind"]) for d in duplicates} == {"b": ("a", "near"), "c": ("a", "exact")}


def test_the_newest_version_is_kept() -> None:
    rows = [row("a", api_version="v1.10"), row("b", api_version="v1.9", request="ra"), row("c", api_version="v1.2")]
    clusters, _ = deduplicate(rows, 0.9)
    assert set(clusters) == {"a"}


def test_a_pre_release_ranks_below_its_release() -> None:
    rising = [
        [
            "beta",
            "v1alpha1",
            "v1alpha2",
            "v1beta",
            "v1beta1",
            "v1_beta.34.0",
            "v1",
            "v1p1beta1",
            "v1.1",
            "v2beta1",
            "v2",
        ],
        ["1.0.0-SNAPSHOT", "1.0.0-prealpha", "1.0.0-alpha.1", "1.0-beta2", "1.0.0-beta.11", "1.0.0-pre.0", "1.0.0-rc1"],
        ["1.0.0-rc1", "1.0.0", "1.0.1-dev", "1.0.1", "1.9", "1.10"],
        ["2018-05-01", "2018-06-01-privatepreview", "2018-06-01", "2019-05-06-Preview", "2019-05-06"],
    ]
    for versions in rising:
        ranks = [version_rank(version) for version in versions]
        assert ranks == sorted(set(ranks)), versions
    assert version_rank("1.20.0+dev-539") == version_rank("v1.20") == version_rank("1.20.0")
    assert version_rank("3-reference") == version_rank("3")  # no release candidate
    rows = [row("a", api_version="v2beta1"), row("b", api_version="v2", request="ra")]
    assert set(deduplicate(rows, 0.9)[0]) == {"b"}


def test_every_row_is_kept_or_dropped_and_drops_point_at_kept_rows() -> None:
    rows = [row(f"{i:03}", request=f"r{i % 40}", functionality=f"Task {i % 9}", path=f"/x{i % 5}") for i in range(120)]
    clusters, duplicates = deduplicate(rows, 0.95)
    assert len(clusters) + len(duplicates) == 120
    assert set(clusters).isdisjoint(d["id"] for d in duplicates) and {d["duplicate_of"] for d in duplicates} <= set(
        clusters
    )


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [row(f"{i:03}", functionality=f"List things of kind {i % 7}") for i in range(50)]
    assert deduplicate(rows, 0.9) == deduplicate(rows[::-1], 0.9)


def test_other_methods_and_paths_are_not_compared() -> None:
    clusters, _ = deduplicate([row("a"), row("b", method="DELETE"), row("c", path="/v1/pets/{id}/toys")], 0.5)
    assert len(clusters) == 3
