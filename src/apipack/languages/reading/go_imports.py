"""Go's imports as its tree has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from apipack.languages.reading import program as p
from apipack.languages.reading.grammar import field, named, source


def has_imports(code: str) -> bool:
    """Whether code names its imports; a fragment does not."""
    return re.search(r"^\s*(?:package|import)\b", code, re.MULTILINE) is not None


def specs_of(node: Node) -> Sequence[Node]:
    return named(node) if node.type == "import_spec_list" else [node]


def import_of(node: Node) -> p.Import:
    name, path = node.child_by_field_name("name"), source(field(node, "path")).strip('"`')
    return p.Import(path, source(name) if name else package_of(path))


def package_of(path: str) -> str:
    """What a package is called: the last part of its path that is no version."""
    parts = path.split("/")
    is_version = len(parts) > 1 and re.fullmatch("v[0-9]+", parts[-1]) is not None
    return parts[-2] if is_version else parts[-1]
