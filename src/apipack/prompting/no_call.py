"""What is written where no call is right, in one of two fixed forms on a line of its own:

no_call      none of the documented operations does what is asked
ask: NAME    the argument NAME is required, and the instruction does not say its value
"""

NO_CALL = "no_call"
ASK = "ask: "
RULE = f"If no operation does what is asked, write {NO_CALL}. If a required value is not said, write {ASK}NAME."
_LABEL = "**api_call**:"


def abstained(output: str) -> str | None:
    """`no_call` or `ask: NAME` where an output begins with that, None for anything else, a call say."""
    first = output.strip().removeprefix(_LABEL).strip().partition("\n")[0].strip().strip("`")
    if first == NO_CALL or (first.startswith(ASK) and first.removeprefix(ASK).strip()):
        return first
    return None
