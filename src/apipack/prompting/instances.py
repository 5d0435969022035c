"""Training rows of some operations: their variants, the calls of these, and examples for some: the work of one task."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from apipack.instructions.params import Instruct
from apipack.instructions.variants import Asked, own, ways
from apipack.io import rows_table, write_table
from apipack.languages.rendering import render_rows
from apipack.models.chat import ToolTemplate, tool_template
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
    rules: what `training.write_training` hands to every task.
    """
    instances = _instances(files, drawn, rules)
    rows = [
        row
        for identifier, wanted, shown in drawn
        for language, number in wanted.items()
        for row in instances.rows(identifier, language, number, shown.get(language, (ZERO, [], [])))
    ]
    write_table(out, rows_table(rows, TRAIN))
    counts = instances.counts
    counts.update(f"setting_{row['setting']}" for row in rows)
    counts["too_long"] += sum(row["tokens"] > rules["max_tokens"] for row in rows)
    firsts = [row for row in rows if row["setting"] == instances.base]
    return {
        "rows": len(rows),
        "counts": counts,
        "calls": digests(row["completion"] for row in firsts),
        "instances": digests(row["prompt"] + row["completion"] for row in firsts),
    }


def _instances(files: list[str], drawn: Sequence[tuple[str, Counts, Shown]], rules: dict[str, Any]) -> _Instances:
    ids = {identifier for identifier, *_ in drawn}
    shown_to = [languages for _, _, shown in drawn for languages in shown.values()]
    ids |= {identifier for _, examples, documented in shown_to for identifier in (*examples, *documented)}
    corpus = Corpus.read(files[: len(files) // 2], files[len(files) // 2 :], ids)
    choice, seed, longest = Instruct.model_construct(**rules["instruct"]), rules["seed"], rules["max_request"]
    asked = {
        identifier: list(ways(corpus.rows[identifier], max(n.values()), seed, choice, longest))
        for identifier, n, _ in drawn
    }
    return _Instances(
        corpus=corpus,
        p=Retrieve.model_validate(rules["retrieve"]),
        budget=Budget(rules["budget"], _counter(rules["model"])),
        longest=rules["max_tokens"],
        wording=Wording(seed, choice.description_words),
        of_tools=rules["form"] == "tools",
        template=tool_template(rules["model"]) if rules["form"] == "tools" else None,
        asked=asked,
        calls=_calls(corpus, drawn, asked),
    )


class _View(NamedTuple):
    """How a prompt shows an instance: what its setting is called, its examples, and what it documents."""

    setting: str
    examples: list[Shot]
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instances:
    """asked: variants by operation. calls: by (language, request). longest: tokens of a row that can be trained on.
    template: how the model is shown tools, where calls are of tools."""

    corpus: Corpus
    p: Retrieve
    budget: Budget
    longest: int
    wording: Wording
    of_tools: bool
    template: ToolTemplate | None
    asked: dict[str, list[Asked | None]]
    calls: dict[tuple[str, str], str]
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def base(self) -> str:
        """The setting of an instance that is shown nothing, or of a tool, which has to be shown."""
        return SPEC if self.of_tools else ZERO

    def rows(
        self, identifier: str, language: str, number: int, shown: tuple[str, list[str], list[str]]
    ) -> Iterator[Row]:
        """Rows of the first `number` variants of an operation, each in the base setting and in that of `shown`."""
        form = TOOLS if self.of_tools else language
        views = self._views(identifier, form, *shown)
        for index, way, call in self._variants(identifier, language, number):
            for view in views:
                row = self._row(self.corpus.rows[identifier], form, index, way, call, view)
                if row is None:
                    self.counts["without_abstention"] += 1
                else:
                    yield row

    def _views(
        self, identifier: str, form: str, setting: str, examples: list[str], documented: list[str]
    ) -> list[_View]:
        def told(ids: list[str]) -> Told:
            return self.corpus.told(ids, self.p, self.budget, form)

        views = [_View(self.base, [], told([identifier] if self.of_tools else []))]
        if setting not in (ZERO, self.base):
            views.append(_View(setting, self.corpus.shots(examples, form, self.p), told(documented)))
        return views

    def _variants(self, identifier: str, language: str, number: int) -> Iterator[tuple[int, Asked, str]]:
        """Number, variant and call; where there is no such variant, or no call of it, the operation's own repeated."""
        asked, first = self.asked[identifier], own(self.corpus.rows[identifier])
        for index in range(number):
            way = asked[index] or first
            call = (
                self.corpus.call(identifier, TOOLS, way.request)
                if self.of_tools
                else self.calls.get((language, way.request))
            )
            if call is None:
                way, call = first, self.corpus.own_call(identifier, TOOLS if self.of_tools else language)
            if call is None:
                self.counts["without_tool_call"] += 1
                continue
            self.counts["repeated"] += bool(index) and way == first
            yield index, way, call

    def _row(self, row: Row, form: str, index: int, way: Asked, call: str, view: _View) -> Row | None:
        """A row of schema TRAIN; None where the setting has no such question."""
        operations, documentation, _, toolbox = view.told
        question = self.corpus.question(row, view.setting, way.instruction, way.values, index, self.wording)
        if question is None or (view.setting in ABSTENTIONS and not operations):
            return None
        asks, abstain = question
        about = self.corpus.described(row, view.setting, [], operations)
        fit = fitting(about, form, asks, view.examples, self.p, self.budget, documentation)
        if toolbox is None:
            text = pieces(about, form, asks, fit, self.p, documentation)
            answer = abstain or completion(row, form, call, self.p)
        else:
            of_tool = abstain or toolbox.call(row, Request.from_json(way.request))
            *text, answer = instance(about, asks, fit, self.p, toolbox, documentation, of_tool, self.template)
        return {
            "id": row["id"],
            "language": form,
            "variant": index,
            "setting": view.setting,
            "prompt": "".join(text),
            "completion": answer,
            "tokens": self.budget.most([*text, answer], self.longest - 1) + 1,  # and the EOS
        }


def _calls(
    corpus: Corpus, drawn: Sequence[tuple[str, Counts, Shown]], asked: dict[str, list[Asked | None]]
) -> dict[tuple[str, str], str]:
    """(language, request) → call, for every variant; none where the language's client cannot send it."""
    calls: dict[tuple[str, str], str] = {}
    missing: dict[str, dict[str, None]] = {}
    for identifier, wanted, _ in drawn:
        request = corpus.rows[identifier]["request"]
        for language, number in wanted.items():
            calls[language, request] = corpus.calls[identifier, language]
            others = (way.request for way in asked[identifier][:number] if way)
            missing.setdefault(language, {}).update(dict.fromkeys(others))
    for language, requests in missing.items():
        rendered, _ = render_rows(((text, text) for text in requests if (language, text) not in calls), [language])
        pairs = zip(rendered["id"].to_pylist(), rendered["call"].to_pylist(), strict=True)
        calls |= {(language, text): call for text, call in pairs}
    return calls


def digests(texts: Iterable[str]) -> list[int]:
    """A number of 63 bits for each text."""
    return [int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1 for text in texts]
