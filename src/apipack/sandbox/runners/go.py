"""Go: a program a call; many calls are one program of as many functions."""

from __future__ import annotations

from collections.abc import Mapping

from apipack.sandbox.runners.program import Program, each

GO = "/usr/bin/go"
NEEDS = (GO,)
BUILD = (GO, "build", "-o", "calls")
MODULE = "module calls\n"
ENV = {"GO111MODULE": "on", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}


def alone(code: str) -> Program:
    return Program({"call.go": code, "go.mod": MODULE}, ("./calls",), BUILD, env=ENV)


def together(calls: Mapping[int, str], marker: str) -> Program:
    """Each call's `main` becomes a function in a file of its own; the program's argument says which of them runs."""
    files = {f"call{n}.go": code.replace("func main()", f"func call{n}()", 1) for n, code in calls.items()}
    cases = "".join(f'\tcase "{number}":\n\t\tcall{number}()\n' for number in calls)
    files["main.go"] = f'package main\n\nimport "os"\n\nfunc main() {{\n\tswitch os.Args[1] {{\n{cases}\t}}\n}}\n'
    program = each(files | {"go.mod": MODULE}, {n: ["./calls", str(n)] for n in calls}, marker, BUILD)
    return Program(program.files, program.run, program.build, env=ENV)
