"""The commands of the tuned model, in the root of a repository: ask it, serve it, log what a bare machine measured."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apipack.cli.output import EXPERIMENTS, USE, fail, known, line, say, shown
from apipack.errors import UserError

if TYPE_CHECKING:  # what it takes is imported when it is needed: the command line starts at once
    from apipack.cli.ask import Write
    from apipack.params import Params
    from apipack.records import Output

ADAPTER = Path("models/adapter")

app = typer.Typer()


@app.command(rich_help_panel=USE, epilog="Example: apipack ask 'Show the pet 7' --lang curl --spec my-spec.yaml")
def ask(
    instruction: Annotated[str, typer.Argument(help="what the call is to do, in a sentence")],
    lang: Annotated[str, typer.Option(help="the language of the call")],
    spec: Annotated[Path | None, typer.Option(help="an OpenAPI specification to ask about")] = None,
    api: Annotated[str | None, typer.Option(help="an API of the dataset; any by default")] = None,
    server: Annotated[str | None, typer.Option(help="address of a server that runs the model, /v1 at its end")] = None,
    model: Annotated[
        str | None, typer.Option(help="the server's name of it; by default that of `apipack serve`")
    ] = None,
    setting: Annotated[
        str, typer.Option(help="what the model is shown: retrieved_3shot, spec_retrieved or spec_retrieved_3shot")
    ] = "spec_retrieved",
    constrained: Annotated[
        bool,
        typer.Option(help="with documentation: write no call that it does not allow (cURL, Python; not by a server)"),
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Print the call that the tuned model writes, its request, whether that is valid, and what it was shown.

    Documentation and examples are retrieved from the dataset, or from a specification. Exit code 1 where the call
    is not a valid request, 2 where nothing can be asked.
    """
    (language,) = known([lang])
    if not instruction.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in instruction):
        fail("the instruction is not UTF-8", 2)
    if not instruction.strip():
        fail("the instruction is empty", 2)
    if spec is not None and api is not None:
        fail("--spec and --api exclude each other", 2)
    if model is not None and server is None:
        fail("--model names a model of a --server", 2)
    from apipack import params
    from apipack.cli.ask import SETTINGS, of_dataset, of_specification
    from apipack.cli.ask import ask as answer

    if setting not in SETTINGS:
        fail(f"no such setting: {setting}; there are {', '.join(SETTINGS)}", 2)
    try:
        p = params.load()
        write = _by_server(p, server, model) if server else _in_process(p, constrained)
        source = of_specification(spec, language, p) if spec else of_dataset(Path("data"), language, api)
        say("ask: retrieving, then the model writes; this takes up to a minute")
        answered = answer(instruction, source, language, p, write, setting)
    except (UserError, OSError) as error:
        fail(str(error), 2)
    print(line(answered.to_row()) if as_json else shown(answered.to_text()))
    raise typer.Exit(0 if answered.verdict.valid else 1)


@app.command(rich_help_panel=USE, epilog="Example: apipack serve --port 8000")
def serve(
    engine: Annotated[str, typer.Option(help="transformers or vllm")] = "transformers",
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 for a free one")] = 8000,
) -> None:
    """Serve the tuned model over OpenAI's HTTP interface, with `transformers serve` or vLLM, until Ctrl-C.

    The adapter is merged into the model once. The address and the server's name of the model are one line each on
    standard output; then this process becomes the server. It completes prompts; `apipack ask --server ADDRESS`
    retrieves examples and makes the prompt.
    """
    from apipack import params
    from apipack.inference.serving import command, free_port, merged

    try:
        port = port or free_port(host)
        p = params.load()
        program, *arguments = command(engine, merged(p.finetune.model, ADAPTER), host, port)
        print(f"http://{host}:{port}/v1\n{arguments[1]}", flush=True)
        os.execv(program, [program, *arguments])
    except (UserError, OSError, OverflowError) as error:
        fail(str(error), 2)


@app.command(rich_help_panel=EXPERIMENTS, epilog="Example: apipack log metrics")
def log(
    folder: Annotated[Path, typer.Argument(help="like metrics/: finetune.json, evaluate.json, plots/loss.csv")],
    params: Annotated[
        Path | None, typer.Option(help="params.yaml of that run; by default FOLDER's, or this one")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(help="predictions.parquet of that run")] = None,
) -> None:
    """Log to MLflow what `python -m stages.finetune` and `stages.evaluate` measured on a machine without it.

    The same figures are logged once; the run's id is one line on standard output.
    """
    from apipack import params as parameters
    from apipack.evaluation.tracking import log_folder

    own = folder / "params.yaml"
    try:
        p = parameters.load(params or (own if own.is_file() else Path("params.yaml")))
        run_id, new = log_folder(folder, p.report.experiment, p.model_dump(), predictions)
    except (ValueError, OSError) as error:
        fail(f"{folder}: {error}", 2)
    if not new:
        print("these figures are logged already", file=sys.stderr)
    print(run_id)


def _in_process(p: Params, constrained: bool) -> Write:
    """The tuned model of this repository. constrained: keeps to the grammar, where there is one and the backend can."""
    from apipack.cli.room import roomy
    from apipack.inference.answering import answer
    from apipack.inference.serving import check
    from apipack.prompting.prompts import STOP

    check(ADAPTER)

    def write(prompt: str, grammar: str | None) -> Output:
        held = constrained and grammar is not None and p.evaluate.backend != "openai"
        grammars = [grammar] if held else None
        return answer(p.finetune.model, ADAPTER, [prompt], roomy(p.evaluate), STOP, grammars=grammars)[0][0]

    return write


def _by_server(p: Params, url: str, model: str | None) -> Write:
    """A served model; nothing is kept, since a name may stand for other weights tomorrow."""
    from apipack.cli.room import roomy
    from apipack.inference.answering import ask_served
    from apipack.inference.params import Served
    from apipack.inference.serving import merged
    from apipack.prompting.prompts import STOP

    name = model or str(merged(p.finetune.model, ADAPTER))
    try:
        served = Served(model=name, base_url=url, chat=False, attempts=2)
    except ValueError as error:
        raise UserError(f"{url:.200} is no address of a server, as http://127.0.0.1:8000/v1 is") from error
    return lambda prompt, _: ask_served(served, [prompt], roomy(p.evaluate), STOP, Path(":memory:"))[0][0]
