"""A dvc.lock that was cut off when DVC was killed is set aside.  python -m apipack.cli.lockfile

DVC rewrites the file in place after each stage and refuses one that it cannot read. Nothing is lost with it: the run
cache knows each finished stage by its inputs, and `dvc repro` checks its outputs out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

LOCK = Path("dvc.lock")
ASIDE = Path(".dvc/tmp/dvc.lock.broken")
_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")


def mend(lock: Path = LOCK, aside: Path = ASIDE) -> str | None:
    """Move a lock file that DVC would refuse to `aside`; why it would, or None where it is whole or absent."""
    if not lock.exists():
        return None
    try:
        reason = _broken(YAML(typ="safe").load(lock.read_bytes()))
    except (YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
    if reason is not None:
        aside.parent.mkdir(parents=True, exist_ok=True)
        lock.replace(aside)
    return reason


def _broken(content: Any) -> str | None:
    """What DVC's format 2.0 has and the content has not."""
    if not isinstance(content, dict) or content.get("schema") != "2.0":
        return "no schema 2.0"
    if not isinstance(stages := content.get("stages"), dict):
        return "no stages"
    cut = next((name for name, stage in stages.items() if not _whole(stage)), None)
    return None if cut is None else f"stage {cut} is cut off"


def _whole(stage: Any) -> bool:
    if not isinstance(stage, dict) or not stage.get("cmd"):
        return False
    files, params = [stage.get(key, []) for key in ("deps", "outs")], stage.get("params", {})
    if not all(isinstance(each, list) for each in files) or not isinstance(params, dict):
        return False
    entries = [entry for each in files for entry in each]
    return all(isinstance(values, dict) for values in params.values()) and all(map(_whole_entry, entries))


def _whole_entry(entry: Any) -> bool:
    """One file or folder: a path, and no member without a value or hash that is not whole."""
    if not isinstance(entry, dict) or None in entry.values():
        return False
    texts = isinstance(entry.get("path"), str) and isinstance(entry.get("hash", ""), str)
    return texts and ("md5" not in entry or _MD5.fullmatch(str(entry["md5"])) is not None)


if __name__ == "__main__":
    if reason := mend():
        print(f"{LOCK} is not whole ({reason}) and lies in {ASIDE} now; the run cache has its stages", file=sys.stderr)
