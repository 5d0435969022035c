"""What JavaScript refuses before it runs: names declared twice, and what `javascript_early` has."""

from __future__ import annotations

import re

from tree_sitter import Node

from apipack.languages.reading.grammar import nodes_of
from apipack.languages.reading.javascript_early import CHECKS
from apipack.languages.reading.javascript_scopes import SCOPES, twice
from apipack.languages.wire import Uncompiled

KINDS = tuple({*SCOPES, *CHECKS})
_STRICT = re.compile(r"""\A\s*["']use strict["']|^[ \t]*(?:import\b[^(.\n]*['"{*]|export\b)""", re.MULTILINE)


def check(module: Node) -> None:
    """Refuse a script or module that has one of these."""
    for kind, nodes in nodes_of("javascript", module, KINDS).items():
        for node in nodes:
            if kind in SCOPES and (name := twice(node)) is not None:
                raise Uncompiled(f"{name} is declared twice")
            if kind in CHECKS:
                CHECKS[kind](node)


def is_strict(code: str) -> bool:
    """Whether a program is a module or says that it is strict, so that each name must be declared."""
    return _STRICT.search(code) is not None
