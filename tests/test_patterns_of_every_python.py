"""Regular expressions that every supported Python matches alike.

Python before 3.11.5 does not go back to where it was when a possessive group fails behind a repeat or a look-around in
it (python/cpython#106052), and Debian 12 has 3.11.2.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest

import apipack.instructions
import apipack.languages
import apipack.openapi
import apipack.operations

pytestmark = pytest.mark.heavy

PACKAGES = (apipack.instructions, apipack.languages, apipack.openapi, apipack.operations)
LOOKS = (_constants.ASSERT, _constants.ASSERT_NOT)
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name)


def sequences(tree: Any) -> Iterator[Any]:
    """What stands in a pattern one after the other, by group and by alternative."""
    if isinstance(tree, _parser.SubPattern):
        yield tree
    if isinstance(tree, tuple | list | _parser.SubPattern):
        for part in tree:
            yield from sequences(part)


def fails_late(sequence: Any) -> bool:
    return any(kind in LOOKS or kind in REPEATS and len(sequence) > 1 for kind, _ in sequence)


def is_faulty(pattern: str, flags: int = 0) -> bool:
    parsed = _parser.parse(pattern, flags)
    possessive = [part for each in sequences(parsed) for part in each if part[0] is _constants.POSSESSIVE_REPEAT]
    return any(fails_late(sequence) for part in possessive for sequence in sequences(part))


def test_no_possessive_group_fails_behind_a_repeat_or_a_look_around() -> None:
    patterns = [value for module in modules() for value in vars(module).values() if isinstance(value, re.Pattern)]
    assert len(patterns) > 100
    assert [each.pattern for each in patterns if is_faulty(each.pattern, each.flags)] == []


def test_the_check_finds_some() -> None:
    assert is_faulty(r"(?:[a-z]++(?: (?! |\Z))?+)*+") and is_faulty(r"(?:a[ ]*+b)*+") and is_faulty(r"(?:a|b(?!c))*+")
    assert not is_faulty(r"(?:[a-z]++|\.)*+") and not is_faulty(r"(?:a[ ]*+b)*[a-z]++")
