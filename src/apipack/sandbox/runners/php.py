"""PHP with its cURL extension and Guzzle: a script a call; a fragment without an opening tag gets one.

Composer's `vendor/autoload.php` is there, and what it loads is Debian's.
"""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.runners.program import Program, each

PHP = "/usr/bin/php"
GUZZLE = "/usr/share/php/GuzzleHttp/autoload.php"
NEEDS = (PHP, "/usr/lib/php/*/curl.so", GUZZLE)
AUTOLOAD = "vendor/autoload.php"


def script(code: str) -> str:
    return code if code.lstrip().startswith("<?") else f"<?php\n{code}"


def alone(code: str) -> Program:
    files, loading = {"call.php": script(code)}, list[str]()
    if "Guzzle" in code or "autoload" in code:
        files[AUTOLOAD] = f"<?php require_once '{GUZZLE}';\n"
        loading = ["-d", f"auto_prepend_file={AUTOLOAD}"]
    return Program(files, (PHP, *loading, "call.php"), check=(PHP, "-l", "call.php"))


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"call{number}.php": script(code) for number, code in calls.items()}
    return each(files, {number: [PHP, f"call{number}.php"] for number in calls}, marker)
