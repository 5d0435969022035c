"""Training rows of some operations: their variants, the calls of these, and examples for some: the work of one task."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from apipack.instructions.params import Instruct
from apipack.instructions.variants import Asked, own, ways
from apipack.io import rows_table, write_table
from apipack.languages.rendering import render_rows
from apipack.models.places import token_counter
from apipack.prompting.abstention import KINDS as ABSTENTIONS
from apipack.prompting.corpus import Corpus, Wording
from apipack.prompting.prompts import Budget, completion, fitting, pieces
from apipack.prompting.schemas import TRAIN
from apipack.retrieval.examples import ZERO
from apipack.retrieval.params import Retrieve

Row = dict[str, Any]
Counts = dict[str, int]
Shown = dict[str, tuple[str, list[str], list[str]]]
"""Language → (setting, ids of the examples, ids of the documented operations), best last."""
_counter = cache(token_counter)


def training_part(
    files: list[str], out: str, drawn: list[tuple[str, Counts, Shown]], rules: dict[str, Any]
) -> dict[str, Any]:
    """Write the rows (schema TRAIN) of these operations and return their counts and digests.

    files: the parts of the dataset that have the operations and their examples, then those of their calls, as many.
    rules: of `training.rules`.
    """
    ids = {identifier for identifier, *_ in drawn}
    shown_to = [languages for _, _, shown in drawn for languages in shown.values()]
    ids |= {identifier for _, examples, documented in shown_to for identifier in (*examples, *documented)}
    corpus = Corpus.read(files[: len(files) // 2], files[len(files) // 2 :], ids)
    p, budget = Retrieve.model_validate(rules["retrieve"]), Budget(rules["budget"], _counter(rules["model"]))
    counts: Counter[str] = Counter()
    choice, seed, longest = Instruct.model_construct(**rules["instruct"]), rules["seed"], rules["max_request"]
    asked = {
        identifier: list(ways(corpus.rows[identifier], max(n.values()), seed, choice, longest))
        for identifier, n, _ in drawn
    }
    wording = Wording(seed, choice.description_words)
    calls = _calls(corpus, drawn, asked)
    rows: list[Row] = []
    for identifier, wanted, shown in drawn:
        row = corpus.rows[identifier]
        first = own(row)
        for language, number in wanted.items():
            setting, examples, documented = shown.get(language, (ZERO, [], []))
            shots = corpus.shots(examples, language, p)
            documentation, _ = corpus.documentation(documented, p, budget)
            for index in range(number):
                way = asked[identifier][index] if index < len(asked[identifier]) else first
                call = calls.get((language, way.request))
                if call is None:
                    way, call = first, corpus.calls[identifier, language]
                counts["repeated"] += bool(index) and way == first
                for name, some, told in ((ZERO, [], ""), (setting, shots, documentation))[: 1 + (setting != ZERO)]:
                    question = corpus.question(row, name, way.instruction, way.values, index, wording)
                    if question is None or (name in ABSTENTIONS and not told):
                        counts["without_abstention"] += 1
                        continue
                    asks, abstain = question
                    about = corpus.described(row, name, [], documented)
                    fit = fitting(about, language, asks, some, p, budget, told)
                    text = pieces(about, language, asks, fit, p, told)
                    answer = completion(row, language, call, p) if abstain is None else abstain
                    rows.append(
                        {
                            "id": identifier,
                            "language": language,
                            "variant": index,
                            "setting": name,
                            "prompt": "".join(text),
                            "completion": answer,
                            "tokens": budget.most([*text, answer], rules["max_tokens"] - 1) + 1,  # and the EOS
                        }
                    )
    write_table(out, rows_table(rows, TRAIN))
    counts.update(f"setting_{row['setting']}" for row in rows)
    counts["too_long"] += sum(row["tokens"] > rules["max_tokens"] for row in rows)
    firsts = [row for row in rows if row["setting"] == ZERO]
    return {
        "rows": len(rows),
        "counts": counts,
        "calls": digests(row["completion"] for row in firsts),
        "instances": digests(row["prompt"] + row["completion"] for row in firsts),
    }


def _calls(
    corpus: Corpus, drawn: Sequence[tuple[str, Counts, Shown]], asked: dict[str, list[Asked]]
) -> dict[tuple[str, str], str]:
    """(language, request) → call, for every variant; none where the language's client cannot send it."""
    calls: dict[tuple[str, str], str] = {}
    missing: dict[str, dict[str, None]] = {}
    for identifier, wanted, _ in drawn:
        request = corpus.rows[identifier]["request"]
        for language, number in wanted.items():
            calls[language, request] = corpus.calls[identifier, language]
            others = (way.request for way in asked[identifier][:number])
            missing.setdefault(language, {}).update(dict.fromkeys(others))
    for language, requests in missing.items():
        rendered, _ = render_rows(((text, text) for text in requests if (language, text) not in calls), [language])
        pairs = zip(rendered["id"].to_pylist(), rendered["call"].to_pylist(), strict=True)
        calls |= {(language, text): call for text, call in pairs}
    return calls


def digests(texts: Iterable[str]) -> list[int]:
    """A number of 63 bits for each text."""
    return [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1 for text in texts]
