"""A dvc.lock that was cut off when DVC was killed is set aside.  python -m apipack.cli.lockfile

DVC rewrites the file in place after each stage (`dvc.utils.serialize`) and refuses one that it cannot read. Nothing is
lost with it: the run cache knows each finished stage by its inputs, and `dvc repro` checks its outputs out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from dvc.utils.serialize import ParseError, load_yaml
from voluptuous import Invalid

LOCK = Path("dvc.lock")
ASIDE = Path(".dvc/tmp/dvc.lock.broken")


def mend(lock: Path = LOCK, aside: Path = ASIDE) -> str | None:
    """Move a lock file that DVC would refuse to `aside`; why it would, or None where it is whole or absent."""
    if not lock.exists():
        return None
    try:
        COMPILED_LOCKFILE_SCHEMA(load_yaml(lock))
    except (ParseError, Invalid, UnicodeDecodeError) as error:
        aside.parent.mkdir(parents=True, exist_ok=True)
        lock.replace(aside)
        return str(error)
    return None


if __name__ == "__main__":
    if reason := mend():
        print(f"{LOCK} is not whole ({reason}) and lies in {ASIDE} now; the run cache has its stages", file=sys.stderr)
