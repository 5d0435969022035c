"""Joules that the processors took, where Linux tells them: the energy counters of RAPL in /sys/class/powercap."""

from __future__ import annotations

import re
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
_ZONE = re.compile(r"\w+-rapl:\d+")
"""A zone that is no part of another; `intel-rapl-mmio:0` tells a package once more."""


class Meter:
    """Counts from when it is made. Only whole packages are counted: their cores and memory are parts of them, and they
    are a part of `psys`, the whole machine."""

    def __init__(self, folder: Path = POWERCAP) -> None:
        zones = [zone for zone in sorted(folder.glob("*-rapl:*")) if _is_package(zone)]
        self._last = {zone: energy for zone in zones if (energy := _microjoules(zone)) is not None}
        self._spent = 0

    def joules(self) -> float | None:
        """Since the start, None where no counter can be read. A counter that began anew since the last call is counted
        from its range's end once: one of 262 kJ does so within the hour, so this is to be asked each few minutes."""
        for zone, last in self._last.items():
            if (now := _microjoules(zone)) is not None:
                self._spent += (
                    now - last if now >= last else now - last + (_microjoules(zone, "max_energy_range_uj") or 0)
                )
                self._last[zone] = now
        return round(self._spent / 1e6, 1) if self._last else None


def _is_package(zone: Path) -> bool:
    try:
        return bool(_ZONE.fullmatch(zone.name)) and (zone / "name").read_text().startswith("package")
    except OSError:
        return False


def _microjoules(zone: Path, name: str = "energy_uj") -> int | None:
    try:
        return int((zone / name).read_text())
    except (OSError, ValueError):
        return None
