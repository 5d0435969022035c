"""CPython's parse trees of regular expressions: `parse`, `compile_tree`, and the kinds of nodes as members of `op`.

They are private to `re`. Where a Python has them not, or not all, `parse` is None and `op` has other, equal names.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

KINDS = (
    *("LITERAL", "NOT_LITERAL", "ANY", "IN", "RANGE", "NEGATE", "BRANCH", "SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT"),
    *("AT", "AT_BEGINNING", "AT_BEGINNING_STRING", "AT_END", "AT_END_STRING", "ASSERT", "ASSERT_NOT"),
    *("CATEGORY_DIGIT", "CATEGORY_NOT_DIGIT", "CATEGORY_SPACE", "CATEGORY_NOT_SPACE"),
    *("CATEGORY_WORD", "CATEGORY_NOT_WORD"),
)

op: Any = SimpleNamespace(**{kind: kind for kind in KINDS})
parse: Callable[[str], Any] | None = None
compile_tree: Callable[[Any], Any] | None = None
try:
    _constants = import_module("re._constants")
    op = SimpleNamespace(**{kind: getattr(_constants, kind) for kind in KINDS})
    compile_tree = import_module("re._compiler").compile
    parse = import_module("re._parser").parse
except (ImportError, AttributeError):
    pass
