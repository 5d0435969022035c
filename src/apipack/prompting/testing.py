"""The prompts of the tests, in every setting, with their few-shot examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apipack.dataset.splits import levels, parts_of
from apipack.instructions.params import Instruct
from apipack.io import by_id, read_table
from apipack.languages.params import written_in
from apipack.models.chat import tool_template
from apipack.models.embedding import embed
from apipack.prompting.context import Context
from apipack.prompting.corpus import Chosen, Corpus, Wording
from apipack.records import TOOLS
from apipack.retrieval.documented import (
    CANDIDATE_COLUMNS,
    DOCUMENTED,
    candidates,
    choose_documented,
    examples_of,
    needs_ranking,
)
from apipack.retrieval.examples import COLUMNS, Embed, Pool, Reranker, choose_examples, cosine, test_queries

if TYPE_CHECKING:
    from apipack.evaluation.params import Evaluate

Row = dict[str, Any]


def test_rows(
    data: Path,
    languages: Sequence[str],
    evaluate: Evaluate,
    context: Context,
    reranker: Reranker | None,
    instruct: Instruct,
) -> tuple[list[Row], Row]:
    """Rows of schema TESTS_OF the form, and their figures: how many of them show fewer examples than were chosen, for
    want of room, and why tests with documentation have no grammar. data: the folder with dataset and splits. languages:
    of code. evaluate: settings and form. instruct: how it was worded."""
    settings, languages = evaluate.settings, written_in(evaluate.form, languages)
    needed = CANDIDATE_COLUMNS if set(settings) & DOCUMENTED.keys() else COLUMNS
    rows = by_id(read_table(data / "dataset/operations", needed))
    parts = parts_of(read_table(data / "splits/splits.parquet").to_pylist())
    pool = Pool(rows[key] for key in parts["train"] + parts["bank"])
    p = context.p
    encode = partial(embed, model=p.model, batch=p.batch)
    queries = {level: test_queries(rows, parts, level) for level in levels(parts)}
    chosen: dict[int, Chosen] = {}
    for level, asked in queries.items():
        of_settings = list(dict.fromkeys(map(examples_of, settings)))
        examples = choose_examples(asked, pool, of_settings, p.shots, context.seed, encode, reranker)
        chosen[level] = {(row["id"], row["setting"]): row["examples"] for row in examples}
    documented = documented_of(queries, rows, settings, context, encode)
    ids = {key for of_level in (*chosen.values(), *documented.values()) for some in of_level.values() for key in some}
    corpus = Corpus.load(data / "dataset", ids.union(*(parts[f"level{level}"] for level in chosen)))
    wording = Wording(context.seed, instruct.description_words)
    template = tool_template(context.model) if TOOLS in languages else None
    tests = []
    for level in chosen:
        asked_ids = parts[f"level{level}"]
        shown = (chosen[level], p, context.budget, documented[level], wording, template)
        tests += corpus.tests(asked_ids, level, languages, settings, *shown)
    cut = (
        len(chosen[test["level"]].get((test["id"], examples_of(test["setting"])), ())) > len(test["examples"])
        for test in tests
    )
    reasons = Counter(test["no_grammar"] for test in tests if test["no_grammar"] is not None)
    figures: Row = {"tests": len(tests), "examples_left_out_for_length": sum(cut)}
    if TOOLS in languages:
        figures["chat_template"] = template is not None
    return tests, figures | ({"without_grammar": dict(sorted(reasons.items()))} if reasons else {})


def documented_of(
    queries: Mapping[int, Sequence[Row]],
    rows: Mapping[str, Row],
    settings: Sequence[str],
    context: Context,
    encode: Embed,
) -> dict[int, Chosen]:
    """Of each level the operations that its prompts document (`choose_documented`). rows: all operations by id."""
    some = [setting for setting in settings if setting in DOCUMENTED]
    if not some:
        return {level: {} for level in queries}
    pool = candidates(list(rows.values()))
    chosen: dict[int, Chosen] = {}
    for level, asked in queries.items():
        score = cosine(asked, pool, encode) if needs_ranking(some) else None
        chosen[level] = choose_documented(asked, pool, some, context.p.documented, context.seed, score)
    return chosen
