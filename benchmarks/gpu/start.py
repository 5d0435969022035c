"""Modules of this repository, each in a process and a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.gpu import ROOT, SITE


def start(module: str, folder: Path, *arguments: str) -> bool:
    """Run a module in another folder; whether it ended well."""
    paths = filter(None, (str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH"), str(SITE.resolve())))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=folder, env=environment, check=False)
    return done.returncode == 0
