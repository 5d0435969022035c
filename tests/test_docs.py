"""README and docs name files, headings, commands, targets and parameters that exist."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from apipack.cli.main import app

README = Path("README.md")
PAGES = [README, Path("CONTRIBUTING.md"), Path("SECURITY.md"), *sorted(Path("docs").glob("*.md"))]
NOTES = sorted(Path("docs/notes").glob("*.md"))
REPORT = Path("metrics/report.md")
TROUBLES = Path("docs/troubleshooting.md")
SHELL = {"sh", "bash", "console", "shell", "zsh"}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.S | re.M)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.M)
GAP = "…"
LEAD = re.compile(r"^(- |\d+\. )? *(\*\*[^*]+[.?]\*\* )?")
TWO_SENTENCES = re.compile(r"(?<!\bal)(?<!\be\.g)(?<!\bi\.e)[.?!][)\"*]* +\S")


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the page's headings."""
    texts = (re.sub(r"[`*]", "", heading).lower() for heading in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in texts}


def commands(page: Path) -> list[list[str]]:
    """The words of each command in the page's shell blocks."""
    blocks = [body for kind, body in FENCED.findall(page.read_text(encoding="utf-8")) if kind in SHELL]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def after(words: list[str], name: str) -> list[str]:
    """The words that follow each `name`."""
    return [following for word, following in zip(words, words[1:], strict=False) if word == name]


def has(parameters: Any, path: list[str]) -> bool:
    """Is there such a parameter?"""
    for key in path:
        if not isinstance(parameters, dict) or key not in parameters:
            return False
        parameters = parameters[key]
    return True


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 130


def cells(table: str) -> list[list[str]]:
    """Of a Markdown table, below its head."""
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_results_in_the_readme_are_those_of_the_committed_run() -> None:
    _, results = README.read_text(encoding="utf-8").split("<!-- results -->\n")
    table, _ = results.split("<!-- /results -->\n")
    assert all(line.startswith("| ") for line in table.splitlines())
    report = REPORT.read_text(encoding="utf-8").partition("\n## request_match")[2].partition("\n## ")[0]
    models = [row for row in cells(report) if row[0] != "copy"]
    assert len(models) >= 8 and cells(table) == models


@pytest.mark.parametrize("page", [*PAGES, *NOTES], ids=str)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_in_the_index() -> None:
    index = Path("docs/index.md")
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(prose(index))}
    assert {page.resolve() for page in (*PAGES, Path("docs/notes")) if page != index} <= linked


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_shell_blocks_are_tagged_sh(page: Path) -> None:
    kinds = {kind for kind, _ in FENCED.findall(page.read_text(encoding="utf-8"))}
    assert not kinds & SHELL - {"sh"}


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "results.md"], ids=str)
def test_a_line_has_one_sentence(page: Path) -> None:
    """Outside of tables; a bold beginning counts as a heading."""
    lines = [line for line in prose(page).splitlines() if not line.startswith(("|", "#"))]
    texts = [LEAD.sub("", re.sub(r"`[^`]*`", "code", line)) for line in lines]
    assert not [text for text in texts if TWO_SENTENCES.search(text)]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_and_targets_exist(page: Path) -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(encoding="utf-8"), re.M))
    for words in commands(page):
        named = {word for word in after(words, "apipack") if not word.startswith("-")}
        assert named <= known, words
        assert set(after(words, "make")) <= targets, words


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_experiments_set_parameters_that_exist(page: Path) -> None:
    """`+` adds a key, so there the section must exist."""
    parameters = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    for words in commands(page):
        for setting in after(words, "-S"):
            path = setting.partition("=")[0].removeprefix("+").split(".")
            assert has(parameters, path[:-1] if setting.startswith("+") else path), setting


def messages() -> list[str]:
    """Those of the tables of errors in the troubleshooting page."""
    tables = prose(TROUBLES).partition("## Without a message")[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", tables, re.M)
    return [message for cell in cells for message in re.findall(r"`([^`]+)`", cell)]


def test_troubleshooting_quotes_messages_that_the_code_has() -> None:
    """Each text between gaps stands in the sources. What pydantic and DVC say is theirs."""
    sources = [*Path("src").rglob("*.py"), *Path("spiders").glob("*.py"), Path("Makefile")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert len(messages()) >= 100
    for message in messages():
        if "Extra inputs" not in message:
            assert all(text.strip() in code for text in message.split(GAP)), message
