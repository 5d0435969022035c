"""Each `python -m MODULE …` in the docs, in a sentence or in a block: there is such a module and it takes what is said.

The modules are read and not run, since many load a model or take hours.
"""

import argparse
import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.test_docs import NOTES, PAGES, commands

TEXTS = [*PAGES, *NOTES, Path("CHANGELOG.md")]
SPAN = re.compile(r"`([^`\n]+)`")
RECIPE = re.compile(r"^\t(python -m .*)$", re.M)
PLACEHOLDER = "NAME"
TYPES = {"int": int, "float": float}


def spans(page: Path) -> list[list[str]]:
    """Words of the code in the page's sentences."""
    texts = SPAN.findall(page.read_text(encoding="utf-8"))
    return [shlex.split(text) for text in texts if re.match(r"(\w+=\S+ )*python3? -m ", text)]


def modules() -> list[tuple[str, ...]]:
    """(module, argument, …) of every text."""
    found = [words for page in TEXTS for words in (*spans(page), *commands(page))]
    found += [line.split() for line in RECIPE.findall(Path("Makefile").read_text(encoding="utf-8"))]
    after = [words[words.index("-m") + 1 :] for words in found if "-m" in words[:6]]
    ours = {tuple(words) for words in after if words[0].partition(".")[0] in ("benchmarks", "stages", "apipack")}
    return sorted(words for words in ours if PLACEHOLDER not in words[0])


def file_of(module: str) -> Path:
    path = Path("src" if module.startswith("apipack") else "", *module.split("."))
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def calls(tree: ast.AST, method: str) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in found if isinstance(node.func, ast.Attribute) and node.func.attr == method]


def parser(tree: ast.AST) -> argparse.ArgumentParser:
    """The arguments that a module declares, as far as they are literals."""
    made = argparse.ArgumentParser(exit_on_error=False)
    if subcommands := [ast.literal_eval(call.args[0]) for call in calls(tree, "add_parser")]:
        made.add_argument("command", choices=subcommands)
    for call in sorted(calls(tree, "add_argument"), key=lambda call: call.lineno):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        options: dict[str, Any] = {name: ast.literal_eval(given[name]) for name in ("nargs", "action") if name in given}
        if isinstance(kind := given.get("type"), ast.Name) and kind.id in TYPES:
            options["type"] = TYPES[kind.id]
        made.add_argument(*map(ast.literal_eval, call.args), **options)
    return made


def most(tree: ast.AST) -> int:
    """Positions of `sys.argv` that a module reads, itself or as `given`."""
    numbers = [0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            number = {"sys.argv": 0, "given": 1, "counts": 1}.get(ast.unparse(node.value))
            if number is not None and isinstance(node.slice.value, int):
                numbers.append(node.slice.value + number)
        if isinstance(node, ast.Assign) and "sys.argv[1:]" in ast.unparse(node.value):
            numbers += [len(list_.elts) for list_ in ast.walk(node.value) if isinstance(list_, ast.List)]
    return max(numbers)


def refusal(module: str, arguments: list[str]) -> str | None:
    """Why the module does not take the arguments."""
    tree = ast.parse(file_of(module).read_text(encoding="utf-8"))
    if calls(tree, "add_argument"):
        try:
            parser(tree).parse_args(arguments)
        except (argparse.ArgumentError, SystemExit) as error:
            return str(error)
        return None
    flags = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    if unknown := [word for word in arguments if word.startswith("-") and word not in flags]:
        return f"no such options: {unknown}"
    positions = [word for word in arguments if not word.startswith("-")]
    return f"takes {most(tree)} at most" if len(positions) > most(tree) else None


@pytest.mark.parametrize("words", modules(), ids=" ".join)
def test_the_module_is_there_and_takes_the_arguments(words: tuple[str, ...]) -> None:
    module, *arguments = (
        re.sub(r"^[A-Z]$", "8", word) for word in words
    )  # a placeholder stands for a number or folder
    assert file_of(module).is_file()
    if arguments and not arguments[0].startswith("$("):
        assert refusal(module, arguments) is None


@pytest.mark.parametrize(
    "words",
    [
        ("benchmarks.faults", "--hours", "8"),
        ("benchmarks.faults", "--minutes", "few"),
        ("benchmarks.instructing", "data/unique", "8", "9"),
        ("benchmarks.gpu", "wrap"),
        ("benchmarks.grammars", "data/dataset/operations", "2500", "more"),
        ("benchmarks.arrival", "1", "2", "3", "4"),
        ("benchmarks.tenfold", "1"),
        ("stages.evaluate", "--again"),
    ],
    ids=" ".join,
)
def test_what_a_module_does_not_take_would_be_seen(words: tuple[str, ...]) -> None:
    assert refusal(words[0], list(words[1:])) is not None


TESTS = {tuple(words) for page in TEXTS for words in (*spans(page), *commands(page)) if "pytest" in words}


@pytest.mark.parametrize("words", sorted(TESTS), ids=" ".join)
def test_tests_that_are_named_are_there(words: tuple[str, ...]) -> None:
    (file,) = [Path(word) for word in words if word.endswith(".py")]
    text = file.read_text(encoding="utf-8")
    named = [word for option, word in zip(words, words[1:], strict=False) if option == "-k"]
    assert all(re.search(rf"^def test_\w*{name}", text, re.M) for name in named)
    assert ("slow" in words) == ("pytest.mark.slow" in text)
