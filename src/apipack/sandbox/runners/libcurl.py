"""C with libcurl: a program a call; many calls are one program of as many functions. Fragments get a `main`.

What is C++ by its headers is compiled as such, where there is a compiler for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from apipack.sandbox.runners.program import CALL_SECONDS, Program, harness

GCC, GXX = "/usr/bin/gcc", "/usr/bin/g++"
NEEDS = (GCC, "/usr/include/*/curl/curl.h|/usr/include/curl/curl.h")
BUILD = (GCC, "-std=gnu11", "-O0", "-w", "-o", "calls")
BUILD_CPP = (GXX, "-std=gnu++17", "-O0", "-w", "-o", "calls")


INCLUDES = "".join(f"#include <{name}.h>\n" for name in ("stdio", "stdlib", "string", "curl/curl"))
_CPP = re.compile(r"^[ \t]*#[ \t]*include\s*[<\"](?:[a-z_]+|[\w/.]+\.hpp|cpr/\w+\.h)[>\"]|\bstd::", re.MULTILINE)
_MAIN = re.compile(r"\bmain\s*\(")
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:include|define)\b(?:[^\\\n]|\\.)*(?:\\\n.*)*$", re.MULTILINE)


def is_cpp(code: str) -> bool:
    """Whether code is C++, by its headers or its namespace."""
    return _CPP.search(code) is not None


def whole(code: str) -> str:
    """The code with a `main` around it where it has none; GNU C lets functions stand in functions."""
    if _MAIN.search(code):
        return code
    directives = "".join(f"{line}\n" for line in _DIRECTIVE.findall(code))
    return f"{INCLUDES}{directives}int main(void) {{\n{_DIRECTIVE.sub('', code)}\nreturn 0;\n}}\n"


def alone(code: str) -> Program:
    if is_cpp(code) and Path(GXX).exists():
        return Program({"call.cpp": whole(code)}, ("./calls",), (*BUILD_CPP, "call.cpp", "-lcurl"))
    return Program({"call.c": whole(code)}, ("./calls",), (*BUILD, "call.c", "-lcurl"))


def fits(code: str) -> bool:
    """Whether code defines `main` alone, since many calls are one translation unit."""
    lines = re.findall(r"^(?![ \t}#/]).*[({].*$|^[ \t]*#[ \t]*define\b", whole(code), re.MULTILINE)
    return len(lines) == 1 and lines[0].startswith("int main(void)")


def together(calls: Mapping[int, str], marker: str) -> Program:
    """Each call's `main` becomes a function of the one file, which forks a process for each."""
    parts = [
        f'#line 1 "call{number}.c"\n{whole(code).replace("int main(void)", f"static int call{number}(void)", 1)}\n'
        for number, code in calls.items()
    ]
    table = ", ".join(f"{{{number}, call{number}}}" for number in calls)
    parts.append(f"static struct {{ int number; int (*call)(void); }} apipack_calls[] = {{{table}, {{0, 0}}}};\n")
    parts.append(f"{INCLUDES}{harness('each.c')}")
    build = (*BUILD, "-DCURL_DISABLE_TYPECHECK", "calls.c", "-lcurl")
    run = ("./calls", marker, str(int(CALL_SECONDS)))
    return Program({"calls.c": "".join(parts)}, run, build)
