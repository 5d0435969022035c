"""`apipack audit`: which operations of somebody's own specifications a model gets wrong, and how."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apipack.cli.output import USE, fail, known, say, shown
from apipack.errors import UserError

if TYPE_CHECKING:
    from apipack.params import Params
    from apipack.records import Output

Row = dict[str, Any]

ADAPTER = Path("models/adapter")
CONFIG = "adapter_config.json"
TUNED, BASE = "tuned", "base"

app = typer.Typer()


@app.command(rich_help_panel=USE, epilog="Example: apipack audit my-spec.yaml --html audit.html --fail-under 0.8")
def audit(
    specs: Annotated[list[Path], typer.Argument(help="specifications, or folders of them")],
    model: Annotated[
        list[str] | None, typer.Option(help="tuned, base, a folder or a hub's name; with --base-url a server's model")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="an OpenAI-compatible server, /v1 at its end")] = None,
    key_variable: Annotated[str, typer.Option(help="environment variable with the server's key")] = "OPENAI_API_KEY",
    chat: Annotated[bool, typer.Option(help="ask the server in chat turns, or let it go on with a prompt")] = True,
    concurrency: Annotated[int, typer.Option(help="requests that the server gets at once", min=1, max=256)] = 16,
    timeout: Annotated[float, typer.Option(help="seconds for one answer of the server", min=0.1)] = 120.0,
    reasoning: Annotated[bool, typer.Option(help="the server's model thinks before it answers")] = False,
    fresh: Annotated[bool, typer.Option(help="ask the server again, also what it has answered before")] = False,
    lang: Annotated[list[str] | None, typer.Option(help="a language, again for more; curl by default")] = None,
    setting: Annotated[
        str, typer.Option(help="0shot, random_3shot, retrieved_3shot, spec, spec_retrieved or spec_distractors")
    ] = "spec",
    constrained: Annotated[
        bool | None,
        typer.Option(help="keep calls to the documentation that the setting shows; by default wherever that can be"),
    ] = None,
    operations: Annotated[int | None, typer.Option(help="at most so many, drawn by the seed", min=1)] = None,
    execute: Annotated[bool, typer.Option(help="run the calls in the sandbox, where there is one")] = True,
    json_file: Annotated[Path | None, typer.Option("--json", help="write all figures and calls there")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="write one page that shows them")] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            help="exit code 1 where a model's share of right calls is less; one neither read nor run is not right",
            min=0,
            max=1,
        ),
    ] = None,
) -> None:
    """Ask models for a call of each operation, and print how many are right and how the others are wrong.

    A call is right where exactly one request arrives, it is the operation's own with values of the right type, and it
    breaks no rule of the specification. `--model` again compares models. Exit code 1 under `--fail-under`, 2 where
    nothing can be asked.
    """
    languages = known(lang or ["curl"])
    from apipack import params
    from apipack.audit.kinds import judged
    from apipack.audit.page import page
    from apipack.audit.questions import SETTINGS, questions
    from apipack.audit.report import report, table, worst
    from apipack.cli.calls import files
    from apipack.io import write_json, write_text
    from apipack.retrieval.documented import DOCUMENTED

    for spec in specs:
        if str(spec).startswith(("http:/", "https:/")):
            fail(f"{spec.name}: audit reads files; fetch the document first", 2)
    if base_url is not None and not model:
        fail("--base-url needs --model, the server's name of a model", 2)
    if setting not in SETTINGS:
        fail(f"no such setting: {setting}; there are {', '.join(SETTINGS)}", 2)
    can_be_held = base_url is None and setting in DOCUMENTED
    if constrained and not can_be_held:
        fail("--constrained needs a setting with documentation, and a model that runs here", 2)
    try:
        p = params.load()
        held = can_be_held and (constrained or (constrained is None and p.evaluate.backend != "openai"))
        for name in (model or [TUNED]) if base_url is None else ():
            _check(name, p.finetune.model)
        paths = [path for spec in specs for path in (files(spec) if spec.is_dir() else [spec])]
        asked = questions(paths, languages, setting, operations, p)
        for file, reason in asked.unread.items():
            print(f"{file}: {reason}", file=sys.stderr)
        server: dict[str, object] | None = None
        if base_url is not None:
            server = {"base_url": base_url, "key_variable": key_variable, "chat": chat}
            server |= {"concurrency": concurrency, "timeout": timeout, "reasoning": reasoning}
        if constrained and not all(test["grammar"] for test in asked.tests):
            raise UserError(
                f"--constrained: {_held(asked.tests)} of {len(asked.tests)} calls have a grammar; leave it out"
            )
        outputs = {}
        for name in model or [TUNED]:
            say(f"audit: {name} writes {len(asked.tests)} calls")
            outputs[name] = _outputs(name, asked.tests, p, server, held, fresh)
        say("audit: the calls are judged")
        calls = judged(asked, outputs, p.evaluate.model_copy(update={"execute": execute}), p.cores())
        audited = report(asked, calls, _told(setting, asked.tests, held), p.seed, held)
        if json_file is not None:
            write_json(json_file, audited)
        if html_file is not None:
            write_text(html_file, page(audited).encode("utf-8", "backslashreplace").decode())
    except (UserError, OSError) as error:
        fail(str(error), 2)
    print(shown(table(audited)))
    if fail_under is not None and worst(audited) < fail_under:
        fail(f"right calls: {worst(audited):.4f}, less than {fail_under}", 1)


def _held(tests: list[Row]) -> int:
    return sum(test["grammar"] is not None for test in tests)


def _told(setting: str, tests: list[Row], held: bool) -> str:
    """The setting, and which calls were kept to its documentation."""
    number = _held(tests) if held else 0
    return (
        f"{setting}, constrained{'' if number == len(tests) else f' {number} of {len(tests)}'}" if number else setting
    )


def _outputs(
    name: str, tests: list[Row], p: Params, server: dict[str, object] | None, constrained: bool, fresh: bool
) -> list[Output]:
    """What a model goes on with after each test's prompt; kept, so that a second audit asks nothing but a server that
    is to be asked afresh."""
    from apipack.cli.room import roomy
    from apipack.inference.answering import answer, ask_served
    from apipack.inference.params import Served
    from apipack.models.places import ModelError
    from apipack.prompting.prompts import STOP

    prompts, room = [test["prompt"] for test in tests], roomy(p.evaluate)
    if server is not None and name not in (TUNED, BASE):
        try:
            served = Served.model_validate({"model": name, **server})
        except ValueError as error:
            raise UserError(
                f"{server['base_url']} is no address of a server, as http://127.0.0.1:8000/v1 is"
            ) from error
        return ask_served(served, prompts, room, STOP, Path(":memory:") if fresh else None)[0]
    adapter = _adapter(name)
    weights = p.finetune.model if adapter is not None or name == BASE else name
    grammars = [test["grammar"] for test in tests] if constrained else None
    try:
        return answer(weights, adapter, prompts, room, STOP, grammars=grammars)[0]
    except ModelError as error:
        raise UserError(f"{error} (a server's model needs --base-url)") from error


def _adapter(name: str) -> Path | None:
    """The folder of an adapter; None where the name is a whole model's."""
    return ADAPTER if name == TUNED else Path(name) if Path(name, CONFIG).is_file() else None


def _check(name: str, model: str) -> None:
    """Raise `UserError` where a model is certainly not there, or is an adapter of another than `model`, before any
    work."""
    from apipack.inference.serving import check
    from apipack.io import read_json
    from apipack.models.places import published_name

    if (adapter := _adapter(name)) is not None:
        check(adapter)
        base = read_json(adapter / CONFIG).get("base_model_name_or_path") if (adapter / CONFIG).is_file() else None
        if base and base not in (model, published_name(model)):
            raise UserError(f"{name} is an adapter of {base}, and finetune.model in params.yaml is {model}")
    elif name.startswith(("/", ".", "~")) and not Path(name).is_dir():
        raise UserError(f"{name}: no such folder of a model or an adapter")
