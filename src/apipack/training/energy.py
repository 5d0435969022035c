"""Joules that the processors took, where Linux tells them: the energy counters of RAPL in /sys/class/powercap."""

from __future__ import annotations

from pathlib import Path

POWERCAP = Path("/sys/class/powercap")


class Meter:
    """Counts from when it is made. Only whole packages are counted; their cores and memory are parts of them."""

    def __init__(self, folder: Path = POWERCAP) -> None:
        self._start = {zone: energy for zone in sorted(folder.glob("*-rapl:?")) if (energy := _microjoules(zone))}

    def joules(self) -> float | None:
        """Since the start, None where no counter can be read. A counter that began anew is counted from its range's
        end once, so a reading at least every few hours is right."""
        spent = [self._since(zone, start) for zone, start in self._start.items()]
        return round(sum(spent) / 1e6, 1) if spent else None

    def _since(self, zone: Path, start: int) -> int:
        now = _microjoules(zone) or start
        return now - start if now >= start else now - start + (_microjoules(zone, "max_energy_range_uj") or 0)


def _microjoules(zone: Path, name: str = "energy_uj") -> int | None:
    try:
        return int((zone / name).read_text())
    except (OSError, ValueError):
        return None
