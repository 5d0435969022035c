"""Operations and calls of the filtered dataset in memory, and the prompts of tests made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from apipack.io import by_id, read_table
from apipack.languages.rendering import render_rows
from apipack.models.chat import OWN_FORM, CallForm, ToolTemplate
from apipack.operations.documentation import Documentation
from apipack.operations.tools import NoTool
from apipack.prompting.abstention import KINDS as ABSTENTIONS
from apipack.prompting.abstention import unanswerable
from apipack.prompting.call_grammar import call_grammar, tool_grammar
from apipack.prompting.grammar_terms import NoGrammar
from apipack.prompting.no_call import RULE
from apipack.prompting.prompts import Budget, Shot, completion, fitting, prompt
from apipack.prompting.tool_prompts import of_tools
from apipack.prompting.toolbox import Toolbox
from apipack.records import TOOLS, Request
from apipack.retrieval.documented import OTHER_API, examples_of
from apipack.retrieval.examples import OPEN
from apipack.retrieval.params import Retrieve

Row = dict[str, Any]
Chosen = Mapping[tuple[str, str], Sequence[str]]
"""(operation id, setting) → ids of the few-shot examples or of the documented operations, best last."""

ASKED = ("instruction", "request", "values")


def asked_at(row: Row, level: int) -> tuple[str, str, str | None]:
    """(instruction, request JSON, the values that it says or None) of a test; level 1 asks in the other wording, for a
    call of its own values."""
    instruction, request, values = (row[f"test_{name}" if level == 1 else name] for name in ASKED)
    return instruction, request, values if row["hint"] is not None else None


def written(language: str, request: str) -> str | None:
    """The call of a request (`Request.to_json`), None where the language's client cannot send it."""
    calls, _ = render_rows([("", request)], [language])
    return next(iter(calls["call"].to_pylist()), None)


def tool_call(row: Row, request: str) -> str | None:
    """The call of an operation's tool that makes a request, None where there is none."""
    try:
        return Toolbox(()).call(row, Request.from_json(request))
    except NoTool:
        return None


class Told(NamedTuple):
    """What a prompt documents. operations: ids, best last. text: empty where it is nothing. shown: what the text has of
    each. toolbox: the same as tools, in their form alone."""

    operations: Sequence[str] = ()
    text: str = ""
    shown: Sequence[Documentation] = ()
    toolbox: Toolbox | None = None


class Wording(NamedTuple):
    """seed: of an instruction's words. words: of the description at most."""

    seed: int
    words: int


def grammar_of(
    documented: Sequence[Documentation],
    language: str,
    abstain: bool = False,
    toolbox: Toolbox | None = None,
    form: CallForm | None = OWN_FORM,
) -> tuple[str | None, str | None]:
    """(the grammar of the calls that documentation allows, why there is none); nothing of both for no documentation.
    abstain: the grammar also allows to write that there is none, and to ask for a required argument. toolbox: the
    same as tools, where calls are of these; form: of such calls, None for one that has no grammar.
    """
    if not documented:
        return None, None
    try:
        if toolbox is not None:
            return (None, "chat_template") if form is None else (tool_grammar(toolbox, abstain, form), None)
        return call_grammar(documented, language, abstain), None
    except NoGrammar as error:
        return None, error.reason


@dataclass(frozen=True, slots=True)
class Corpus:
    """rows: operations with their instructions, by id. calls: by (id, language)."""

    rows: dict[str, Row]
    calls: dict[tuple[str, str], str]

    @classmethod
    def load(cls, folder: Path | str, ids: Iterable[str]) -> Corpus:
        """Read what the filter stage wrote of these operations; the whole hub does not fit into small memories."""
        return cls.read([Path(folder, "operations")], [Path(folder, "calls")], ids)

    @classmethod
    def read(cls, operations_of: Sequence[Path | str], calls_of: Sequence[Path | str], ids: Iterable[str]) -> Corpus:
        """The same from the tables, files or folders, that have these operations and their calls."""
        wanted = [("id", "in", set(ids))]
        operations = pa.concat_tables(read_table(path, filters=wanted) for path in operations_of)
        table = pa.concat_tables(read_table(path, filters=wanted) for path in calls_of)
        rows = by_id(operations)
        keys = zip(table["id"].to_pylist(), table["language"].to_pylist(), strict=True)
        return cls(rows, dict(zip(keys, table["call"].to_pylist(), strict=True)))

    def call(self, identifier: str, language: str, request: str) -> str | None:
        """The call of a request of an operation that has one in this language; None where there is none."""
        if language == TOOLS:
            return tool_call(self.rows[identifier], request)
        call = self.calls.get((identifier, language))
        return call if call is None or request == self.rows[identifier]["request"] else written(language, request)

    def own_call(self, identifier: str, language: str) -> str | None:
        """The call of an operation's own request."""
        return self.call(identifier, language, self.rows[identifier]["request"])

    def shots(self, ids: Sequence[str], language: str, p: Retrieve) -> list[Shot]:
        """Examples in one language; an operation without a call in it is passed over."""
        calls = [(i, self.own_call(i, language)) for i in ids]
        return [
            Shot(self.rows[i]["instruction"], completion(self.rows[i], language, call, p), i)
            for i, call in calls
            if call is not None
        ]

    def told(self, ids: Sequence[str], p: Retrieve, budget: Budget, language: str) -> Told:
        """What a prompt in this language documents of these operations; for calls of tools, it is these."""
        if language != TOOLS or not ids:
            return Told(ids, *self.documentation(ids, p, budget))
        room = p.documentation_tokens // len(ids)
        toolbox = Toolbox.of([self.rows[key] for key in ids], lambda text: budget.most([text], room) <= room)
        text = "\n\n".join([toolbox.text, *([RULE] if p.abstain else [])])
        return Told(ids, text, [tool.documentation.trimmed(tool.optional) for tool in toolbox.tools], toolbox)

    def documentation(self, ids: Sequence[str], p: Retrieve, budget: Budget) -> tuple[str, list[Documentation]]:
        """The text that documents these operations, each in its share of p.documentation_tokens, and what it shows of
        each."""
        shown = []
        for identifier in ids:
            room = p.documentation_tokens // len(ids)
            whole = Documentation.of(self.rows[identifier])
            shown.append(whole.shown(lambda text: budget.most([text], room) <= room))  # noqa: B023
        texts = [text for text, _ in shown] + ([RULE] if ids and p.abstain else [])
        return "\n\n".join(texts), [documentation for _, documentation in shown]

    def question(
        self, row: Row, setting: str, instruction: str, values: str | None, variant: int, wording: Wording | None
    ) -> tuple[str, str | None] | None:
        """(instruction, what is right where no call is, else None) of a setting; None where it has no such question."""
        if setting not in ABSTENTIONS or wording is None:
            return instruction, None
        return unanswerable(row, setting, instruction, values, variant, *wording)

    def described(self, row: Row, setting: str, examples: Sequence[Shot], operations: Sequence[str]) -> Row | None:
        """The operation whose API a prompt describes, None where it describes none."""
        if setting == OPEN:
            return self.rows[examples[-1].id] if examples else None
        return self.rows[operations[0]] if setting == OTHER_API else row

    def tests(
        self,
        ids: Sequence[str],
        level: int,
        languages: Sequence[str],
        settings: Sequence[str],
        chosen: Chosen,
        p: Retrieve,
        budget: Budget,
        documented: Chosen | None = None,
        wording: Wording | None = None,
        template: ToolTemplate | None = None,
    ) -> list[Row]:
        """Rows of schema TESTS: every id, language and setting. Level 1 asks in the other wording. Open-corpus prompts
        are not told the API: they describe the API of the best example. chosen: examples; documented: operations, by
        the settings that show them. wording: how an instruction that lacks a value is worded. An operation has no test
        of a setting in which no call is right where it has no such prompt. template: how the model is shown tools,
        where the one language is that of their calls."""
        tests = []
        form = OWN_FORM if template is None else template.form()
        for identifier in ids:
            row = self.rows[identifier]
            instruction, request, values = asked_at(row, level)
            told = {
                setting: self.told(operations, p, budget, languages[0])
                for setting in settings
                if (operations := (documented or {}).get((identifier, setting)))
            }
            for language in languages:
                reference = self.call(identifier, language, request)
                if reference is None:
                    continue
                for setting in settings:
                    question = self.question(row, setting, instruction, values, -1 if level == 1 else 0, wording)
                    if question is None or (setting in ABSTENTIONS and setting not in told):
                        continue
                    asks, abstain = question
                    examples = self.shots(chosen.get((identifier, examples_of(setting)), ()), language, p)
                    operations, documentation, shown, toolbox = told.get(setting, Told())
                    grammar, no_grammar = grammar_of(shown, language, p.abstain, toolbox, form)
                    api = self.described(row, setting, examples, operations)
                    shots = fitting(api, language, asks, examples, p, budget, documentation)
                    right = reference if toolbox is None else toolbox.call(row, Request.from_json(request))
                    tests.append(
                        {
                            **{key: row[key] for key in ("id", "api", "template", "arguments")},
                            "request": request,
                            "values": values,
                            "level": level,
                            "language": language,
                            "setting": setting,
                            "prompt": prompt(api, language, asks, shots, p, documentation),
                            "reference": right if abstain is None else abstain,
                            "last_example": self.own_call(shots[-1].id, language) if shots else None,
                            "examples": [shot.id for shot in shots],
                            "documented": list(operations),
                            "grammar": grammar,
                            "no_grammar": no_grammar,
                            "abstain": abstain,
                            **(of_tools(api, asks, shots, p, toolbox, template) if toolbox else {}),
                        }
                    )
        return tests
