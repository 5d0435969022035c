"""What apipack_calls.yaml names: the tests that params.yaml chooses, and the verdicts of `apipack` by reading."""

from __future__ import annotations

from typing import Any

from datasets import Dataset

from apipack.evaluation.harness import chosen, matches

Doc = dict[str, Any]


def chosen_docs(tests: Dataset) -> Dataset:
    return Dataset.from_list(chosen(tests.to_list()), features=tests.features)


def asked(doc: Doc) -> str:
    return str(doc["prompt"])


def verdict(doc: Doc, results: list[str]) -> dict[str, float]:
    return matches(doc, results[0])
