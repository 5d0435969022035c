"""Swift with URLSession, in a folder with a Debian of its own (`make toolchain-swift`), since Debian 12 has none.

On Linux URLSession lives in FoundationNetworking; whoever runs a fragment waits for its task. A type with `@main` is
a program of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from apipack.sandbox.runners.program import Program, each

ROOT = Path(os.environ.get("APIPACK_SWIFT") or Path.home() / ".cache" / "apipack" / "swift")
NEEDS = (str(ROOT / "usr/bin/swiftc"),)
IMPORTS = "import Foundation\nimport FoundationNetworking\n"
BUILD = ("/usr/bin/swiftc", "-Onone", "-module-name", "calls", "-o", "calls")
ENV = {"CLANG_MODULE_CACHE_PATH": "modules"}
WAIT = "\nwhile dataTask.state != .completed { usleep(500) }\nif dataTask.error != nil { exit(1) }\n"
WAIT_FOR_ANY = "\nThread.sleep(forTimeInterval: 1)\n"
_ENTRY = re.compile(r"^@main\b", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*import[ \t]+\w+[ \t]*;?[ \t]*$", re.MULTILINE)


def alone(code: str) -> Program:
    if _ENTRY.search(code):
        build = (*BUILD, "-parse-as-library", "call.swift")
        return Program({"call.swift": IMPORTS + code}, ("./calls",), build, env=ENV)
    wait = WAIT if re.search(r"\blet dataTask\b", code) else WAIT_FOR_ANY
    return Program({"main.swift": IMPORTS + code + wait}, ("./calls",), (*BUILD, "main.swift"), env=ENV)


def fits(code: str) -> bool:
    """Whether code can be the body of a function that waits for its task."""
    return (
        "let dataTask" in code
        and re.search(r"^(?:@main|extension|import\s+(?!Foundation))|\bawait\b", code, re.M) is None
    )


def together(calls: Mapping[int, str], marker: str) -> Program:
    """Each call is a function in a file of its own; the program's argument says which of them runs."""
    files = {
        f"call{n}.swift": f"{IMPORTS}func call{n}() {{\n{_IMPORT.sub('', code)}{WAIT}}}\n" for n, code in calls.items()
    }
    cases = "".join(f'case "{number}": call{number}()\n' for number in calls)
    files["main.swift"] = f"switch CommandLine.arguments[1] {{\n{cases}default: break\n}}\n"
    commands = {number: ["./calls", str(number)] for number in calls}
    program = each(files, commands, marker, (*BUILD, "-wmo", *files))
    return Program(program.files, program.run, program.build, env=ENV)
