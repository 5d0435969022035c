"""Tables, plots and the MLflow run of what was measured.  python -m stages.report"""

from pathlib import Path
from typing import Any

from apipack.evaluation.headline import headline
from apipack.evaluation.params import Report
from apipack.evaluation.reporting import figures, report, write_plots
from apipack.evaluation.run_record import loss_curve, record, stage_figures
from apipack.evaluation.summary import summary
from apipack.evaluation.tracking import log_run
from apipack.io import METRICS, fresh_folder, read_table, write_text
from apipack.section import Section, read
from stages import run

PLOTS = METRICS / "plots"
LOGGED = [Path("models/adapter"), Path("params.yaml"), METRICS / "report.md", PLOTS / "accuracy"]


class Reads(Section):
    seed: int
    report: Report


def main(p: Reads) -> dict[str, Any]:
    predictions = read_table("data/predictions/predictions.parquet").to_pandas().dropna(axis="columns", how="all")
    write_text(METRICS / "report.md", report(predictions, p.seed))
    with fresh_folder(PLOTS / "accuracy") as folder:
        write_plots(predictions, folder, p.seed)
    told = figures(predictions, p.seed) | stage_figures(METRICS)
    prompts = read_table("data/prompts/tests.parquet").to_pandas()
    curves = loss_curve(PLOTS / "loss.csv")
    finished = record(read(), told, predictions, prompts, curves=curves, artifacts=LOGGED)
    run_id = log_run(p.report.experiment, finished)
    print(summary(predictions, p.seed))
    return headline(predictions, p.seed) | {"mlflow_run": run_id}


if __name__ == "__main__":
    run("report", Reads, main)
