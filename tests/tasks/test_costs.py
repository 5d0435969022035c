from apipack.tasks.costs import memory, with_costs


def test_costs_stand_beside_the_figures() -> None:
    figures = with_costs(lambda: {"rows_out": 10})
    assert figures["rows_out"] == 10 and figures["seconds"] >= 0 and figures["rows_per_second"] >= 10
    assert 10 < figures["peak_memory_mb"] <= memory() >> 19


def test_seconds_of_processes_that_were_killed_are_added() -> None:
    figures = with_costs(lambda: {"seconds": 80.0, "seconds_before": 70.0})
    assert 70 <= figures["seconds"] < 80 and "seconds_before" not in figures


def test_work_that_tells_its_own_peak_keeps_it_and_no_figures_have_no_costs() -> None:
    assert with_costs(lambda: {"peak_memory_mb": 7})["peak_memory_mb"] == 7
    assert with_costs(dict) == {}
