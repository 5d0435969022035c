"""The JavaScript of a web page: what stands in its scripts, and what its elements do on an event."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_PAGE = re.compile(r"<(?:!DOCTYPE|!--|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_KINDS = ("", "module", "text/javascript", "application/javascript")
_LOADED = ("onload", "onpageshow")
_MOST = 20_000
"""Characters of a page."""


def page_script(text: str) -> str | None:
    """The inline scripts of a page in order, as one; None where a text is no page, has none or is too long.

    An event of an element, such as `onclick`, is listened to on `document.currentScript`, which stands for that
    element: what it does waits for a user.
    """
    if len(text) > _MOST or not _PAGE.match(text.lstrip()):
        return None
    parser = _Scripts()
    try:
        parser.feed(text)  # and no `close`, which takes the square of what was left open
    except AssertionError:  # of a marked section that HTML does not know
        return None
    return "\n".join([*parser.scripts, *parser.events]) if any(script.strip() for script in parser.scripts) else None


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.events: list[str] = []
        self.is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.is_script = tag == "script" and "src" not in held and (held.get("type") or "").lower() in _KINDS
        for name, code in attrs:
            if name in _LOADED and tag == "body":
                self.events.append(f"window.addEventListener({name[2:]!r}, () => {{ {code} }});")
            elif name.startswith("on"):
                self.events.append(f"document.currentScript.addEventListener({name[2:]!r}, () => {{ {code} }});")

    def handle_endtag(self, tag: str) -> None:
        self.is_script = False

    def handle_data(self, data: str) -> None:
        if self.is_script:
            self.scripts.append(data.strip("\r\n"))
