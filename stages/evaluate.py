"""Generate the tests' calls with every model that params.yaml names, and score them.  python -m stages.evaluate

Needs torch, transformers and peft, data/prompts and models/adapter. The rates that need specifications or execution
are left out, with a line that says so, where the packages or the data for them are missing (a bare GPU box); later and
elsewhere, `--rescore` judges the outputs that data/predictions has and adds them.
"""

import argparse
from pathlib import Path
from typing import Any

from apipack.evaluation.predictions import evaluate
from apipack.io import fresh_folder, rows_table, write_table
from apipack.params import Params
from apipack.records import PREDICTIONS
from stages import run


def main(p: Params) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rescore", action="store_true", help="judge the outputs of data/predictions, generate nothing"
    )
    rows, metrics = evaluate(p, Path("data"), Path("models/adapter"), parser.parse_args().rescore)
    with fresh_folder("data/predictions") as folder:
        write_table(folder / "predictions.parquet", rows_table(rows, PREDICTIONS))
    return metrics


if __name__ == "__main__":
    run("evaluate", main)
