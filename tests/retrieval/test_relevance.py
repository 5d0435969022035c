import pytest

from apipack.records import Request
from apipack.retrieval.relevance import relevance, shape

JSON = (("Content-Type", "application/json"),)


def row(method: str, template: str, query: str = "", body: str | None = None) -> dict[str, str]:
    request = Request(method, template.replace("{id}", "7") + query, JSON if body else (), body)
    return {"template": template, "request": request.to_json()}


PET = row("GET", "https://h.example/v1/pets/{id}", "?limit=1&tag=a")


def grade(a: dict[str, str], b: dict[str, str]) -> float:
    assert relevance(shape(a), shape(b)) == relevance(shape(b), shape(a))
    return relevance(shape(a), shape(b))


def test_values_do_not_count() -> None:
    assert grade(PET, row("GET", "https://h.example/v1/pets/{petId}", "?tag=b&limit=9")) == 1
    assert (
        grade(row("PUT", "https://h.example/a", "", '{"x": 1}'), row("PUT", "https://h.example/a", "", '[{"x": 2}]'))
        == 1
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (row("DELETE", "https://h.example/v1/pets/{id}", "?limit=1&tag=a"), 0.75),
        (row("GET", "https://h.example/v1/pets/{id}"), 0.75),
        (row("GET", "https://h.example/v1/pets/{id}", "?limit=1"), 0.875),
        (row("GET", "https://h.example/v1/toys/{id}", "?limit=1&tag=a"), 0.5 + 0.5 * 2 / 3),
        (row("POST", "https://h.example/other", "", '{"name": ""}'), 0.0),
    ],
)
def test_method_path_and_names_are_weighed(other: dict[str, str], expected: float) -> None:
    assert grade(PET, other) == pytest.approx(expected)


def test_a_body_that_is_not_its_media_type_has_no_names() -> None:
    assert grade(row("POST", "https://h.example/a", "", "{"), row("POST", "https://h.example/a", "", "[]")) == 1
