import re
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides

from apipack import params
from apipack.errors import UserError
from apipack.sweeps.grid import FOLDER, Point, expanded, load, names, points
from tests.parameters import FILE, ROOT

SHIPPED = names(ROOT / FOLDER)


def write(folder: Path, text: str) -> list[Point]:
    (folder / "mine.yaml").write_text(text)
    return points("mine", load("mine", folder), FILE)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_grid_is_accepted_and_has_a_small_twin(name: str) -> None:
    made = points(name, load(name, ROOT / FOLDER), FILE)
    assert len(made) >= 2 and {f"report.experiment={name}"} <= set(made[0].overrides)
    assert name.endswith("-small") or f"{name}-small" in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_dvc_takes_every_point_whatever_mix_params_yaml_has(tmp_path: Path, name: str) -> None:
    file = tmp_path / "params.yaml"
    for point in points(name, load(name, ROOT / FOLDER), ROOT / "params.yaml")[:4]:
        text = (ROOT / "params.yaml").read_text()
        file.write_text(re.sub(r"^mix: .*$", "mix: {ruby: 3, other: 1}", text, flags=re.MULTILINE))
        apply_overrides(file, list(point.overrides))
        mixes = [override for override in point.overrides if override.startswith("mix=")]
        assert "ruby" not in params.load(file).mix or any("ruby" in mix for mix in mixes[-1:]) or not mixes


@pytest.mark.parametrize("name", [name for name in SHIPPED if not name.endswith("-small")])
def test_grids_for_a_gpu_have_room_for_calls_in_every_language(name: str) -> None:
    for point in points(name, load(name, ROOT / FOLDER), ROOT / "params.yaml"):
        assert {"evaluate.new_tokens=512", "finetune.max_tokens=2048"} <= set(point.overrides)


def test_the_paper_s_experiments_are_shipped() -> None:
    assert {"scaling", "cross-language", "sources", "split", "retrieval", "documentation", "values", "models"} <= set(
        SHIPPED
    )


def test_lists_are_combined_as_hydra_does() -> None:
    assert expanded("x", ["size=1,2", "seed=0,1", "finetune.epochs=3"]) == [
        [size, seed, "finetune.epochs=3"] for size in ("size=1", "size=2") for seed in ("seed=0", "seed=1")
    ]


def test_a_point_is_named_by_what_differs_and_changes_its_name_with_its_overrides(tmp_path: Path) -> None:
    small, large = write(tmp_path, "{question: why, common: [seed=1], vary: ['size=40,80']}")
    assert small.label == "size=40" and small.name.startswith("mine-size-40-")
    assert small.overrides == ("seed=1", "report.experiment=mine", "size=40")
    other, _ = write(tmp_path, "{question: why, common: [seed=2], vary: ['size=40,80']}")
    assert other.name != small.name and other.name[:-6] == small.name[:-6]
    labelled = write(tmp_path, "{question: why, points: {one: ['mix={curl: 1}'], two: ['size=1,2']}}")
    assert [point.label for point in labelled] == ["one", "two size=1", "two size=2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{question: why, vary: ['siez=40']}", "mine.yaml: params.yaml has no siez$"),
        ("{question: why, axis: siez, vary: ['size=40,80']}", "mine.yaml: axis: siez is no whole number above 0"),
        (
            "{question: why, axis: finetune.model, vary: ['size=40,80']}",
            "axis: finetune.model is no whole number above 0",
        ),
        (
            "{question: why, axis: finetune.lr, vary: ['finetune.lr=1e-4,1e-3']}",
            "finetune.lr is no whole number above 0",
        ),
        ("{question: why, vary: ['size=range(1,1000000000)', 'seed=0,1']}", "mine.yaml: more than 1000 combinations"),
        ("{question: why, vary: ['size=glob(*)']}", "mine.yaml: ConfigLoader is not set"),
        ("{question: why, vary: ['size=interval(1,4)']}", "mine.yaml: .*INTERVAL_SWEEP"),
        ("{question: why, common: [finetune.epoch=1]}", "params.yaml has no finetune.epoch$"),
        ("{question: why, common: ['release.variants={go: 3}']}", "release.variants has no go in params.yaml, and DVC"),
        ("{question: why, common: [size=-1]}", "mine.yaml: size: Input should be greater than 0"),
        ("{question: why, common: [size=]}", "mine.yaml: size: "),
        ("{question: why, common: ['size={']}", "mine.yaml: "),
        ("{question: why, points: {a: [size=1], b: [size=1]}, presets: [nothing]}", "no such preset: nothing"),
        ("{question: why, axes: size}", "axes: Extra inputs"),
        ("{question: [", "not YAML"),
    ],
)
def test_what_cannot_run_is_one_line_before_anything_runs(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        write(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_an_added_key_and_a_nested_mapping_are_taken(tmp_path: Path) -> None:
    served = "'+evaluate.served.gpt-4={model: gpt-4-0613}'"
    (point,) = write(tmp_path, f"{{question: why, common: [{served}, 'mix={{curl: 2, python: 1}}']}}")
    assert point.label == "mine"


def test_a_name_that_is_no_grid_lists_those_that_are(tmp_path: Path) -> None:
    write(tmp_path, "{question: why}")
    with pytest.raises(UserError, match=f"no such sweep: scalling; {tmp_path} has mine"):
        load("scalling", tmp_path)
