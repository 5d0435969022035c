"""A folder in data/gpu for each mix and size: what `stages.finetune` and `stages.evaluate` read.

Where a mix has fewer instances than a size, all there are make the run, and its name says how many. A folder that is
there already, of the same parameters and data, stays; params.yaml begins with the hash of the data.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from apipack.dataset.sampling import shares
from apipack.evaluation.accuracy import select
from apipack.io import fresh_folder, read_table, rows_table, write_table
from apipack.languages.params import weights
from apipack.params import Params, load
from apipack.prompting.schemas import TESTS
from apipack.prompting.training import variants_of
from apipack.records import LANGUAGES
from benchmarks.gpu import RUNS
from benchmarks.gpu.start import start

SAMPLED = (Path("data/dataset"), Path("data/splits"))  # what `stages.sample` reads
PROMPTS = Path("data/prompts")


@dataclass(frozen=True)
class Mix:
    """tests: operations a level and language, so many that the default runs take about an hour (docs/finetuning.md)."""

    weights: dict[str, int]
    tests: int


MIXES = {"python": Mix({"python": 1}, 200), "ten": Mix({"other": 1}, 30)}


def prepare(sizes: Sequence[int], mixes: Sequence[str], tests: int | None) -> None:
    """tests: operations a level and language, None for the mix's own."""
    pool, data = trained_calls(), digest_of(*SAMPLED, PROMPTS)
    for mix in mixes:
        p = params_of(mix, sizes[0], tests, data)[0]
        instances = {language: calls * variants_of(p.instruct) for language, calls in pool.items()}
        there_are = most(instances, weights(p.mix, p.render.languages))
        if not there_are:
            sys.exit(f"{mix}: a language of it has no training calls: see crawl.limit and render.languages")
        for size in sorted({min(size, there_are) for size in sizes}):
            if size == there_are and size not in sizes:
                print(f"{mix}: {size} of {max(sizes)} instances: the training operations give no more", flush=True)
            prepare_one(RUNS / f"{mix}-{size}", *params_of(mix, size, tests, data))


def prepare_one(target: Path, p: Params, text: str) -> None:
    """text: of params.yaml, which says everything that the folder is made of."""
    written = target / "params.yaml"
    if written.is_file() and written.read_text(encoding="utf-8") == text:
        print(f"{target} is there", flush=True)
        return
    with fresh_folder(target) as folder:
        (folder / written.name).write_text(text, encoding="utf-8")
        (folder / "data").mkdir()
        for path in SAMPLED:
            (folder / path).symlink_to(path.resolve())
        if not start("stages.sample", folder):
            sys.exit(f"{target} could not be made")
        for path in SAMPLED:
            (folder / path).unlink()
        asked = select(read_table(PROMPTS / "tests.parquet").to_pylist(), p.evaluate, p.seed)
        write_table(folder / PROMPTS / "tests.parquet", rows_table(asked, TESTS))
    print(target, flush=True)


def params_of(mix: str, size: int, tests: int | None, data: str) -> tuple[Params, str]:
    """params.yaml with what such a run has of its own, checked, and its text."""
    yaml, text = YAML(), StringIO()
    yaml.width, yaml.preserve_quotes = 160, True
    params = yaml.load(Path("params.yaml").read_text(encoding="utf-8"))
    params["size"], params["mix"] = size, MIXES[mix].weights
    params["evaluate"]["languages"] = [mix] if mix in LANGUAGES else list(params["render"]["languages"])
    params["evaluate"]["tests"] = tests or MIXES[mix].tests
    params["evaluate"]["execute"] = False  # a CPU can do it as well, afterwards: `stages.evaluate --rescore`
    yaml.dump(params, text)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".yaml") as file:
        file.write(text.getvalue())
        file.flush()
        return load(file.name), f"# of data {data}\n{text.getvalue()}"


def trained_calls() -> Counter[str]:
    """Training calls by language."""
    splits = read_table("data/splits/splits.parquet", ["id", "split"]).to_pylist()
    trained = {row["id"] for row in splits if row["split"] == "train"}
    calls = read_table("data/dataset/calls", ["id", "language"])
    pairs = zip(calls["id"].to_pylist(), calls["language"].to_pylist(), strict=True)
    return Counter(language for key, language in pairs if key in trained)


def most(pool: Mapping[str, int], weights: Mapping[str, float]) -> int:
    """The largest size for which each language of a mix has its share in the pool."""
    total = sum(weights.values())
    size = min(int(pool.get(language, 0) * total / weight) for language, weight in weights.items() if weight)
    while any(count > pool.get(language, 0) for language, count in shares(size, weights).items()):  # rounded up
        size -= 1
    return size


def digest_of(*folders: Path) -> str:
    """sha256 of all files in folders, names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digest.update(path.as_posix().encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
