"""The whole of params.yaml: every section, and what must fit together. Each section's class lives with its step."""

from __future__ import annotations

from pathlib import Path

from pydantic import model_validator

from apipack.dataset.params import Dedupe, Filter, Release, Sample, Split
from apipack.evaluation.params import DOCUMENTED, Evaluate, Report
from apipack.hubs.params import Crawl, Snapshot
from apipack.instructions.params import Instruct
from apipack.languages.params import Mix, Render, weights
from apipack.operations.params import Parse
from apipack.retrieval.params import Rerank, Retrieve
from apipack.sandbox.params import Verify
from apipack.section import Positive, Seed, check, read
from apipack.tasks.params import Engine
from apipack.training.params import Finetune


class Params(Engine):
    """size: training instances."""

    seed: Seed
    size: Positive
    mix: Mix
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
        if self.instruct.values == "spoken" and not self.parse.forms:
            raise ValueError("instruct.values is spoken, but parse.forms is false: variants are filled in from forms")
        if "reranked_3shot" in self.evaluate.settings and self.rerank.kind == "none":
            raise ValueError("evaluate.settings has reranked_3shot, but rerank.kind is none")
        if leaking := sorted(set(self.sample.positional) & set(self.evaluate.languages)):
            raise ValueError(f"sample.positional has {leaking}, which evaluate.languages tests")
        if 4 in self.evaluate.levels and not self.split.held_out_sources:
            raise ValueError("evaluate.levels has 4, but split.held_out_sources names no source")
        if self.evaluate.new_tokens >= self.finetune.max_tokens:
            raise ValueError("evaluate.new_tokens leaves no room for a prompt in finetune.max_tokens")
        if self.sample.form == "tools":
            self._has_tools()
        if not any(weights(self.mix, self.render.languages).values()):
            raise ValueError("mix gives no language a positive weight")
        return self

    def _has_tools(self) -> None:
        if bare := [name for name in self.sample.settings if not name.startswith(DOCUMENTED)]:
            raise ValueError(f"sample.form tools needs settings with documentation, not {', '.join(bare)}")
        if sum(map(bool, weights(self.mix, self.render.languages).values())) > 1:
            raise ValueError(
                "sample.form tools has no languages: give one of mix a weight, which says how many are drawn"
            )


def load(path: Path | str = "params.yaml") -> Params:
    """Read and check all of params.yaml; raises `section.ParamsError`."""
    return check(Params, read(path), path)
