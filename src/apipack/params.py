"""Typed params.yaml: every section a frozen model, every key checked before any work starts.

A typo, a wrong type or an impossible combination is a `ParamsError` of one line. Numbers written like
`3e-5` are read as numbers (YAML 1.2), whatever wrote the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML, YAMLError

from apipack.errors import UserError
from apipack.records import LANGUAGES

Language = Literal["curl", "libcurl", "java", "node", "python", "go", "ruby", "php", "swift", "javascript"]
Level = Literal[1, 2, 3]
Setting = Literal["0shot", "random_3shot", "retrieved_3shot", "reranked_3shot", "open_3shot", "oracle_3shot"]
Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]


class ParamsError(UserError):
    """params.yaml cannot be used; the message is one line that says where and why."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _as_number(value: Any) -> Any:
    """YAML 1.1 writers quote 3e-05 as text: take it for the number it is."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError(f"names {next(value for value in values if values.count(value) > 1)} twice")
    return values


Real = Annotated[float, BeforeValidator(_as_number)]
Once = AfterValidator(_each_once)


class Snapshot(Section):
    """The pinned npm package that embeds the hub's content. sha512: base64, as npm prints it."""

    package: str
    version: str
    sha512: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{86}==$")]


HubName = Literal["apis_guru", "swaggerhub", "rapidapi", "ibm"]


class SwaggerHubSearch(Section):
    """A part of the registry, as its search takes it."""

    query: str | None = None
    owner: str | None = None
    sort: Literal["NAME", "UPDATED", "CREATED", "OWNER", "BEST_MATCH", "TITLE"] | None = None
    order: Literal["ASC", "DESC"] | None = None


class SwaggerHub(Section):
    searches: Annotated[list[SwaggerHubSearch], Field(min_length=1)]


class RapidApiSearch(Section):
    term: str = ""
    categoryNames: list[str] = []


class RapidApi(Section):
    """accept_terms: that you have read the hub's terms of service and may crawl it."""

    accept_terms: bool
    searches: Annotated[list[RapidApiSearch], Field(min_length=1)]


class Ibm(Section):
    """urls: of documents, whole or from the hub's root. follow: also the links of pages below /apis/."""

    urls: list[str]
    follow: bool


class Crawl(Section):
    """limit: APIs to collect of each hub, None for all; limits: of single hubs. include, versions: of APIs.guru.
    delay: seconds between requests, None for the hub's default, which is the least that a public hub gets."""

    mode: Literal["replica", "live"]
    hubs: Annotated[list[HubName], Field(min_length=1), Once]
    limit: Positive | None
    limits: dict[HubName, Positive | None]
    include: list[str] | None
    versions: Literal["preferred", "all"]
    base_urls: dict[HubName, Annotated[str, Field(pattern=r"^https?://")]]
    delay: Annotated[Real, Field(ge=0)] | None
    swaggerhub: SwaggerHub
    rapidapi: RapidApi
    ibm: Ibm

    @model_validator(mode="after")
    def _can_be_crawled(self) -> Crawl:
        if "ibm" in self.hubs and not (self.ibm.urls or self.ibm.follow):
            raise ValueError("ibm has no list: give ibm.urls, or set ibm.follow")
        if "rapidapi" in self.hubs and self.mode == "live" and not self.rapidapi.accept_terms:
            raise ValueError(
                "a live crawl of rapidapi is opt-in: read its terms of service, then set rapidapi.accept_terms"
            )
        return self


class Parse(Section):
    """optional: also send the parameters and body members that are not required. max_bytes: of one spec."""

    optional: bool
    max_bytes: Positive


class Dedupe(Section):
    """threshold: rapidfuzz similarity from which two operations of a block are one."""

    threshold: Annotated[Real, Field(gt=0, le=1)]


class Render(Section):
    languages: Annotated[list[Language], Field(min_length=1), Once]


class Verify(Section):
    """operations: at most so many, drawn over strata, each in every rendered language (1000 for the full proof)."""

    operations: Positive


class Server(Section):
    """An OpenAI-compatible server. key_variable: environment variable with the key. concurrency: requests at once.

    timeout: seconds without an answer. price_in, price_out: of a million tokens, in any currency.
    """

    base_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] | None = None
    key_variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "OPENAI_API_KEY"
    concurrency: Annotated[int, Field(ge=1, le=256)] = 16
    timeout: Annotated[Real, Field(gt=0)] = 120.0
    price_in: Annotated[Real, Field(ge=0)] = 0.0
    price_out: Annotated[Real, Field(ge=0)] = 0.0


class Instruct(Section):
    """backend, model: what writes. likelihood, likelihood_model: what scores; `same` is the backend itself.

    description_words: words of an operation's description that an instruction may use. candidates: an operation.
    max_similarity: of the two wordings, where a candidate allows it. judge: what accepts candidates. batch:
    prompts at once in this process. attempts: of one request. rewrites: rounds in which rejected, refused or
    malformed completions are asked for again with other seeds. server: for the backend openai.
    """

    backend: Literal["template", "transformers", "openai", "vllm"]
    model: str
    likelihood: Literal["same", "template", "transformers", "openai", "vllm"]
    likelihood_model: str
    judge: Literal["rules", "model", "llm"]
    description_words: Positive
    candidates: Annotated[int, Field(ge=2, le=20)]
    max_similarity: Annotated[Real, Field(gt=0, le=1)]
    temperature: Annotated[Real, Field(ge=0, le=2)]
    top_p: Annotated[Real, Field(gt=0, le=1)]
    new_tokens: Positive
    batch: Positive
    attempts: Positive
    rewrites: Annotated[int, Field(ge=0, le=10)]
    server: Server


class Filter(Section):
    """Bounds in characters (max_request: URL, headers and body together; of instructions: of both wordings); english:
    least share of a wording written with the characters of plain English."""

    min_instruction: Positive
    max_instruction: Positive
    max_request: Positive
    max_call: Positive
    english: Annotated[Real, Field(ge=0, le=1)]


class Split(Section):
    """tests: operations a level. unseen_apis / unseen_endpoints: share held out for levels 3 and 2. similarity:
    from which on an operation is too like a trained one to be a level 3 test."""

    tests: Positive
    unseen_apis: Annotated[Real, Field(gt=0, lt=1)]
    unseen_endpoints: Annotated[Real, Field(gt=0, lt=1)]
    similarity: Annotated[Real, Field(gt=0, le=1)]


class Release(Section):
    """paper_json: also write JSON lines in the schema of the paper's dataset."""

    paper_json: bool


class Retrieve(Section):
    """shots: examples a prompt. model: sentence-transformers id, folder, or `embedded`.

    description_words: of the API description that a prompt carries. output: fields of a completion.
    """

    model: str
    shots: Annotated[int, Field(ge=1, le=8)]
    batch: Positive
    description_words: Annotated[int, Field(ge=0)]
    output: Annotated[list[Literal["domain", "api_call", "api_provider", "lang"]], Field(min_length=1), Once]

    @model_validator(mode="after")
    def _has_call(self) -> Retrieve:
        if "api_call" not in self.output:
            raise ValueError("output must contain api_call")
        return self


class Sample(Section):
    """few_shot: share of instances that also appear with examples, random or retrieved in turn. wordings: how many
    ways an instance is asked for without examples: its instruction and others, which the grammar words. The paper's
    half of the rows without and half with examples is one wording and a share of 1."""

    wordings: Positive
    few_shot: Annotated[Real, Field(ge=0, le=1)]


class Lora(Section):
    """layers: how many of the last layers are adapted, None for all. Gradients stop below them, so half the
    layers train about 1.7 times as fast."""

    r: Positive
    alpha: Positive
    dropout: Annotated[Real, Field(ge=0, lt=1)]
    layers: Positive | None


class Finetune(Section):
    """model: hub id, folder, or `embedded`. batch: rows of a micro-batch on each device, accumulate: micro-batches a
    step. save_every: share of all steps (or steps, from 1) after which a checkpoint is written, null for none."""

    model: str
    method: Literal["lora", "qlora", "full"]
    lora: Lora
    lr: Annotated[Real, Field(gt=0, lt=1)]
    epochs: Annotated[Real, Field(gt=0)]
    max_steps: Positive | None
    batch: Positive
    accumulate: Positive
    max_tokens: Positive
    warmup: Annotated[Real, Field(ge=0, lt=1)]
    gradient_checkpointing: bool
    compile: bool
    save_every: Annotated[Real, Field(gt=0)] | None
    bf16: Literal["auto", "yes", "no"]


class Rerank(Section):
    """kind: of cross-encoder: none, generic (any, as it is) or api (tuned here). depth: retrieved examples it orders.

    generic: hub id or folder. model: what `api` starts from, hub id, folder, or `embedded`. queries: training
    operations; examples: of each. max_tokens: of a pair. batch: pairs at once.
    """

    kind: Literal["none", "generic", "api"]
    depth: Positive
    generic: str
    model: str
    queries: Positive
    examples: Annotated[int, Field(ge=2)]
    epochs: Annotated[Real, Field(gt=0)]
    lr: Annotated[Real, Field(gt=0, lt=1)]
    batch: Positive
    max_tokens: Positive


class Served(Server):
    """A model behind an OpenAI-compatible server. model: the server's name for it. chat: ask it in chat turns; without,
    it goes on with the prompt at /completions, as a model in this process does. attempts: of one request."""

    model: str
    chat: bool = True
    attempts: Positive = 5


class Evaluate(Section):
    """backend: what runs the tuned and the un-tuned model; with openai none runs here. served: models behind servers,
    by the name that tables give them. base: also evaluate the un-tuned model. tests: operations a level and language,
    None for all. batch: prompts at once. new_tokens: most tokens a completion. execute: run what models wrote in the
    sandbox, where there is one; otherwise it is read back."""

    backend: Literal["transformers", "vllm", "openai"]
    served: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")], Served]
    languages: Annotated[list[Language], Field(min_length=1), Once]
    levels: Annotated[list[Level], Field(min_length=1), Once]
    settings: Annotated[list[Setting], Field(min_length=1), Once]
    tests: Positive | None
    base: bool
    batch: Positive
    new_tokens: Positive
    execute: bool
    threshold: Annotated[Real, Field(gt=0, lt=1)]

    @model_validator(mode="after")
    def _has_models(self) -> Evaluate:
        local = {"copy"} if self.backend == "openai" else {"copy", "tuned", "base"}
        if taken := sorted(local & set(self.served)):
            raise ValueError(f"served names {', '.join(taken)}, a row that is made here; take another name")
        if self.backend == "openai" and not self.served:
            raise ValueError("backend openai runs no model here: name at least one in served")
        return self


class Report(Section):
    experiment: str


class Ray(Section):
    """address: of the cluster that `engine: ray` uses, `auto` for the one that runs on this machine."""

    address: str


class Params(Section):
    """engine: where data stages run; workers: processes on this machine, None for all cores; neither changes a
    byte of what is made. size: training instances. mix: language → weight, `other` is each language that is not
    named."""

    seed: int
    engine: Literal["local", "ray"]
    workers: Positive | None
    ray: Ray
    size: Positive
    mix: dict[Language | Literal["other"], Annotated[Real, Field(ge=0)]]
    snapshot: Snapshot
    crawl: Crawl
    parse: Parse
    dedupe: Dedupe
    render: Render
    verify: Verify
    instruct: Instruct
    filter: Filter
    split: Split
    release: Release
    retrieve: Retrieve
    sample: Sample
    finetune: Finetune
    rerank: Rerank
    evaluate: Evaluate
    report: Report

    @model_validator(mode="after")
    def _fits_together(self) -> Params:
        rendered: set[str] = set(self.render.languages)
        if unknown := sorted(set(self.evaluate.languages) - rendered):
            raise ValueError(f"evaluate.languages has {unknown}, which render.languages does not make")
        named = {str(name) for name, weight in self.mix.items() if weight and name != "other"}
        if extra := sorted(named - rendered):
            raise ValueError(f"mix has {extra}, which render.languages does not make")
        if "reranked_3shot" in self.evaluate.settings and self.rerank.kind == "none":
            raise ValueError("evaluate.settings has reranked_3shot, but rerank.kind is none")
        if self.evaluate.new_tokens >= self.finetune.max_tokens:
            raise ValueError("evaluate.new_tokens leaves no room for a prompt in finetune.max_tokens")
        if not any(self.weights().values()):
            raise ValueError("mix gives no language a positive weight")
        return self

    def cores(self) -> int:
        """Processes or threads of this machine that a stage may use."""
        return self.workers or os.cpu_count() or 1

    def weights(self) -> dict[str, float]:
        """Weight of every rendered language, in the order of `records.LANGUAGES`."""
        other = self.mix.get("other", 0.0)
        return {name: self.mix.get(name, other) for name in LANGUAGES if name in self.render.languages}


def load(path: Path | str = "params.yaml") -> Params:
    """Read and check params.yaml; raises `ParamsError`."""
    try:
        raw = YAML(typ="safe", pure=True).load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path}: no such file; run from the repository's root") from error
    except YAMLError as error:
        raise ParamsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise ParamsError(f"{path}: {where}: {first['msg']}, got {first['input']!r:.80}{more}") from error
