"""Files that a form uploads and that only their user has. No verdict asks what such a part holds, so that it holds what
the sandbox puts there; a whole body does not, since a wrong one may be meant."""

from __future__ import annotations

import re

from apipack.languages.environment import FILE_CONTENT, UPLOADED
from apipack.languages.wire import Unreadable

_PATH = re.compile(rf"[^\\\0\n\"]*[^\\\0\n\"/]\.(?:{UPLOADED})", re.ASCII)
_STRUCTURED = re.compile("json|xml")


def uploaded(path: str, kind: str | None = None) -> tuple[str, str]:
    """(content, name without its folders) of a file that is content and no data. kind: its type, where one is said."""
    if not _PATH.fullmatch(path) or _STRUCTURED.search(kind or ""):
        raise Unreadable(f"the file {path[:60]!r}")
    return FILE_CONTENT, path.rpartition("/")[2]
