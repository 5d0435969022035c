"""OpenAPI specifications to API calls in ten languages, tuned models, and verdicts on what models write.

`apipack COMMAND --help` has the options of a command and an example. In a repository's root, `apipack doctor` says
what this machine has and lacks.
"""

# Each command imports what it takes: the command line starts at once, and without the packages of other commands.

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from apipack.cli import audit, compare, model, sweep
from apipack.cli.output import DATA, EXPERIMENTS, USE, Commands, fail, known, line, opened, put, say
from apipack.errors import UserError
from apipack.records import LANGUAGES

DATA_FOLDER = Path("data")

app = typer.Typer(cls=Commands, help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(model.app)
app.add_typer(audit.app)
app.add_typer(sweep.app)
app.add_typer(compare.app)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"apipack {version('apipack')}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and exit")
    ] = False,
) -> None:
    """What stands before a command."""


@app.command(rich_help_panel=USE, epilog="Example: apipack calls my-spec.yaml --lang curl --lang go")
def calls(
    spec: Annotated[
        Path | None, typer.Argument(help="OpenAPI 3.x, Swagger 2.0 or Google discovery; a folder for all in it")
    ] = None,
    url: Annotated[str | None, typer.Option(help="fetch the document from this http or https address")] = None,
    lang: Annotated[list[str] | None, typer.Option(help="a language, again for more; all ten by default")] = None,
    operation: Annotated[str | None, typer.Option(help="only the operation of this id, or METHOD path")] = None,
    host: Annotated[
        str | None, typer.Option(help="host where the specification names none; api.example.com, or that of --url")
    ] = None,
    optional: Annotated[
        bool, typer.Option(help="also parameters and members that are not required; a body is sent in any case")
    ] = False,
) -> None:
    """Print a JSON line {operation, method, path, language, call} for each operation and language.

    An operation or language that gives no call is a line on standard error, whose last line counts calls, what was
    left out by reason, and repairs. A folder's lines name the file as {spec}. Where nothing can be read it is one line
    and exit code 2.
    """
    from apipack.cli.addresses import fetched
    from apipack.cli.calls import (
        Source,
        Told,
        bundle_first,
        host_of_ours,
        near,
        print_calls,
        print_folder,
        scheme_missing,
        told_of,
    )
    from apipack.languages.wire import HOST
    from apipack.openapi.loading import content
    from apipack.operations.texts import asked

    if host is not None and not HOST.fullmatch(host):
        fail(f"--host takes a host, such as api.example.com or localhost:8080, and not {host:.80}", 2)
    languages, told = known(lang or list(LANGUAGES)), Told()
    if (spec is None) == (url is None):
        fail("give a file, a folder or --url, one of them", 2)
    provider = host or "api.example.com"
    name = url or str(spec)
    operation = operation and asked(operation)
    try:
        if spec is not None and spec.is_dir():
            if not print_folder(spec, provider, languages, operation, optional, told):
                kind = f"operation {operation}" if operation else "operation"
                fail(f"{name}: no document (.json, .yaml or .yml) of the folder has an {kind}", 2)
        else:
            body, final = fetched(url) if url is not None else (content(Path(name)), provider)
            if (
                not print_calls(Source("", body, host or final), languages, operation, optional, told)
                and operation is not None
            ):
                hint = f"give an id or `METHOD path`{near(told, operation)}"
                fail(f"{name}: no operation is called {operation}; {hint}", 2)
    except (OSError, UserError, RecursionError) as error:
        if isinstance(error, FileNotFoundError) and name.startswith(("http:", "https:")):
            fail(f"{name}: no such file; an address is given with --url", 2)
        fail(str(error) if str(error).startswith(name) else f"{name}: {told_of(error)}", 2)
    for advice in filter(None, (bundle_first(told), scheme_missing(told), "" if host else host_of_ours(told))):
        say(advice)
    print(told, file=sys.stderr)


@app.command(rich_help_panel=USE, epilog="Example: apipack request --lang curl call.sh")
def request(
    file: Annotated[str, typer.Argument(help="a file, or - for standard input")],
    lang: Annotated[str, typer.Option(help="the code's language")],
) -> None:
    """Print the request that a piece of code makes, as JSON; exit code 1 with the reason where that is not certain.

    The code may stand in a Markdown fence, between sentences or behind a prompt.
    """
    from apipack.languages.codec import Unreadable, read
    from apipack.prompting.snippets import snippet

    (language,) = known([lang])
    try:
        with opened(file) as stream:
            text = stream.read().decode()
        put(read(language, snippet(text, language)).to_json())
    except UnicodeDecodeError:
        fail(f"{_named(file)}: not text in UTF-8", 1)
    except Unreadable as error:
        fail(f"{_named(file)}: {error}", 1)


@app.command(rich_help_panel=DATA, epilog="Example: apipack judge candidates.jsonl")
def judge(
    file: Annotated[
        Path, typer.Argument(help="JSON lines of api_name, functionality, description, endpoint, candidate")
    ],
) -> None:
    """Print each row with {label: good or bad, score, reasons}: is a candidate an instruction that a user would give?

    score is the probability of bad. A row that is no such object, and a file without rows, is one line on standard
    error and exit code 2.
    """
    from apipack.instructions import judging
    from apipack.instructions.training import read_rows
    from apipack.models.embedding import embed

    try:
        rows = read_rows(file)
        if not rows:
            fail(f"{file}: no line holds a JSON object", 2)
        verdicts = judging.judge(rows, lambda texts: embed(texts, "embedded", 64))
    except (OSError, UserError, UnicodeDecodeError) as error:
        fail(str(error) if str(error).startswith(f"{file}:") else f"{file}: {error}", 2)
    for row, verdict in zip(rows, verdicts, strict=True):
        judgement = {"label": verdict.label, "score": verdict.score, "reasons": list(verdict.reasons)}
        put(line({**row, **judgement}))


@app.command("score", rich_help_panel=USE, epilog="Example: apipack score rows.jsonl --execute")
def score_rows(
    file: Annotated[str, typer.Argument(help="JSON lines, or - for standard input")],
    execute: Annotated[
        bool, typer.Option("--execute", help="run the calls in the sandbox, where there is one")
    ] = False,
    workers: Annotated[int, typer.Option(help="sandboxes side by side", min=1)] = 2,
) -> None:
    """Print each row {language, prediction, reference[, spec, operation]} with its verdicts.

    A row that cannot be scored has an {error} and no verdicts. The last line on standard error counts rows by outcome.
    Exit code 2 where no line of the file holds a JSON object.
    """
    from apipack.evaluation.scoring import Told, executor, scored

    told = Told()
    run = executor(workers, lambda text: print(f"score: {text}", file=sys.stderr)) if execute else None
    try:
        with opened(file) as stream:
            if execute:
                say("score: calls are executed, 2,000 at a time; verdicts come when these are done")
            for row in scored(stream, told, run):
                put(line(row))
    except OSError as error:
        fail(f"{_named(file)}: {error}", 2)
    if told.replaced:
        say(f"score: the rows' own {', '.join(sorted(told.replaced))} are replaced by the verdict's")
    print(told, file=sys.stderr)
    if not told.objects:
        fail(f"{_named(file)}: no line holds a JSON object", 2)


def _named(file: str) -> str:
    return "<stdin>" if file == "-" else file


@app.command(rich_help_panel=DATA, epilog="Example: apipack drops harbor")
def drops(
    api: Annotated[str, typer.Argument(help="a part of the API's name, in any case; all APIs by default")] = "",
) -> None:
    """Print a JSON line {stage, api, operation, language, reason, detail} for each operation, or call of it, that a
    stage left out. The last line on standard error counts them."""
    from apipack.dataset.dropped import dropped, is_known

    count = 0
    try:
        for row in dropped(DATA_FOLDER, api):
            put(line(row))
            count += 1
        if not count and not is_known(DATA_FOLDER, api):
            fail(f"no API is like {api!r}: the names are those of `api` in {DATA_FOLDER}/operations", 2)
    except FileNotFoundError as error:
        fail(str(error), 2)
    say(f"drops: {count:,} left out" + (f" of APIs like {api!r}" if api else ""))


@app.command(rich_help_panel=EXPERIMENTS, epilog="Example: apipack preset gpu-135m")
def preset(
    name: Annotated[str, typer.Argument(help="a file of configs/ without its ending; none lists them")] = "",
) -> None:
    """Put a preset for another machine or model into params.yaml, and print what that changes."""
    from apipack.sweeps.presets import ABSENT, FOLDER, apply, presets

    try:
        if not name:
            having = presets()
            if not having:
                fail(f"no presets: {FOLDER} has {ABSENT}", 2)
            print("\n".join(having))
            return
        changed = apply(name)
    except (UserError, OSError) as error:
        fail(str(error), 2)
    print("\n".join(changed) or f"params.yaml already says what {name} does")


@app.command(rich_help_panel=DATA, epilog="Example: apipack replica data/snapshot/*.tgz --hub swaggerhub")
def replica(
    tarball: Annotated[Path, typer.Argument(help="the snapshot that `dvc repro snapshot` fetches into data/snapshot")],
    hub: Annotated[str, typer.Option(help="whose contract; any other word lists them")] = "apis_guru",
    port: Annotated[int, typer.Option(help="0 for a free one")] = 0,
    fault: Annotated[list[str] | None, typer.Option(help="KIND=SHARE, again for more; `?=0` lists the kinds")] = None,
    seed: Annotated[int, typer.Option(help="which answers the faults strike")] = 0,
    window: Annotated[int | None, typer.Option(help="how many results of a search one can page through", min=1)] = None,
) -> None:
    """Serve a snapshot on 127.0.0.1 in a hub's own contract, until Ctrl-C; its address is one line on standard output.

    Two of the contracts, RapidAPI's and IBM's, are inferred from public code.
    """
    from apipack.hubs.replica import HUBS, WINDOWS, Faults, Replica

    if hub not in HUBS:
        fail(f"no such hub: {hub}; there are {', '.join(HUBS)}", 2)
    try:
        pairs = [text.partition("=") for text in fault or []]
        rates = {kind: _share(kind, share) for kind, _, share in pairs}
        if window is not None and hub not in WINDOWS:
            raise ValueError(f"{hub} has no searches; those with a window are {' and '.join(WINDOWS)}")
        hub_class = HUBS[hub] if window is None else partial(WINDOWS[hub], window=window)
        with Replica(tarball, hub_class, Faults(rates, seed), port) as served:
            print(served.url, flush=True)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return
    except (ValueError, UserError, OSError, OverflowError) as error:
        fail(str(error), 2)


def _share(kind: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"--fault takes KIND=SHARE, such as {kind or '404'}=0.1") from None


@app.command(rich_help_panel=EXPERIMENTS, epilog="Example: apipack doctor")
def doctor() -> None:
    """Say what this machine has for the commands and the pipeline, what it lacks, and what to do.

    Extras, npm, disk, memory, DVC's remote, the hub's package, models, the sandbox, toolchains, GPU and bf16: a line
    each. Exit code 1 where something is missing without which `make repro` fails.
    """
    from apipack.cli import doctor as checks

    missing = 0
    for finding in checks.findings(Path.cwd()):
        print(finding, flush=True)
        missing += finding.state == checks.MISSING
    raise typer.Exit(1 if missing else 0)
