"""Go: a program a call; many calls are one program of as many functions.

Code without a package clause is a program without its head, or the body of its `main`; what it names of the standard
library is imported where it says no import itself.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from apipack.sandbox.runners.program import Program, each

GO = "/usr/bin/go"
NEEDS = (GO,)
BUILD = (GO, "build", "-o", "calls")
MODULE = "module calls\n"
ENV = {"GO111MODULE": "on", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}


PACKAGES = {
    path.rpartition("/")[2]: path
    for path in (
        *(
            "bytes",
            "context",
            "crypto/tls",
            "encoding/base64",
            "encoding/json",
            "errors",
            "fmt",
            "io",
            "io/ioutil",
            "log",
        ),
        *("mime/multipart", "net/http", "net/http/httputil", "net/textproto", "net/url", "os", "strconv"),
        *("strings", "time"),
    )
}
_IMPORTS = re.compile(r'^import\s*(?:\([^)]*\)|(?:[\w.]+[ \t]+)?"[^"\n]*")', re.MULTILINE)
_TEXTS = re.compile(r"//[^\n]*|/\*.*?\*/|`[^`]*`|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_DECLARED = re.compile(r"^(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*:=", re.MULTILINE)
_QUALIFIER = re.compile(r"(?<![\w.])([a-z]\w*)\.[A-Z]")


def whole(code: str) -> str:
    """The code with a package clause, its imports and a `main`, where it has none of them."""
    bare = _TEXTS.sub(" ", code)
    if re.search(r"^\s*package\s", bare, re.MULTILINE):
        return code
    imports = _IMPORTS.findall(code)
    if not imports:
        named = sorted({PACKAGES[name] for name in _QUALIFIER.findall(bare) if name in PACKAGES})
        imports = [f'import "{path}"' for path in named]
    body = _IMPORTS.sub("", code)
    if not re.search(r"^func\s+main\s*\(", bare, re.MULTILINE):
        body = f"func main() {{\n{body}\n{_used(bare)}}}\n"
    return "\n".join(["package main", *imports, body])


def _used(bare: str) -> str:
    """Uses of what a fragment declares, since it goes on elsewhere: without them it does not compile."""
    lists = _DECLARED.findall(textwrap.dedent(bare.strip("\n")))
    names = dict.fromkeys(name.strip() for names in lists for name in names.split(","))
    return "".join(f"_ = {name}\n" for name in names if name != "_")


def alone(code: str) -> Program:
    return Program({"call.go": whole(code), "go.mod": MODULE}, ("./calls",), BUILD, env=ENV)


def fits(code: str) -> bool:
    """Whether code declares `main` alone, since many calls are one package."""
    return re.findall(r"^(?:func|type|var|const)\b.*", whole(code), re.MULTILINE) == ["func main() {"]


def together(calls: Mapping[int, str], marker: str) -> Program:
    """Each call's `main` becomes a function in a file of its own; the program's argument says which of them runs."""
    files = {f"call{n}.go": whole(code).replace("func main()", f"func call{n}()", 1) for n, code in calls.items()}
    cases = "".join(f'\tcase "{number}":\n\t\tcall{number}()\n' for number in calls)
    files["main.go"] = f'package main\n\nimport "os"\n\nfunc main() {{\n\tswitch os.Args[1] {{\n{cases}\t}}\n}}\n'
    program = each(files | {"go.mod": MODULE}, {n: ["./calls", str(n)] for n in calls}, marker, BUILD)
    return Program(program.files, program.run, program.build, env=ENV)
