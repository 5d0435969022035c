"""One instruction to one call: examples are retrieved, the tuned model writes, the call is read back and checked."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from apipack.errors import UserError
from apipack.evaluation.apis import Apis
from apipack.evaluation.arguments import Argument, every_argument, is_set_aside
from apipack.evaluation.specifications import specifications
from apipack.evaluation.verdicts import Verdict, check
from apipack.io import read_table
from apipack.languages.codec import Reading
from apipack.models.embedding import embed
from apipack.models.places import token_counter
from apipack.openapi.argument_names import snake
from apipack.operations.forms import argument_names
from apipack.params import Params
from apipack.prompting.corpus import Corpus, grammar_of
from apipack.prompting.no_call import ASK, NO_CALL, abstained
from apipack.prompting.prompts import Budget, extract_call, fitting, prompt
from apipack.records import Output, Request
from apipack.retrieval.documented import CANDIDATE_COLUMNS, SPEC_RETRIEVED, candidates, choose_documented, examples_of
from apipack.retrieval.examples import OPEN, RETRIEVED, ZERO, Embed, Pool, choose_examples, cosine, rank

Row = dict[str, Any]
Write = Callable[[str, str | None], Output]
"""A prompt, and a grammar to keep to or None, to what a model makes of it."""
SETTINGS = (RETRIEVED, SPEC_RETRIEVED, f"{SPEC_RETRIEVED}_3shot")
NEAREST = 500
"""Candidates by their words that are embedded, since a CPU takes a quarter of an hour for those of the whole hub."""


class AskError(UserError):
    """Nothing can be asked of what was named; the message is one line."""


@dataclass(frozen=True, slots=True)
class Source:
    """What can be asked about. pool: possible examples. corpus: ids → the rows and calls of those. apis: the
    specifications behind them. api: whose examples are wanted, None for those of any."""

    pool: Pool
    corpus: Callable[[list[str]], Corpus]
    apis: Apis
    api: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """request: what the call sends, or None where that is not certain. operation: `METHOD path` that it goes to.
    examples: instruction, id and call of each that the prompt shows, best last. documented: `METHOD URL: functionality`
    of each operation that it documents, best last. free: why there is no grammar of their calls, in one word. unsaid:
    required arguments of the call whose value the instruction does not say. abstained: what is written instead of a
    call (`prompting.no_call`). cut: it used all tokens that it was given."""

    call: str
    request: Request | None
    operation: str | None
    verdict: Verdict
    examples: list[Row]
    prompt: str
    unsaid: tuple[str, ...] = ()
    abstained: str | None = None
    documented: tuple[str, ...] = ()
    free: str | None = None
    cut: bool = False

    def to_row(self) -> Row:
        """JSON-able, with the request's four fields."""
        request = json.loads(self.request.to_json()) if self.request else None
        verdict = {"valid": self.verdict.valid, "problems": list(self.verdict.broken_rules or ())}
        return {
            "call": self.call,
            "request": request,
            "operation": self.operation,
            **verdict,
            "unsaid": list(self.unsaid),
            "abstained": self.abstained,
            "documented": list(self.documented),
            "free": self.free,
            "cut": self.cut,
            "examples": self.examples,
        }

    def to_text(self) -> str:
        """The call, or what is written instead of it, and below it what is known about it."""
        shown = [f"documented: {operation}" for operation in self.documented]
        shown += [f"example: {example['instruction']}" for example in self.examples]
        return f"{self.call}\n\n" + "\n".join([*self._told(), *shown])

    def _told(self) -> Iterator[str]:
        if self.abstained is not None:
            yield f"no call: {'; '.join(self.verdict.broken_rules or ())}"
            return
        yield f"request: {self.request.to_json() if self.request else 'none'}"
        yield f"operation: {self.operation or 'none'}"
        yield f"valid: {'yes' if self.verdict.valid else 'no: ' + '; '.join(self.verdict.broken_rules or ())}"
        if self.unsaid:
            yield f"unsaid: {', '.join(self.unsaid)}"
        if self.cut:
            yield "cut off: the model wrote no end; a larger `evaluate.new_tokens` gives it more room"
        if self.free is not None:
            yield f"written freely: there is no grammar ({self.free})"


def of_dataset(data: Path, language: str, api: str | None) -> Source:
    """The repository's own dataset: calls of one API, or of all. Raises `AskError` for an API that it does not have."""
    apis = set(read_table(data / "dataset/operations", ["api"])["api"].to_pylist())
    if api is not None and api not in apis:
        near = difflib.get_close_matches(api, apis, 3, 0.4)
        more = f"; like it: {', '.join(near)}" if near else f"; there are {len(apis)}"
        raise AskError(f"the dataset has no API {api:.80}{more}")
    calls = read_table(data / "dataset/calls", ["id"], [("language", "=", language)])
    spoken = set(calls["id"].to_pylist())
    wanted = [("api", "=", api)] if api is not None else None
    rows = read_table(data / "dataset/operations", CANDIDATE_COLUMNS, wanted).to_pylist()
    pool = Pool(row for row in rows if row["id"] in spoken)
    if not pool.rows:
        raise AskError(
            f"the dataset has no {language} calls{f' of {api}' if api else ''}; render.languages makes others"
        )
    return Source(pool, partial(Corpus.load, data / "dataset"), Apis.of_crawl(data), api)


def of_specification(file: Path, language: str, p: Params) -> Source:
    """The calls that a specification gives. Raises `AskError` for one that cannot be read or gives none."""
    own = specifications([file], [language], p)
    name = file.as_posix()
    if name in own.unread:
        raise AskError(f"{file}: {own.unread[name]}")
    pool = Pool(own.callable())
    if not pool.rows:
        raise AskError(f"{file}: no operation gives a {language} call; `apipack calls {file}` says why")
    corpus = Corpus({row["id"]: row for row in own.rows}, own.calls)
    return Source(pool, lambda ids: corpus, own.apis, name)


def ask(
    instruction: str, source: Source, language: str, p: Params, write: Write, setting: str = SPEC_RETRIEVED
) -> Answer:
    """The call that the model writes for an instruction, and what is known about it. setting: one of SETTINGS; where it
    shows documentation, the model is given the grammar of the calls that this allows, if there is one."""
    query = {"id": "", "cluster": "", "api": source.api, "instruction": instruction}
    examples_by = RETRIEVED if source.api is not None else OPEN
    encode = partial(embed, model=p.retrieve.model, batch=p.retrieve.batch)
    near = _near(query, source.pool)
    (chosen,) = choose_examples([query], near, [examples_by], p.retrieve.shots, p.seed, encode)
    best_id = chosen["examples"][-1]
    ids = [] if examples_of(setting) == ZERO else chosen["examples"]
    documented = _documented(query, best_id, source, p, encode) if setting != RETRIEVED else []
    corpus = source.corpus([*ids, *documented, best_id])
    best = corpus.rows[best_id]
    budget = Budget(p.finetune.max_tokens - p.evaluate.new_tokens, token_counter(p.finetune.model))
    documentation, shown = corpus.documentation(documented, p.retrieve, budget)
    grammar, free = grammar_of(shown, language, p.retrieve.abstain)
    examples_fit = corpus.shots(ids, language, p.retrieve)
    shots = fitting(best, language, instruction, examples_fit, p.retrieve, budget, documentation)
    text = prompt(best, language, instruction, shots, p.retrieve, documentation)
    examples = [
        {"instruction": shot.instruction, "id": shot.id, "call": corpus.calls[shot.id, language]} for shot in shots
    ]
    output, cut = write(text, grammar)
    told = partial(
        Answer,
        examples=examples,
        prompt=text,
        documented=tuple(f"{one.method} {one.template}: {one.says}" for one in shown),
        free=free,
        cut=bool(cut),
    )
    if (instead := abstained(output)) is not None:
        return told(instead, None, None, _no_call(instead), abstained=instead)
    call = Reading.of(language, extract_call(output, language))
    operation, verdict = check(call, best["spec_sha256"], source.apis)
    unsaid = tuple(_unsaid(instruction, call.request, operation, best["api"], corpus.rows.values()))
    return told(call.code, call.request, operation, verdict, unsaid=unsaid)


def _no_call(instead: str) -> Verdict:
    name = instead.removeprefix(ASK)
    why = "no operation does what is asked" if instead == NO_CALL else f"the instruction does not say {name}"
    return Verdict(readable=False, broken_rules=(why,))


def _unsaid(
    instruction: str, request: Request | None, operation: str | None, api: str, rows: Iterable[Row]
) -> Iterator[str]:
    """Names of the required arguments of a call whose value does not stand in the instruction. rows: of the operations
    that the prompt shows; of others nothing is told."""
    row = next((row for row in rows if row["api"] == api and f"{row['method']} {row['path']}" == operation), None)
    if request is None or row is None:
        return
    declared = json.loads(row["arguments"])
    required = {
        (place, name.lower() if place == "header" else name)
        for name, place, is_required, _, is_fixed in declared
        if is_required and not is_fixed
    }
    in_body = _required_members(row)
    for sent in every_argument(request, row["template"]):
        if is_set_aside(sent._replace(value="")):  # by its name: a credential's stand-in may stand elsewhere
            continue
        key = (sent.place, _member(sent.name)) if sent.place == "body" else (sent.place, sent.name)
        if (key in required or key in in_body) and not _stands(sent, instruction):
            yield sent.name


def _required_members(row: Row) -> set[tuple[str, str]]:
    """Of the body, as `_member` has them."""
    form = json.loads(row["form"])
    if "body" not in form:
        return set()
    return {("body", name) for name in argument_names({"parameters": [], "body": form["body"]})[0]}


def _member(path: str) -> str:
    """The dotted path of a leaf as forms name it, without numbers of items."""
    return snake(".".join(part for part in path.split(".") if not part.isdecimal()))


def _stands(sent: Argument, instruction: str) -> bool:
    """Whether a value stands in the instruction, or each of those that a delimiter joins. A yes or no is said in other
    words."""
    if sent.kind in ("boolean", "null"):
        return True
    value = json.loads(sent.value) if sent.kind == "string" else sent.value

    def said(text: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", instruction, re.IGNORECASE) is not None

    if sent.place == "path":  # of style matrix or label
        value = re.sub(r"^\.|;[^=;]*=", ",", value)
    return said(value) or (sent.place != "body" and all(said(part) for part in re.split(r"[,|]", value) if part))


def _documented(query: Row, best: str, source: Source, p: Params, encode: Embed) -> list[str]:
    """Ids of the operations that fit the query best, of the API of its best example."""
    (api,) = (row["api"] for row in source.pool.rows if row["id"] == best)
    asked = {**query, "api": api}
    described = _near(asked, candidates([row for row in source.pool.rows if row["api"] == api]))
    score = cosine([asked], described, encode)
    documented = choose_documented([asked], described, [SPEC_RETRIEVED], p.retrieve.documented, p.seed, score)
    return documented[query["id"], SPEC_RETRIEVED]


def _near(query: Row, pool: Pool) -> Pool:
    """The `NEAREST` candidates of the query's API, or of any where it has none."""
    if len(pool.rows) <= NEAREST:
        return pool
    from apipack.retrieval.words import by_words  # and with it scikit-learn, a second

    (places,) = rank([query], pool, by_words([query], pool), NEAREST, everywhere=query["api"] is None)
    return Pool(pool.rows[at] for at in places)
