"""What a training takes: energy counters that begin anew, machines with several of them, and runs that were killed."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from apipack.io import read_json, write_text
from apipack.training import spending
from apipack.training.energy import Meter
from apipack.training.spending import Spending

RANGE = 262_143_328_850
FIRST = SimpleNamespace(is_world_process_zero=True)


def zone(folder: Path, zone: str, name: str, energy: int) -> Path:
    """A zone of RAPL as Linux shows it, which ends at RANGE."""
    for file, text in (("name", name), ("energy_uj", str(energy)), ("max_energy_range_uj", str(RANGE))):
        write_text(folder / zone / file, f"{text}\n")
    return folder / zone


def test_whole_packages_alone_are_counted(tmp_path: Path) -> None:
    packages = [zone(tmp_path, f"intel-rapl:{at}", f"package-{at}", 0) for at in (0, 10)]
    others = [
        zone(tmp_path, "intel-rapl:1", "psys", 5),  # which the packages are a part of
        zone(tmp_path, "intel-rapl:0:0", "core", 5),
        zone(tmp_path, "intel-rapl:0:1", "package-0-die-0", 5),
        zone(tmp_path, "intel-rapl-mmio:0", "package-0", 5),
    ]
    meter = Meter(tmp_path)
    for one in (*packages, *others):
        write_text(one / "energy_uj", "2000000\n")
    assert meter.joules() == 4.0


def test_a_counter_that_begins_anew_again_and_again_loses_nothing(tmp_path: Path) -> None:
    package = zone(tmp_path, "intel-rapl:0", "package-0", RANGE - 1_000_000)
    meter, total = Meter(tmp_path), 1_000_000
    for _ in range(5):
        for energy in (0, RANGE // 2, RANGE - 1):
            write_text(package / "energy_uj", str(energy))
            meter.joules()
    assert meter.joules() == pytest.approx((total + 5 * (RANGE - 1) + 4) / 1e6, abs=0.1)


def test_without_a_counter_there_are_no_joules(tmp_path: Path) -> None:
    assert Meter(tmp_path / "missing").joules() is None
    (zone(tmp_path, "intel-rapl:0", "package-0", 1) / "energy_uj").unlink()  # as where only root may read it
    zone(tmp_path, "intel-rapl:1", "psys", 1)
    assert Meter(tmp_path).joules() is None


def test_a_run_that_goes_on_counts_what_was_spent_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, checkpoints = zone(tmp_path, "intel-rapl:0", "package-0", 0), tmp_path / "run"
    monkeypatch.setattr(spending, "BETWEEN_READINGS", 0)
    first = Spending(checkpoints, tmp_path)
    for energy in (RANGE - 1, 999_999):  # read at each step
        write_text(package / "energy_uj", str(energy))
        first.on_step_end(None, FIRST, None)
    Spending(checkpoints, tmp_path).on_save(None, SimpleNamespace(is_world_process_zero=False), None)
    assert not checkpoints.exists()
    first.on_save(None, FIRST, None)
    before = read_json(checkpoints / spending.FILE)
    assert before["joules"] == pytest.approx(RANGE / 1e6 + 1, abs=0.1) and "seconds_before" not in before
    second = Spending(checkpoints, tmp_path)
    assert "seconds_before" not in second.figures()  # before it is known that there is a checkpoint
    second.go_on()
    write_text(package / "energy_uj", "3999999")
    figures = second.figures()
    assert figures["joules"] == pytest.approx(before["joules"] + 3) and figures["seconds_before"] == before["seconds"]
    assert figures["seconds"] >= before["seconds"] and figures["peak_memory_mb"] >= before["peak_memory_mb"]
    unread = Spending(checkpoints, tmp_path / "no counters")
    unread.go_on()
    assert "joules" not in unread.figures()


def test_what_was_spent_before_is_0_where_it_is_not_known(tmp_path: Path) -> None:
    for text in (None, '{"secon'):
        if text:
            write_text(tmp_path / spending.FILE, text)
        going_on = Spending(tmp_path, tmp_path)
        going_on.go_on()
        assert going_on.figures().keys() == {"seconds", "peak_memory_mb"}
