"""Java with OkHttp: a fragment in a method of a class; many calls share one JVM."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apipack.sandbox.jail import TRUST_STORE, TRUST_STORE_PASSWORD
from apipack.sandbox.runners.program import Program, harness

JARS = ("/usr/share/java/okhttp.jar", "/usr/share/java/okio.jar")
JAVA, JAVAC = "/usr/bin/java", "/usr/bin/javac"
NEEDS = (JAVA, JAVAC, *JARS)
PATH = ":".join(JARS)
OPTIONS = (
    *("-Xmx256m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
    *("-XX:ReservedCodeCacheSize=64m", "-XX:CompressedClassSpaceSize=64m", "-XX:MaxMetaspaceSize=256m"),
    *(f"-Djavax.net.ssl.trustStore={TRUST_STORE}", f"-Djavax.net.ssl.trustStorePassword={TRUST_STORE_PASSWORD}"),
)
IMPORTS = ("okhttp3.*", "java.io.*", "java.util.*", "java.util.concurrent.*", "java.nio.charset.StandardCharsets")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?[\w.*]+[ \t]*;[ \t]*$", re.MULTILINE)


def in_class(code: str, name: str) -> str:
    """A class whose method `call` is the fragment; the fragment's own imports go where imports may stand."""
    own = "".join(f"{line.strip()}\n" for line in _IMPORT.findall(code))
    common = "".join(f"import {package};\n" for package in IMPORTS)
    body = _IMPORT.sub("", code)
    main = "  public static void main(String[] a) throws Exception {\n    call();\n    System.exit(0);\n  }\n"
    return f"{common}{own}public class {name} {{\n  static void call() throws Exception {{\n{body}\n  }}\n{main}}}\n"


def alone(code: str) -> Program:
    compiler = (JAVAC, "-J-Xmx256m", "-J-XX:+UseSerialGC", "-J-XX:-UsePerfData", "-J-XX:TieredStopAtLevel=1")
    build = (*compiler, "-encoding", "UTF-8", "-proc:none", "-nowarn", "-cp", PATH, "Call.java")
    return Program({"Call.java": in_class(code, "Call")}, (JAVA, *OPTIONS, "-cp", f"{PATH}:.", "Call"), build)


def together(calls: Mapping[int, str], marker: str) -> Program:
    files = {f"Call{number}.java": in_class(code, f"Call{number}") for number, code in calls.items()}
    run = (JAVA, *OPTIONS, "-cp", PATH, "Each.java", marker, *map(str, calls))
    return Program({**files, "Each.java": harness("Each.java")}, run)
