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
from apipack.models.chat import tool_template
from apipack.models.places import token_counter
from apipack.prompting.abstention import KINDS as ABSTENTIONS
from apipack.prompting.corpus import Corpus, Told, Wording
from apipack.prompting.prompts import Budget, Shot, completion, fitting, pieces
from apipack.prompting.schemas import TRAIN
from apipack.prompting.tool_prompts import instance
from apipack.records import TOOLS, Request
from apipack.retrieval.documented import SPEC
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
    of_tools = rules["form"] == "tools"
    base, template = (SPEC, tool_template(rules["model"])) if of_tools else (ZERO, None)
    calls = _calls(corpus, drawn, asked)
    rows: list[Row] = []
    for identifier, wanted, shown in drawn:
        row = corpus.rows[identifier]
        first = own(row)
        for language, number in wanted.items():
            setting, examples, documented = shown.get(language, (ZERO, [], []))
            form = TOOLS if of_tools else language
            shots = corpus.shots(examples, form, p)
            shown_as: list[tuple[str, list[Shot], Told]] = [
                (base, [], corpus.told([identifier] if of_tools else [], p, budget, form))
            ]
            if setting not in (ZERO, base):
                shown_as.append((setting, shots, corpus.told(documented, p, budget, form)))
            for index in range(number):
                way = asked[identifier][index] if index < len(asked[identifier]) else first
                call = corpus.call(identifier, TOOLS, way.request) if of_tools else calls.get((language, way.request))
                if call is None:
                    way, call = first, corpus.own_call(identifier, form)
                if call is None:
                    counts["without_tool_call"] += 1
                    continue
                counts["repeated"] += bool(index) and way == first
                for name, some, (operations, documentation, _, toolbox) in shown_as:
                    question = corpus.question(row, name, way.instruction, way.values, index, wording)
                    if question is None or (name in ABSTENTIONS and not operations):
                        counts["without_abstention"] += 1
                        continue
                    asks, abstain = question
                    about = corpus.described(row, name, [], operations)
                    fit = fitting(about, form, asks, some, p, budget, documentation)
                    if toolbox is None:
                        text = pieces(about, form, asks, fit, p, documentation)
                        answer = abstain or completion(row, form, call, p)
                    else:
                        of_tool = abstain or toolbox.call(row, Request.from_json(way.request))
                        *text, answer = instance(about, asks, fit, p, toolbox, documentation, of_tool, template)
                    rows.append(
                        {
                            "id": identifier,
                            "language": form,
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
    firsts = [row for row in rows if row["setting"] == base]
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
