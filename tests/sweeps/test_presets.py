"""Every preset is accepted, and one of a model trains a random tiny model of its architecture."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from transformers import CodeLlamaTokenizer, LlamaConfig, LlamaForCausalLM

from apipack.errors import UserError
from apipack.params import load
from apipack.sweeps.presets import FOLDER, NOT_PRESETS, apply, read
from apipack.training.finetune import tune
from tests.parameters import ROOT, write_params
from tests.tiny import PAIRS, save_tiny

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in NOT_PRESETS)


def save_code_llama(folder: Path) -> Path:
    """Random weights in CodeLlama's architecture, with a small vocabulary in CodeLlama's tokenizer class."""
    words = ["<unk>", "<s>", "</s>", *map(chr, range(33, 127)), "▁"]
    tokenizer = CodeLlamaTokenizer(vocab={word: number for number, word in enumerate(words)}, merges=[])
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=4, rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        bos_token_id=1, eos_token_id=2, tie_word_embeddings=False,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_accepted(name: str, tmp_path: Path) -> None:
    params = write_params(tmp_path)
    apply(name, params)
    load(params)


@pytest.mark.parametrize("name", [name for name in NAMES if "finetune" in read(name)])
def test_a_preset_trains_a_tiny_model_of_its_kind(name: str, tmp_path: Path) -> None:
    params = write_params(tmp_path)
    apply(name, params)
    p = load(params).finetune
    assert {key: value for key, value in read(name)["finetune"].items() if key != "lora"} == {
        key: getattr(p, key) for key in read(name)["finetune"] if key != "lora"
    }
    model = (save_tiny if p.model == "embedded" else save_code_llama)(tmp_path / "model")
    lora = p.lora.model_copy(update={"layers": p.lora.layers and 1})
    metrics = tune(PAIRS * 4, tmp_path / "out", p.model_copy(update={"model": str(model), "lora": lora}), 0)
    assert metrics["steps"] > 0 and metrics["train_loss"] > 0
    wanted = "model.safetensors" if p.method == "full" else "adapter_model.safetensors"
    assert (tmp_path / "out" / wanted).is_file()


def test_the_embedded_preset_is_the_default_that_the_repository_has(tmp_path: Path) -> None:
    assert apply("embedded", Path(shutil.copy(ROOT / "params.yaml", tmp_path))) == []


def test_a_preset_keeps_comments_and_says_what_it_changes(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    changed = apply("codellama-13b-fsdp", params)
    assert "finetune.lr: 0.001 → 2e-05" in changed and "mix: curl → python" in changed
    assert "of the training instances" in params.read_text()
    assert load(params).finetune.max_tokens == 4096


def test_the_command_says_what_it_changed_or_why_not(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    shutil.copytree(FOLDER, tmp_path / "configs")

    def run(name: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("apipack")), "preset", name]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = run("gpu-135m")
    assert done.returncode == 0 and "finetune.method: lora → full" in done.stdout.splitlines()
    assert load(params).finetune.method == "full"
    wrong = run("../params")
    assert wrong.returncode == 2 and len(wrong.stderr.splitlines()) == 1


def test_params_keep_their_mode_and_a_link_to_them_stays_one(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    params.chmod(0o644)
    (tmp_path / "link.yaml").symlink_to(params.name)
    assert apply("gpu-135m", tmp_path / "link.yaml")
    assert (tmp_path / "link.yaml").is_symlink() and load(params).finetune.method == "full"
    assert params.stat().st_mode & 0o777 == 0o644


def test_without_a_folder_of_presets_the_line_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has none: run from the repository's root"):
        apply("gpu-135m", write_params(tmp_path), tmp_path / "none")


def test_what_cannot_be_used_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    before = params.read_text()
    (tmp_path / "wrong.yaml").write_text("finetune: {lr: 7}\n")
    with pytest.raises(UserError, match=r"finetune.lr"):
        apply("wrong", params, tmp_path)
    assert params.read_text() == before
    with pytest.raises(UserError, match=r"no such preset: gpu; configs has codellama-13b-fsdp, "):
        apply("gpu", params)


@pytest.mark.parametrize("content", [b"", b"[1]", b"a: [", b"\xff", b"a: 2026-13-45"])
def test_a_file_without_parameters_is_one_line_that_names_it(tmp_path: Path, content: bytes) -> None:
    params = write_params(tmp_path)
    (tmp_path / "odd.yaml").write_bytes(content)
    with pytest.raises(UserError, match=r"odd\.yaml: not (YAML|a mapping)"):
        apply("odd", params, tmp_path)
    good = params.read_bytes()
    params.write_bytes(content)
    with pytest.raises(UserError, match=r"params\.yaml: not (YAML|a mapping)"):
        apply("gpu-135m", params)
    params.write_bytes(good)
    (tmp_path / "odd.yaml").write_text("finetune: {nope: 1}\n")
    with pytest.raises(UserError, match=r"params\.yaml with odd: finetune\.nope: Extra inputs"):
        apply("odd", params, tmp_path)
