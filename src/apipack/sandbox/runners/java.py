"""Java with HttpClient and OkHttp: whole classes, or a fragment in a method of a class; many calls share one JVM.

OkHttp is Debian's 3.13; `RequestBody.java` gives it the argument order of OkHttp 4 beside its own, and the annotations
that come with OkHttp 4 are declared where a call uses them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from apipack.sandbox.jail import TRUST_STORE, TRUST_STORE_PASSWORD
from apipack.sandbox.runners.program import Program, harness

SHARE = "/usr/share/java"
JARS = tuple(
    f"{SHARE}/{name}.jar"
    for name in ("okhttp", "okio", "gson", "json-latest", "jackson-core", "jackson-annotations", "jackson-databind")
)
JAVA, JAVAC = "/usr/bin/java", "/usr/bin/javac"
NEEDS = (JAVA, JAVAC, *JARS)
PATH = ":".join(JARS)
OPTIONS = (
    *("-Xmx256m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
    *("-XX:ReservedCodeCacheSize=64m", "-XX:CompressedClassSpaceSize=64m", "-XX:MaxMetaspaceSize=256m"),
    *(f"-Djavax.net.ssl.trustStore={TRUST_STORE}", f"-Djavax.net.ssl.trustStorePassword={TRUST_STORE_PASSWORD}"),
)
COMPILER = (JAVAC, "-J-Xmx256m", "-J-XX:+UseSerialGC", "-J-XX:-UsePerfData", "-J-XX:TieredStopAtLevel=1")
IMPORTS = (
    "okhttp3.*",
    "java.io.*",
    "java.net.*",
    "java.net.http.*",
    "java.util.*",
    "java.util.concurrent.*",
    "java.util.function.*",
    "java.util.stream.*",
    "java.nio.charset.StandardCharsets",
    "java.nio.file.*",
    "java.time.*",
    "com.fasterxml.jackson.databind.*",
    "com.google.gson.*",
    "org.json.*",
)
ANNOTATIONS = "org.jetbrains.annotations"
_ANNOTATION = re.compile(r"@(NotNull|Nullable)\b")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?[\w.*]+[ \t]*;[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_HEAD = re.compile(r"\s*(?:package\s+([\w.]+)\s*;)?(?:\s*import\s[^;]*;)*(?:\s*@\w+(?:\([^)]*\))?)*\s*")
_TYPE = re.compile(r"((?:public|final|abstract|sealed|strictfp)\s+)*(?:class|interface|enum|record)\s+(\w+)")
_LITERAL = re.compile(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
_CLASS_OR_MAIN = re.compile(
    r"\b(?:class|enum|record|interface)\s+(\w+)[^;{}()]*(?:\([^)]*\)[^;{}()]*)?\{|\bvoid\s+main\s*\(|[{}]"
)


def in_class(code: str, name: str) -> str:
    """A class whose method `call` is the fragment; the fragment's own imports go where imports may stand."""
    own = "".join(f"{line.strip()}\n" for line in _IMPORT.findall(code))
    packages = (*IMPORTS, f"{ANNOTATIONS}.*") if _ANNOTATION.search(code) else IMPORTS
    common = "".join(f"import {package};\n" for package in packages)
    body = _IMPORT.sub("", code)
    main = "  public static void main(String[] a) throws Exception {\n    call();\n  }\n"
    return f"{common}{own}public class {name} {{\n  static void call() throws Exception {{\n{body}\n  }}\n{main}}}\n"


def unit(code: str) -> tuple[str, str, str]:
    """File name, text, and the class with `main`: of a whole file where types stand outside of everything."""
    bare = _COMMENT.sub(" ", code)
    head = _HEAD.match(bare)
    if head is None or not _TYPE.match(bare, head.end()):
        return "Fragment.java", in_class(code, "Fragment"), "Fragment"
    public = re.search(r"^[ \t]*public\s+(?:(?:final|abstract)\s+)*(?:class|interface|enum|record)\s+(\w+)", bare, re.M)
    first = _TYPE.match(bare, head.end())[2]  # type: ignore[index]
    main = _with_main(_LITERAL.sub('""', bare)) or first
    name = public[1] if public else main.partition("$")[0]
    return f"{name}.java", code, f"{head[1]}.{main}" if head[1] else main


def _with_main(code: str) -> str:
    """The binary name of the class that has `main`, empty where none has it. code: without comments and literals."""
    around: list[str] = []
    for mark in _CLASS_OR_MAIN.finditer(code):
        if mark[0].startswith("void"):
            return "$".join(filter(None, around))
        if mark[0] == "}":
            around = around[:-1]
        else:
            around.append(mark[1] or "")
    return ""


def alone(code: str) -> Program:
    name, text, main = unit(code)
    files = {name: text, "Launch.java": harness("Launch.java")}
    if "RequestBody" in code:
        files["RequestBody.java"] = harness("RequestBody.java")
    for annotation in set(_ANNOTATION.findall(code)):
        files[f"{annotation}.java"] = f"package {ANNOTATIONS};\npublic @interface {annotation} {{ }}\n"
    build = (*COMPILER, "-encoding", "UTF-8", "-proc:none", "-nowarn", "-d", ".", "-cp", PATH, *files)
    return Program(files, (JAVA, *OPTIONS, "-cp", f".:{PATH}", "Launch", main), build)


def fits(code: str) -> bool:
    """Whether code is a fragment, which gets a class of its own."""
    return unit(code)[2] == "Fragment" and not _ANNOTATION.search(code)


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"Call{number}.java": in_class(code, f"Call{number}") for number, code in calls.items()}
    run = (JAVA, *OPTIONS, "-cp", PATH, "Each.java", marker, *map(str, calls))
    return Program({**files, "Each.java": harness("Each.java")}, run)
