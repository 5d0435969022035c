"""What stands between dvc.lock and `dvc repro` is taken out of the way.  python -m apipack.cli.lockfile

DVC rewrites the file in place after each stage and refuses one that it cannot read, so one that was cut off is set
aside. DVC also prefers the outputs that the file names to those in the run cache: where nobody has them (the file comes
from git, another machine trained other weights, and there is no remote), it would train again. Stages whose outputs are
lost are forgotten. Nothing is lost with either: the run cache knows each finished stage by its inputs, and `dvc repro`
checks its outputs out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

LOCK = Path("dvc.lock")
GRAPH = Path("dvc.yaml")
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


def forget_lost(cache: Path, lock: Path = LOCK, graph: Path = GRAPH) -> list[str]:
    """Take the stages out of a whole lock file of which the cache lacks an output; their names. A cache without runs
    changes nothing: there is nothing that could stand in for them."""
    if not lock.exists() or not (cache / "runs").is_dir():
        return []
    yaml = YAML()
    content, stages = yaml.load(lock.read_bytes()), YAML(typ="safe").load(graph.read_bytes())["stages"]
    lost = [name for name, entry in content["stages"].items() if name in stages and _lost(entry, stages[name], cache)]
    if lost:
        for name in lost:
            del content["stages"][name]
        temporary = lock.with_name(f".{lock.name}.tmp")
        with temporary.open("wb") as file:
            yaml.dump(content, file)
        temporary.replace(lock)
    return lost


def _lost(entry: dict[str, Any], stage: dict[str, Any], cache: Path) -> bool:
    kept = set(_cached(stage))
    hashes = [out["md5"] for out in entry.get("outs", []) if out["path"] in kept and "md5" in out]
    return not all((cache / "files/md5" / md5[:2] / md5[2:]).exists() for md5 in hashes)


def _cached(stage: dict[str, Any]) -> Iterator[str]:
    """Outputs that DVC keeps in its cache: those without `cache: false`."""
    for kind in ("outs", "metrics", "plots"):
        for out in stage.get(kind, []):
            if isinstance(out, str):
                yield out
            else:
                yield from (path for path, options in out.items() if options.get("cache", True))


def _dvc(*arguments: str) -> str:
    command = (sys.executable, "-m", "dvc", *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    if reason := mend():
        print(f"{LOCK} is not whole ({reason}) and lies in {ASIDE} now; the run cache has its stages", file=sys.stderr)
    if LOCK.exists() and not _dvc("remote", "list") and (lost := forget_lost(Path(_dvc("cache", "dir")))):
        print(
            f"no outputs here as {LOCK} has them: {', '.join(lost)}; taken from the run cache or made again",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
