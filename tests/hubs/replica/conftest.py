"""One request to a replica, and what came back."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fixtures import Ask, Reply


@pytest.fixture(scope="session")
def ask() -> Ask:
    """ask(url, method, body, Header_Name="value")"""

    def _ask(url: str, method: str = "GET", body: Any = None, **headers: str) -> Reply:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body=None if body is None else json.dumps(body), headers=named)
        response = connection.getresponse()
        reply = Reply(response.status, response.headers, response.read())
        connection.close()
        return reply

    return _ask
