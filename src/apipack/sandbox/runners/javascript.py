"""JavaScript with XMLHttpRequest, which Node has not: `xhr.js` stands in and keeps the rules of the XHR standard.

A browser's engine would add what depends on the page (Origin, CORS preflights); this is the request without it.
"""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.runners.node import ENV, NODE, one_process
from apipack.sandbox.runners.program import Program, harness

NEEDS = (NODE,)


def alone(code: str) -> Program:
    files = {"call.js": code, "xhr.js": harness("xhr.js")}
    return Program(files, (NODE, "--require", "./xhr.js", "call.js"), check=(NODE, "--check", "call.js"), env=ENV)


def together(calls: Mapping[int, str], marker: str) -> Program:
    return one_process(calls, marker, {"xhr.js": harness("xhr.js")}, "xhr")
