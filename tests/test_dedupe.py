from typing import Any

from apipack.dedupe import find_duplicates

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


def test_exact_and_near_duplicates_name_what_they_repeat() -> None:
    rows = [
        row("a", api_version="2", path="/v2/pets/{petId}"),
        row("b"),
        row("c", provider="mirror", request="rb"),
        row("d", functionality="Send the invoice", description="Mails the invoice to the customer."),
    ]
    kept, duplicates = find_duplicates(rows, 0.9)
    assert {r["id"] for r in kept} == {"a", "d"}
    assert {d["id"]: (d["duplicate_of"], d["kind"]) for d in duplicates} == {"b": ("a", "near"), "c": ("a", "exact")}


def test_every_row_is_kept_or_dropped_and_drops_point_at_kept_rows() -> None:
    rows = [row(f"{i:03}", request=f"r{i % 40}", functionality=f"Task {i % 9}", path=f"/x{i % 5}") for i in range(120)]
    kept, duplicates = find_duplicates(rows, 0.95)
    ids = {r["id"] for r in kept}
    assert len(kept) + len(duplicates) == 120
    assert ids.isdisjoint(d["id"] for d in duplicates) and {d["duplicate_of"] for d in duplicates} <= ids


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [row(f"{i:03}", functionality=f"List things of kind {i % 7}") for i in range(50)]
    assert find_duplicates(rows, 0.9) == find_duplicates(rows[::-1], 0.9)


def test_other_methods_and_paths_are_not_compared() -> None:
    kept, _ = find_duplicates([row("a"), row("b", method="DELETE"), row("c", path="/v1/pets/{id}/toys")], 0.5)
    assert len(kept) == 3
