"""The types of what shared fixtures give: a test names them for what comes to it by name."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

Documents = dict[str, Any]
"""OpenAPI documents by the name that `pack` takes."""

Pack = Callable[..., Path]
"""Documents to an npm tarball of them."""

Rows = dict[str, dict[str, Any]]
"""Rows of a crawl's index by API id."""

Collect = Callable[..., tuple[Rows, dict[str, Any]]]
"""A crawl: its rows and Scrapy's stats."""


@dataclass(frozen=True)
class Reply:
    """What came back for one request to a replica."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Reply]
"""One request to a replica."""
