"""What is written where no call is right, in one of two fixed forms on a line of its own:

no_call      none of the documented operations does what is asked
ask: NAME    the argument NAME is required, and the instruction does not say its value
"""

import re

NO_CALL = "no_call"
ASK = "ask: "
RULE = f"If no operation does what is asked, write {NO_CALL}. If a required value is not said, write {ASK}NAME."
_LABEL = "**api_call**:"
_FENCE = re.compile(r"^(?:```|~~~)[a-z]*\n\s*")
_MARKS = "`*\"' "
"""What chat models put around a word."""


def abstained(output: str) -> str | None:
    """`no_call` or `ask: NAME` where an output begins with that, marked up or not; None for anything else."""
    said = _FENCE.sub("", output.strip().removeprefix(_LABEL).strip())
    first = said.partition("\n")[0].strip().removesuffix(".").strip(_MARKS)
    if first == NO_CALL:
        return NO_CALL
    name = first.removeprefix(ASK).strip(_MARKS)
    return f"{ASK}{name}" if first.startswith(ASK) and name else None
