"""libcurl's URL API: a URL by its parts."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.c_data import plain
from apipack.languages.reading.curl_handle import curl_url
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.values import Arguments, Thing, known, text_of
from apipack.languages.wire import Unreadable

PARTS = ("URL", "SCHEME", "HOST", "PORT", "PATH", "QUERY")


class Parts(Thing):
    """A handle of curl_url."""

    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def set_part(self, name: str, value: str, flags: set[str]) -> None:
        if name not in PARTS or not flags <= {"URLENCODE", "APPENDQUERY"}:
            raise Unreadable("a part of a URL that is not known here")
        if name == "URL":
            if self.parts:
                raise Unreadable("a URL that is set over another")
            url, user = curl_url(value)
            match = re.fullmatch(r"(https?)://([^/?]*)([^?]*)(?:\?(.*))?", url, re.DOTALL)
            if user is not None or match is None:
                raise Unreadable("the URL is not understood")
            scheme, host, path, query = match.groups()
            self.parts = {"SCHEME": scheme, "HOST": host, "PATH": path} | ({} if query is None else {"QUERY": query})
            return
        if "URLENCODE" in flags:
            value = _encoded(name, value, "APPENDQUERY" in flags)
        if name == "QUERY" and "APPENDQUERY" in flags and self.parts.get("QUERY"):
            value = f"{self.parts['QUERY'].removesuffix('&')}&{value}"
        self.parts[name] = value

    def written(self) -> str:
        host = sending.authority(self.parts.get("HOST"), self.parts.get("PORT"))
        path, query = self.parts.get("PATH", ""), self.parts.get("QUERY")
        url = f"{self.parts.get('SCHEME', '')}://{host}/{path.removeprefix('/')}" + (f"?{query}" if query else "")
        return sending.plain_url(url)


def _encoded(name: str, value: str, appends: bool) -> str:
    """A part as CURLU_URLENCODE writes it: a query that is appended keeps its first equals sign."""
    if name == "PATH":
        return "/".join(sending.strict(segment) for segment in value.split("/"))
    if name != "QUERY":
        raise Unreadable("a part of a URL that is encoded")
    key, equals, rest = value.partition("=") if appends else (value, "", "")
    return (sending.strict(key) + equals + sending.strict(rest)).replace("%20", "+")


def set_part(run: Evaluation, given: Arguments) -> int:
    """curl_url_set."""
    run.certain()
    parts, name, value, flags = given.take("handle", "part", "content", "flags", required=4)
    if not isinstance(parts, Parts):
        raise Unreadable("not a handle of curl_url")
    names = {flag.removeprefix("CURLU_") for flag in str(known(flags)).split("|") if flag != "0"}
    parts.set_part(text_of(name).removeprefix("CURLUPART_"), text_of(plain(value)), names)
    return 0


def get_part(run: Evaluation, given: Arguments) -> Any:
    """What curl_url_get writes into its third argument."""
    parts, name = given.positional
    if not isinstance(parts, Parts) or name != "CURLUPART_URL":
        raise Unreadable("a part of a URL that is not known here")
    return parts.written()
