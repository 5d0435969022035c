"""PHP with its cURL extension: a script a call; a fragment without an opening tag gets one."""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.runners.program import Program, each

PHP = "/usr/bin/php"
NEEDS = (PHP, "/usr/lib/php/*/curl.so")


def script(code: str) -> str:
    return code if code.lstrip().startswith("<?") else f"<?php\n{code}"


def alone(code: str) -> Program:
    return Program({"call.php": script(code)}, (PHP, "call.php"), check=(PHP, "-l", "call.php"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.php": script(code) for number, code in calls.items()}
    return each(files, {number: [PHP, f"call{number}.php"] for number in calls}, marker)
