"""SmolLM2-135M tuned fully on 20k and 100k instances, Python and ten languages, and evaluated: what a GPU is for.

Here: where the prepared runs lie. Nothing but Python is needed to read it, nor to unpack on a box.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS = Path("data/gpu")
SITE = Path("data/site")
"""Packages that a box lacks; the stages find them there."""
NEEDED = ("params.yaml", "data/train", "data/prompts")


def prepared(only: Sequence[str] = ()) -> list[Path]:
    """The runs' folders that are whole, or those named `only` of them, the smallest first."""
    found = []
    for folder in RUNS.glob("[!.]*"):
        if only and folder.name not in only:
            continue
        if missing := [name for name in NEEDED if not (folder / name).exists()]:
            print(f"passed over: {folder} has no {missing[0]}", file=sys.stderr)
        else:
            found.append(folder)
    return sorted(found, key=lambda folder: (_size(folder), folder.name))


def _size(folder: Path) -> int:
    found = re.search(r"^size: (\d+)", (folder / "params.yaml").read_text(encoding="utf-8"), re.M)
    return int(found[1]) if found else 0
