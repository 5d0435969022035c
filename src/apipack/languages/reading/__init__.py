"""Read calls in any style: a program is parsed, run over its constants, and what its client sends is the request.

`program` is the tree that all languages are lowered to (`*_tree`), `evaluation` runs it, a `*_clients` module says what
each library of a language sends, and `shell` with `curl_options` reads command lines.
"""

from __future__ import annotations

import re
from importlib import import_module

from apipack.languages.wire import Unreadable
from apipack.records import Request

READERS = {
    "curl": "curl_options.read",
    "python": "python_clients.read",
    "go": "go_clients.read",
    "php": "php_clients.read",
    "java": "java_clients.read",
    "ruby": "ruby_clients.read",
    "libcurl": "c_clients.read",
    "swift": "swift_clients.read",
    "node": "javascript_clients.read_node",
    "javascript": "javascript_clients.read_browser",
}


def read(language: str, code: str) -> Request:
    """The request that a program sends; raises Unreadable where that is not certain."""
    if language not in READERS:
        raise Unreadable("no reader of the language")
    module, function = READERS[language].split(".")
    try:
        reader = getattr(import_module(f"apipack.languages.reading.{module}"), function)
    except ModuleNotFoundError as error:  # a bare GPU box has no parsers; what it wrote is scored again elsewhere
        raise Unreadable(f"{error.name} is not installed") from None
    try:
        request: Request = reader(code)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("too deeply nested") from None
    except UnicodeError:
        raise Unreadable("text that cannot be encoded") from None
    except (AttributeError, TypeError, ValueError, LookupError, OverflowError, re.error):
        raise Unreadable("a call that does not take its values") from None
    return request
