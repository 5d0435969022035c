"""Tables, plots and the MLflow run of what was measured.  python -m stages.report"""

from pathlib import Path
from typing import Any

import pandas as pd

from apipack.evaluation.accuracy import CELL, accuracy, flat_metrics, metrics_of
from apipack.evaluation.reporting import accuracy_table, judged, paper_table
from apipack.evaluation.tracking import log_run, stage_figures
from apipack.io import METRICS as FOLDER
from apipack.io import fresh_folder, read_table, write_text
from apipack.params import Params
from stages import run

PLOTS = FOLDER / "plots"
CUTS = (  # the accuracies that MLflow gets
    *(["model"], ["model", "setting"], ["model", "setting", "language"]),
    *(CELL, [*CELL, "language"]),
)

INTERVALS = (
    "Share of tests, with 95 % intervals: percentile bootstrap, APIs drawn with replacement. Where every API has the "
    "same share, all 0 say, Wilson's interval with each API as one trial."
)


def main(p: Params) -> dict[str, Any]:
    predictions = read_table("data/predictions/predictions.parquet").to_pandas().dropna(axis="columns", how="all")
    cells = accuracy(predictions, CELL, p.seed)
    by_language = accuracy(predictions, [*CELL, "language"], p.seed)
    text = f"# Accuracy\n\n{INTERVALS}\n"
    for metric in metrics_of(predictions):
        text += f"\n## {metric}{judged(predictions, metric)}\n\n{accuracy_table(predictions, metric, p.seed)}\n"
    text += f"\n## The paper's figures (API-call match, CodeLlama-13B tuned on Python)\n\n{paper_table()}\n"
    write_text(FOLDER / "report.md", text)
    with fresh_folder(PLOTS / "accuracy") as folder:
        cells.to_csv(folder / "levels.csv", index=False)
        by_language.to_csv(folder / "languages.csv", index=False)
    loss = pd.read_csv(PLOTS / "loss.csv")
    run_id = log_run(
        p.report.experiment,
        p.model_dump(),
        {
            **{k: v for by in CUTS for k, v in flat_metrics(accuracy(predictions, by, p.seed), by).items()},
            **stage_figures(FOLDER),
        },
        {"train.loss": list(zip(loss["step"].tolist(), loss["loss"].tolist(), strict=True))},
        [Path("models/adapter"), Path("params.yaml"), FOLDER / "report.md", PLOTS / "accuracy"],
        predictions,
    )
    return {"mlflow_run": run_id}


if __name__ == "__main__":
    run("report", main)
