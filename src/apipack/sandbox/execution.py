"""Execute calls in the sandbox: which of them ran, and what requests arrived.

Calls that the strict readers understand can only be what they say; they share a program, and whatever goes wrong
there is tried again alone. So do calls in other forms that a reader takes, where they fit into one program: what
arrives must be what was read, or the call is tried again alone. Every other call has a program, a user and a
deadline of its own.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from apipack.languages.codec import Reading
from apipack.languages.environment import credentials
from apipack.progress import progress
from apipack.sandbox import Job, Limits, Record, Sandbox, SandboxError, Step, unavailable
from apipack.sandbox.comparison import difference
from apipack.sandbox.runners import MARKS, Program, alone, missing, root, shares, side_by_side, together
from apipack.sandbox.runners.program import BUILD_SECONDS, CALL_SECONDS, RUN_SECONDS

log = logging.getLogger(__name__)

CHUNK, LEAST = 250, 4
OWN, READ, ALONE = "own", "read", "alone"
"""Ways to run a call: with others in our form, with others that a reader takes, by itself."""
TOGETHER = Limits(output=64 * 1024 * 1024, cpu=300, processes=512, files=4096)
BUILT = Limits(output=64 * 1024 * 1024)


@dataclass(frozen=True)
class Outcome:
    """status: ok, failed, does_not_compile, timeout, killed, output or lost (it took the sandbox with it).
    detail: what the compiler or the program said. records: the requests that arrived, in order."""

    status: str
    detail: str = ""
    records: list[Record] = field(default_factory=list)


def skipped(languages: Sequence[str]) -> dict[str, str]:
    """Language → why its calls cannot be executed on this machine, in one line; empty where all can."""
    reason = unavailable()
    return {name: why for name in languages if (why := reason or missing(name))}


def execute(calls: Sequence[Reading], workers: int, what: str = "execute", trusted: bool = False) -> list[Outcome]:
    """Outcomes of calls, in order. Languages whose toolchain is missing must not be among them. trusted: whether all
    calls may share programs, because they are our own whatever their form."""
    units: list[tuple[str, list[int], str]] = []
    by_language: dict[tuple[str, str], list[int]] = {}
    for index, call in enumerate(calls):
        way = OWN if call.own or trusted else READ if call.request and shares(call.language, call.code) else ALONE
        by_language.setdefault((call.language, way), []).append(index)
    for (language, way), indices in by_language.items():
        units += [(language, indices[start : start + CHUNK], way) for start in range(0, len(indices), CHUNK)]
    outcomes: dict[int, Outcome] = {}
    with Kept() as kept, ThreadPoolExecutor(workers) as pool:
        answers = pool.map(lambda unit: list(_unit(unit[0], {i: calls[i] for i in unit[1]}, unit[2], kept)), units)
        for pairs in progress(answers, len(units), what):
            outcomes.update(pairs)
    return [outcomes[index] for index in range(len(calls))]


class Kept:
    """Sandboxes that go on to the next program of calls run the same way; a start costs what twenty calls do. One that
    is lost is not kept. Ends them all at its end."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, str], list[Sandbox]] = {}

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *_: object) -> None:
        for sandboxes in self._idle.values():
            for sandbox in sandboxes:
                sandbox.__exit__(None, None, None)

    @contextlib.contextmanager
    def one(self, place: str, way: str) -> Iterator[Sandbox]:
        """place: the sandbox's root. Raises SandboxError where there is none to be had."""
        idle = self._idle.setdefault((place, way), [])
        try:
            sandbox = idle.pop()
        except IndexError:
            sandbox = Sandbox(place).__enter__()
        try:
            yield sandbox
        except BaseException:
            sandbox.__exit__(None, None, None)
            raise
        idle.append(sandbox)


def _unit(language: str, calls: dict[int, Reading], way: str, kept: Kept) -> Iterator[tuple[int, Outcome]]:
    """Outcomes by number. Where calls do not even get to run together, halves of them do, and so on."""
    todo = dict(calls)
    if way != ALONE and len(calls) > 1:
        shared = _shared(language, {number: call.code for number, call in calls.items()}, way, kept)
        if not shared and len(calls) > LEAST:
            half = len(calls) // 2
            for part in (list(calls.items())[:half], list(calls.items())[half:]):
                yield from _unit(language, dict(part), way, kept)
            return
        for number, outcome in shared.items():
            if outcome.status == "ok" and len(outcome.records) == 1 and _is_believed(calls[number], outcome, way):
                yield number, outcome
                del todo[number]
    while todo:
        try:
            with Sandbox(root(language)) as sandbox:
                for number, call in list(todo.items()):
                    yield number, run_alone(sandbox, language, call.code)
                    del todo[number]
        except SandboxError as error:
            log.warning("a call in %s is lost, and a new sandbox takes the next: %s", language, error)
            number = next(iter(todo))
            del todo[number]
            yield number, Outcome("lost", str(error))


def _is_believed(call: Reading, outcome: Outcome, way: str) -> bool:
    """Whether what a call did among others is what it does alone."""
    return way == OWN or (call.request is not None and difference(call.request, outcome.records) is None)


def _shared(language: str, calls: dict[int, str], way: str, kept: Kept) -> dict[int, Outcome]:
    """Outcomes of calls that share a program; what is not there did not get its turn."""
    marker = f"/{secrets.token_hex(16)}/"
    program = (together if way == OWN else side_by_side)(language, calls, marker)
    seconds = BUILD_SECONDS * 4 + CALL_SECONDS * len(calls)
    env = {} if way == OWN else credentials(*calls.values())
    job = Job(program.files, _steps(program, seconds, seconds), {**env, **program.env}, TOGETHER)
    try:
        with kept.one(root(language), way) as sandbox:
            done = sandbox.run(job)
    except SandboxError as error:
        log.warning(
            "%d calls in %s took their sandbox with them, and are tried in parts: %s", len(calls), language, error
        )
        return {}
    records: dict[int, list[Record]] = {}
    current: list[Record] = []
    for record in done.records:
        if record.host == MARKS and record.target.startswith(marker):
            current = records.setdefault(int(record.target.removeprefix(marker)), [])
        else:
            current.append(record)
    lines = [json.loads(line) for line in (done.report or "").splitlines() if line.endswith("]")]
    return {number: Outcome(status, detail, records.get(number, [])) for number, status, detail in lines}


def run_alone(sandbox: Sandbox, language: str, code: str) -> Outcome:
    """One call, whatever it is, in a program of its own. Raises SandboxError when the sandbox is gone."""
    program = alone(language, code)
    limits = BUILT if program.build else Limits()
    env = {**credentials(code), **program.env}
    done = sandbox.run(Job(program.files, _steps(program, BUILD_SECONDS, RUN_SECONDS), env, limits))
    status, detail = _status(done.steps)
    return Outcome(status, detail, done.records)


def _steps(program: Program, build: float, run: float) -> list[tuple[str, Sequence[str], float]]:
    steps = [("build", program.build, build), ("run", program.run, run), ("check", program.check, RUN_SECONDS)]
    return [step for step in steps if step[1]]


def _status(steps: Sequence[Step]) -> tuple[str, str]:
    by_name = {step.name: step for step in steps}
    build, run, check = by_name.get("build"), by_name.get("run"), by_name.get("check")
    if build is not None and build.status != "ok":
        return ("does_not_compile" if build.status == "failed" else build.status), build.output
    if run is None:
        return "lost", "no step ran"
    if run.status == "failed" and check is not None and check.status == "failed":
        return "does_not_compile", check.output
    return run.status, run.output
