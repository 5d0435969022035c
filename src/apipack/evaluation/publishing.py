"""What the stage report writes into metrics/, and the record of the run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from apipack.evaluation.html_report import of_run, page, write_pictures
from apipack.evaluation.reporting import figures, report, write_plots
from apipack.evaluation.run_record import Record, loss_curve, record, stage_figures
from apipack.io import fresh_folder, write_text


def publish(
    predictions: pd.DataFrame, prompts: pd.DataFrame, params: Mapping[str, Any], metrics: Path, others: list[Path]
) -> Record:
    """Write report.md, report.html, plots/accuracy and plots/pictures. predictions, prompts: of schemas PREDICTIONS and
    TESTS. params: all of params.yaml. metrics: the folder with the stages' figures. others: files that are logged as
    well."""
    seed, plots = int(params["seed"]), metrics / "plots"
    write_text(metrics / "report.md", report(predictions, seed))
    with fresh_folder(plots / "accuracy") as folder:
        write_plots(predictions, folder, seed)
    told = figures(predictions, seed) | stage_figures(metrics)
    logged = [*others, metrics / "report.html", metrics / "report.md", plots / "accuracy"]
    curves = loss_curve(plots / "loss.csv")
    finished = record(params, told, predictions, prompts, curves=curves, artifacts=logged)
    sections = of_run(predictions, int(params["size"]), seed)
    write_text(metrics / "report.html", page(finished.name, sections))
    with fresh_folder(plots / "pictures") as folder:
        write_pictures(sections, folder)
    return finished
