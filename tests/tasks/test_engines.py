import os
import subprocess
import sys
import textwrap

import pytest

from apipack.errors import UserError
from apipack.params import Params
from apipack.tasks.engines import map_tasks
from tests.parameters import PARAMS, ROOT


def params(**more: object) -> Params:
    return PARAMS.model_copy(update=more)


def square(number: int) -> dict[str, int]:
    return {"square": number * number, "process": os.getpid()}


def refuse(number: int) -> None:
    raise UserError(f"row {number} is bad")


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    tasks = [{"number": n} for n in range(40)]
    done = map_tasks(square, tasks, params(workers=workers), "square", sizes=range(40))
    assert [result["square"] for result in done] == [n * n for n in range(40)]
    assert len({result["process"] for result in done}) == workers


def test_no_tasks() -> None:
    assert map_tasks(square, [], params(), "square") == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_user_can_mend_is_one_clear_error(workers: int) -> None:
    with pytest.raises(UserError, match="row . is bad"):
        map_tasks(refuse, [{"number": n} for n in range(4)], params(workers=workers), "refuse")


def test_a_dead_worker_is_one_clear_error() -> None:
    """In a process of its own: after it, Daft cannot leave its interpreter in peace."""
    program = """
        import os, sys
        from apipack.errors import UserError
        from apipack.tasks.engines import map_tasks
        from tests.parameters import PARAMS

        def die(number):
            os._exit(9)

        try:
            map_tasks(die, [{"number": n} for n in range(4)], PARAMS.model_copy(update={"workers": 2}), "die")
        except UserError as error:
            print("one line:", error)
            sys.exit(7)
    """
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert "one line: die: a worker process died" in done.stdout
