"""A tuned model's folder: the same bytes on every machine, and nothing of the machine in it."""

import json
from pathlib import Path

import pytest

from apipack.training.finetune import tune
from tests.tiny import PAIRS, finetune_params, save_tiny


@pytest.mark.parametrize("method", ["lora", "full"])
def test_the_same_run_gives_the_same_bytes_wherever_the_model_lies(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for name in ("first", "second"):
        model = save_tiny(tmp_path / name)
        monkeypatch.setattr("apipack.models.loading.resolve", lambda _, at=model: at)
        folder = tmp_path / f"{name}-tuned"
        tune(PAIRS, folder, finetune_params("embedded", method=method, max_steps=2), seed=0)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
        assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.iterdir())
    assert made[0] == made[1]
    assert not any(str(tmp_path).encode() in content for content in made[0].values())
    assert "training_args.bin" not in made[0]
    if method == "lora":  # another process hashes the names of modules to another order
        names = json.loads(made[0]["adapter_config.json"])["target_modules"]
        assert names == sorted(names) and len(names) > 1
    card = made[0]["README.md"].decode()
    assert "base_model: HuggingFaceTB/SmolLM2-135M-Instruct\n" in card
    assert "Rows trained on: 2\n" in card
