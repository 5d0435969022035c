"""One script a stage of dvc.yaml: read params, call the library, write outputs and metrics/STAGE.json.
`Reads` in a script names the parameters that it gets, and equals `params:` of the stage in dvc.yaml. Run one by hand
from the repository's root with `python -m stages.NAME`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# OpenMP threads that spin while they wait slow each other down on shared cores; read when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# A queued experiment runs in a copy of the repository: with that copy's library, not the installed one, here and
# in the processes that Daft starts.
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
if shutil.disk_usage(ROOT).free < 64 * 2**20:
    sys.dont_write_bytecode = True  # Python 3.11 leaves half a .pyc on a full disk, and cannot load it (gh-126606)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # nor do processes that a stage starts
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH"))))

from apipack.errors import UserError  # noqa: E402
from apipack.io import write_metrics  # noqa: E402
from apipack.section import Reads, load  # noqa: E402
from apipack.tasks.arguments import take  # noqa: E402
from apipack.tasks.costs import with_costs  # noqa: E402


def run(name: str, reads: type[Reads], work: Callable[[Reads], dict[str, Any]], flags: Sequence[str] = ()) -> None:
    """Do a stage's work and write its metrics with what it cost (`with_costs`); a failure that a user can mend ends in
    one line and exit code 1. flags: the only arguments that the script takes."""
    take(name, flags)
    try:
        if metrics := with_costs(lambda: work(load(reads))):
            write_metrics(name, metrics)
    except (UserError, OSError) as error:
        sys.exit(f"{name}: {error}")
