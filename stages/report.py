"""Tables, plots and the MLflow run of what was measured.  python -m stages.report"""

from pathlib import Path
from typing import Any

from apipack.evaluation.headline import headline
from apipack.evaluation.params import Report
from apipack.evaluation.publishing import publish
from apipack.evaluation.summary import summary
from apipack.evaluation.tracking import log_run
from apipack.io import METRICS, read_table
from apipack.section import Section, Seed, read
from stages import run

LOGGED = [Path("models/adapter"), Path("params.yaml")]


class Reads(Section):
    seed: Seed
    report: Report


def main(p: Reads) -> dict[str, Any]:
    predictions = read_table("data/predictions/predictions.parquet").to_pandas().dropna(axis="columns", how="all")
    prompts = read_table("data/prompts/tests.parquet").to_pandas()
    run_id = log_run(p.report.experiment, publish(predictions, prompts, read(), METRICS, LOGGED))
    print(summary(predictions, p.seed))
    return headline(predictions, p.seed) | {"mlflow_run": run_id}


if __name__ == "__main__":
    run("report", Reads, main)
