"""Node.js with the `request` package: a script a call; many calls share one process."""

from __future__ import annotations

import json
from collections.abc import Mapping

from apipack.sandbox.jail import ROOT_CERTIFICATE
from apipack.sandbox.runners.program import CALL_SECONDS, Program, harness

NODE = "/usr/bin/node"
MODULES = "/usr/share/nodejs"
NEEDS = (NODE, f"{MODULES}/request/package.json")
ENV = {"NODE_PATH": MODULES, "NODE_EXTRA_CA_CERTS": ROOT_CERTIFICATE, "NODE_NO_WARNINGS": "1"}


def alone(code: str) -> Program:
    return Program({"call.js": code}, (NODE, "call.js"), check=(NODE, "--check", "call.js"), env=ENV)


def together(calls: Mapping[int, str], marker: str) -> Program:
    return one_process(calls, marker, {}, "request")


def one_process(calls: Mapping[int, str], marker: str, files: Mapping[str, str], kind: str) -> Program:
    """kind: what tells that a call is over, `request`'s callback or the shim's `loadend`."""
    plan = {"marker": marker, "calls": list(calls), "seconds": CALL_SECONDS, "kind": kind}
    scripts = {f"call{number}.js": code for number, code in calls.items()}
    every = {**scripts, **files, "each.js": harness("each.js"), "plan.json": json.dumps(plan)}
    return Program(every, (NODE, "each.js"), env=ENV)
