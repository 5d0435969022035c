"""Ruby with Net::HTTP, Faraday and HTTParty: a script a call.

Many calls fork from one process that has Net::HTTP loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from apipack.sandbox.runners.program import CALL_SECONDS, Program, harness

RUBY = "/usr/bin/ruby"
GEMS = "/usr/share/rubygems-integration/all/specifications"
FORKS = True
NEEDS = (RUBY, f"{GEMS}/faraday-[0-9]*.gemspec", f"{GEMS}/httparty-[0-9]*.gemspec")


def alone(code: str) -> Program:
    return Program({"call.rb": code}, (RUBY, "call.rb"), check=(RUBY, "-c", "call.rb"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.rb": code for number, code in calls.items()}
    plan = {"marker": marker, "calls": list(calls), "seconds": CALL_SECONDS}
    return Program({**files, "each.rb": harness("each.rb"), "plan.json": json.dumps(plan)}, (RUBY, "each.rb"))
