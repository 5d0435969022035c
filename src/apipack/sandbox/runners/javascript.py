"""JavaScript with XMLHttpRequest, which Node has not: `xhr.js` stands in and keeps the rules of the XHR standard.

axios is there as a page's script would leave it: as a global name.
A browser's engine would add what depends on the page (Origin, CORS preflights); this is the request without it.
"""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.jail import NODE_MODULES
from apipack.sandbox.runners.node import ENV, NODE, one_process, processes, script
from apipack.sandbox.runners.program import Program, harness

FORKS = True
NEEDS = (NODE, f"{NODE_MODULES}/axios/package.json")


def alone(code: str) -> Program:
    name, files = script(code)
    every = {**files, "xhr.js": harness("xhr.js")}
    return Program(every, (NODE, "--require", "./xhr.js", name), check=(NODE, "--check", name), env=ENV)


def side_by_side(calls: Mapping[int, str], marker: str) -> Program:
    return processes(calls, marker, {"xhr.js": harness("xhr.js")}, ("--require", "./xhr.js"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    return one_process(calls, marker, {"xhr.js": harness("xhr.js")}, "xhr")
