"""Regular expressions that every supported Python matches alike.

Python before 3.11.5 does not go back to where a look-around began when it fails in a possessive group
(python/cpython#106052), and Debian 12 has 3.11.2.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import apipack.instructions
import apipack.languages
import apipack.openapi
import apipack.operations

PACKAGES = (apipack.instructions, apipack.languages, apipack.openapi, apipack.operations)
LOOKS = (_constants.ASSERT, _constants.ASSERT_NOT)


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name)


def parts(tree: Any) -> Iterator[tuple[Any, ...]]:
    if isinstance(tree, tuple):
        yield tree
    if isinstance(tree, tuple | list | _parser.SubPattern):
        for part in tree:
            yield from parts(part)


def has_look_in_possessive_group(pattern: str, flags: int = 0) -> bool:
    groups = [part for part in parts(_parser.parse(pattern, flags)) if part[:1] == (_constants.POSSESSIVE_REPEAT,)]
    return any(part[0] in LOOKS for group in groups for part in parts(group) if part)


def test_no_possessive_group_holds_a_look_around() -> None:
    patterns = [value for module in modules() for value in vars(module).values() if isinstance(value, re.Pattern)]
    assert len(patterns) > 100
    assert [each.pattern for each in patterns if has_look_in_possessive_group(each.pattern, each.flags)] == []


def test_the_check_finds_one() -> None:
    assert has_look_in_possessive_group(r"(?:[a-z]++(?: (?! |\Z))?+)*+")
