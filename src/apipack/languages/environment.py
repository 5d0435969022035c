"""What a program takes from where it runs: credentials of its environment, as programs do that are to be shown to
others, and files to upload.

A variable whose name says that it holds one (`API_TOKEN`, `stripeKey`) is set wherever a call is read or executed; all
of them hold the same stand-in. Other variables are not set.
"""

from __future__ import annotations

import re

STAND_IN = "REPLACE_CREDENTIAL_OF_THE_ENVIRONMENT"
FILE_CONTENT = "CONTENT_OF_A_FILE\n"
"""What a file holds that only its user has."""
UPLOADED = "pdf|png|jpe?g|gif|webp|svg|bmp|tiff?|mp3|mp4|wav|ogg|webm|mov|zip|gz|tar|csv|txt|docx?|xlsx?|pptx?|bin"
"""Endings of files that are content, not parts of a program or of a request."""
MOST = 100
_CREDENTIAL = re.compile(
    r"(?:[A-Za-z_][A-Za-z0-9_]{0,80})?(?:token|key|secret|password|passwd|passphrase|credentials?)"
    r"|(?:[A-Za-z_][A-Za-z0-9_]{0,80}_)?(?:pass|pwd|auth|authorization|bearer|jwt|pat|user|username|login|client_?id"
    r"|app_?id|account_?sid|access_?key_?id)",
    re.I,
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SET_BY_THE_MACHINE = frozenset({"PWD", "OLDPWD", "USER", "USERNAME"})


def holds_credential(name: str) -> bool:
    """Whether an environment variable of this name holds a credential."""
    return name not in _SET_BY_THE_MACHINE and _CREDENTIAL.fullmatch(name) is not None


def credentials(*codes: str) -> dict[str, str]:
    """The variables that these programs may look for, at most `MOST` of them, with what they hold."""
    names = {name for code in codes for name in _IDENTIFIER.findall(code) if holds_credential(name)}
    return dict.fromkeys(sorted(names)[:MOST], STAND_IN)
