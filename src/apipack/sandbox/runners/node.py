"""Node.js with fetch, axios, node-fetch and request: a script or an ES module a call; many calls share one process."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from apipack.sandbox.jail import NODE_MODULES, ROOT_CERTIFICATE
from apipack.sandbox.runners.program import CALL_SECONDS, Program, each, harness

NODE = "/usr/bin/node"
NEEDS = (NODE, *(f"{NODE_MODULES}/{name}/package.json" for name in ("request", "axios", "node-fetch")))
FORKS = True
ENV = {"NODE_PATH": NODE_MODULES, "NODE_EXTRA_CA_CERTS": ROOT_CERTIFICATE, "NODE_NO_WARNINGS": "1"}


_MODULE = re.compile(r"^[ \t]*(?:import\b[^(.\n]*['\"{*]|export\b)", re.MULTILINE)
_AWAITS = re.compile(r"^(?:(?:const|let|var)\b[^=\n]*=[ \t]*)?(?:await|for await)\b", re.MULTILINE)


def alone(code: str) -> Program:
    name, files = script(code)
    return Program(files, (NODE, name), check=(NODE, "--check", name), env=ENV)


def script(code: str) -> tuple[str, dict[str, str]]:
    """The file's name and the files. An ES module is called so; one that awaits outside of functions and has no import
    may `require` as well, so it becomes the body of a function."""
    if _MODULE.search(code):
        return "call.mjs", {"call.mjs": code}
    awaits = _AWAITS.search(code) or ("await " in code and "async" not in code)
    return "call.js", {"call.js": f"(async () => {{{code}\n}})();\n" if awaits else code}


def together(calls: Mapping[int, str], marker: str) -> Program:
    return one_process(calls, marker, {}, "request")


def side_by_side(calls: Mapping[int, str], marker: str) -> Program:
    return processes(calls, marker, {}, ())


def processes(calls: Mapping[int, str], marker: str, files: Mapping[str, str], options: tuple[str, ...]) -> Program:
    """A process a call, one after the other."""
    every, commands = dict(files), dict[int, list[str]]()
    for number, code in calls.items():
        name, scripts = script(code)
        file = f"call{number}{name.removeprefix('call')}"
        every[file] = scripts[name]
        commands[number] = [NODE, *options, file]
    program = each(every, commands, marker)
    return Program(program.files, program.run, env=ENV)


def one_process(calls: Mapping[int, str], marker: str, files: Mapping[str, str], kind: str) -> Program:
    """kind: what tells that a call is over, `request`'s callback or the shim's `loadend`."""
    plan = {"marker": marker, "calls": list(calls), "seconds": CALL_SECONDS, "kind": kind}
    scripts = {f"call{number}.js": code for number, code in calls.items()}
    every = {**scripts, **files, "each.js": harness("each.js"), "plan.json": json.dumps(plan)}
    return Program(every, (NODE, "each.js"), env=ENV)
