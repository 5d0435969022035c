"""PHP with its cURL extension and Guzzle: a script a call; a fragment without an opening tag gets one.

Composer's `vendor/autoload.php` is there, and what it loads is Debian's. Many calls fork from one process that has
PHP's extensions loaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from apipack.sandbox.jail import COMPOSER
from apipack.sandbox.runners.program import CALL_SECONDS, Program, harness

PHP = "/usr/bin/php"
GUZZLE = COMPOSER[0]
FORKS = True
OPTIONS = ("-d", "variables_order=EGPCS")
"""PHP's own default, in which `$_ENV` is filled; Debian's php.ini leaves that out."""
NEEDS = (PHP, "/usr/lib/php/*/curl.so", GUZZLE)
AUTOLOAD = "vendor/autoload.php"


def script(code: str) -> str:
    return code if code.lstrip().startswith("<?") else f"<?php\n{code}"


def alone(code: str) -> Program:
    files = {"call.php": script(code), **_composer(code)}
    return Program(files, (PHP, *OPTIONS, *_loading(code), "call.php"), check=(PHP, "-l", "call.php"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.php": script(code) for number, code in calls.items()}
    for code in calls.values():
        files |= _composer(code)
    plan = {"marker": marker, "calls": list(calls), "seconds": CALL_SECONDS}
    return Program(
        {**files, "each.php": harness("each.php"), "plan.json": json.dumps(plan)}, (PHP, *OPTIONS, "each.php")
    )


def _composer(code: str) -> dict[str, str]:
    return {AUTOLOAD: f"<?php require_once '{GUZZLE}';\n"} if _loading(code) else {}


def _loading(code: str) -> list[str]:
    return ["-d", f"auto_prepend_file={AUTOLOAD}"] if "Guzzle" in code or "autoload" in code else []
