"""Python: the environment of a program, which is started without arguments."""

from __future__ import annotations

from typing import Any

from apipack.languages.reading.dialect import leave, optional
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.sending import drawn
from apipack.languages.reading.values import (
    MYSTERY,
    UNDEFINED,
    UNSET,
    Arguments,
    Builtin,
    Environment,
    Module,
    Thing,
    known,
    of_environment,
)
from apipack.languages.wire import Unreadable


def _variable(run: Evaluation, given: Arguments) -> Any:
    """os.getenv: what the environment gives."""
    name, default = given.take("key", "default", required=1)
    held = of_environment(name)
    return default if held is UNSET and default is not UNDEFINED else held


class Environ(Environment):
    """os.environ."""

    def do_get(self, run: Evaluation, given: Arguments) -> Any:
        return _variable(run, given)

    def item(self, run: Any, key: Any) -> Any:
        held = of_environment(key)
        return MYSTERY if held is UNSET else held


OS = Module("os", {"environ": Environ(), "getenv": Builtin(_variable)})
SYS = Module("sys", {"exit": Builtin(leave), "argv": [drawn(0)], "stderr": MYSTERY, "stdout": MYSTERY})


class ArgumentParser(Thing):
    """argparse.ArgumentParser."""

    OPTIONS = ("default", "type", "action", "nargs", "dest", "required", "help", "choices", "metavar", "const")

    def __init__(self, given: Arguments) -> None:
        given.take("prog", "usage", "description", "epilog", "formatter_class", "add_help")
        self.defaults: dict[str, Any] = {}

    def do_add_argument(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        flags = known(given.positional)
        options = dict(zip(self.OPTIONS, Arguments([], given.named).take(*self.OPTIONS), strict=True))
        default, kind, action = optional(options["default"]), options["type"], optional(options["action"], "store")
        names = [flag for flag in flags if flag.startswith("--")] or flags
        is_positional = not names[0].startswith("-")
        if optional(options["required"], False) or (is_positional and options["nargs"] not in ("?", "*")):
            raise Unreadable("an argument that the program must be given")
        if action not in ("store", "store_true", "append"):
            raise Unreadable("an action of an argument")
        if action == "store_true" and options["default"] is UNDEFINED:
            default = False
        if isinstance(default, str) and kind is not UNDEFINED:
            default = run.apply(kind, Arguments([default]))
        self.defaults[optional(options["dest"]) or names[0].lstrip("-").replace("-", "_")] = default
        return MYSTERY

    def do_parse_args(self, run: Evaluation, given: Arguments) -> Module:
        (args,) = given.take("args")
        if args is not UNDEFINED and args is not None:
            raise Unreadable("arguments that the program is given")
        return Module("arguments", dict(self.defaults))


ARGPARSE = Module(
    "argparse",
    {
        "ArgumentParser": Builtin(lambda run, given: ArgumentParser(given)),
        **dict.fromkeys(("Namespace", "ArgumentDefaultsHelpFormatter", "RawDescriptionHelpFormatter"), MYSTERY),
    },
)
