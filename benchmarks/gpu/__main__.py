"""Tune and evaluate SmolLM2-135M on a GPU: metrics/gpu/NAME.

    python -m benchmarks.gpu prepare             # where the data stages ran: a folder a run in data/gpu
    python -m benchmarks.gpu pack                # for a box that is another machine: archives in data/box
    python -m benchmarks.gpu unpack              # there, where data/box was brought: needs nothing but Python
    python -m benchmarks.gpu run [--minutes N]   # on the GPU, which needs no DVC, MLflow, Scrapy or Daft

`prepare` needs `apipack preset gpu-135m && dvc repro retrieve`. Put a run into MLflow, afterwards and elsewhere, with
`apipack log metrics/gpu/NAME`. docs/finetuning.md has the commands for a box that is there for minutes only.
"""

import argparse


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("prepare")
    making.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000], help="training instances")
    making.add_argument("--mixes", choices=("python", "ten"), nargs="+", default=["python", "ten"])
    making.add_argument("--tests", type=int, help="operations a level and language; by default python 200, ten 30")
    commands.add_parser("pack")
    commands.add_parser("unpack")
    running = commands.add_parser("run")
    running.add_argument("names", nargs="*", help="of folders in data/gpu; all by default")
    running.add_argument("--minutes", type=float, help="start nothing that would not end by then")
    running.add_argument("--rows", type=int, help="of the training comparison, 0 for none; by default 2,000, a CPU 32")
    given = parser.parse_args()
    if given.command == "prepare":
        from benchmarks.gpu.prepare import prepare

        prepare(given.sizes, given.mixes, given.tests)
    elif given.command == "run":
        from benchmarks.gpu.run import run

        run(given.names, given.minutes, given.rows)
    else:
        from benchmarks.gpu import box

        box.pack() if given.command == "pack" else box.unpack()


if __name__ == "__main__":
    main()
