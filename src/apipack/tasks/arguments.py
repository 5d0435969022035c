"""The arguments of a stage's script: its flags, and nothing else."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence


def take(name: str, flags: Sequence[str]) -> None:
    """`--help` prints the script's docstring; what it does not know ends it with exit code 2, before any work."""
    script = ArgumentParser(f"python -m stages.{name}", description=sys.modules["__main__"].__doc__, allow_abbrev=False)
    for flag in flags:
        script.add_argument(flag, action="store_true")
    script.parse_args()
