from typing import Any

import pytest

from apipack.dataset.quality import english_share, operation_reason
from apipack.records import Request
from tests.parameters import PARAMS

P = PARAMS.filter
REQUEST = Request("GET", "https://h.acme.io/a")
ROW = {
    "method": "GET",
    "template": REQUEST.url,
    "functionality": "Get pets",
    "request": REQUEST.to_json(),
    "natural_language": "en",
}
WORDING = "How can I get pets with the Pet API?"
ROW |= {"api_name": "Pet API", "description": "", "endpoint": "getPets", "path": "/a"}


@pytest.mark.parametrize(
    ("more", "instruction", "reason"),
    [
        ({}, "How can I get pets with the Pet API?", None),
        ({}, "How can I call getPets of the Pet API?", "instruction_leaks_endpoint"),
        ({"template": "http://localhost:80/a"}, "x" * 50, "local_host"),
        ({"template": "https://api.example.com:8443/a"}, "x" * 50, "placeholder_in_host"),
        ({"template": "https://hostname/a"}, "x" * 50, "placeholder_in_host"),
        ({"template": "https://kubernetes.local/a"}, "How can I get pets with the Pet API?", None),
        ({"request": Request("GET", "https://h.acme.io/%7Bid%7D").to_json()}, "x" * 50, "placeholder_in_path"),
        ({"natural_language": "de"}, "x" * 50, "not_english"),
        ({"method": "QUERY"}, "How can I get pets with the Pet API?", None),
        ({"method": "X-COPY"}, "How can I get pets with the Pet API?", None),
        ({"method": "CONNECT"}, "x" * 50, "unknown_method"),
        ({"method": "Copy"}, "x" * 50, "unknown_method"),
        ({"functionality": ""}, "x" * 50, "no_functionality"),
        ({"request": Request("GET", REQUEST.url, (), "x" * 100_000).to_json()}, "x" * 50, "request_too_long"),
        ({}, "x", "instruction_too_short"),
        ({}, "x" * 5_000, "instruction_too_long"),
        ({}, "получить список питомцев магазина", "instruction_not_english"),
    ],
)
def test_reasons(more: dict[str, Any], instruction: str, reason: str | None) -> None:
    assert operation_reason({**ROW, **more, "instruction": instruction, "test_instruction": WORDING}, P) == reason


@pytest.mark.parametrize(
    ("test_instruction", "reason"),
    [
        ("Send GET /stores/pets with the Pet API.", "test_instruction_leaks_path"),
        ("x", "test_instruction_too_short"),
        (f"{WORDING} {'x' * P.max_instruction}", "test_instruction_too_long"),
        ("получить список питомцев магазина", "test_instruction_not_english"),
    ],
)
def test_the_test_wording_is_held_to_the_same_rules(test_instruction: str, reason: str) -> None:
    assert operation_reason({**ROW, "instruction": WORDING, "test_instruction": test_instruction}, P) == reason


def test_english_share() -> None:
    assert english_share("") == 1.0 and english_share("аб ab") == pytest.approx(3 / 5)
