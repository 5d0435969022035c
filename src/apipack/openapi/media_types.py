"""Media types of bodies and parts (RFC 9110, 8.3): which one to take, what to send for it, which kind it is."""

from __future__ import annotations

import re
from functools import lru_cache

from apipack.openapi.loading import SpecError
from apipack.records import essence, is_json, is_multipart

BOUNDARY = "---011000010111000001101001"
PREFERRED = (
    re.compile(r"application/json$"),
    re.compile(r"(application|text)/(.*\+)?json\s*(;|$)"),
    re.compile(r"\*/\*|application/\*"),
    re.compile(r"application/x-www-form-urlencoded"),
    re.compile(r"multipart/form-data"),
    re.compile(r"(application|text)/(.*\+)?xml"),
    re.compile(r"text/"),
)
IN_RANGE = {
    **dict.fromkeys(("*", "application"), "application/json"),
    **{"text": "text/plain", "multipart": "multipart/form-data"},
    **{"image": "image/png", "audio": "audio/mpeg", "video": "video/mp4", "font": "font/woff2"},
}
_TOKEN = r"[!#$%&'+.^_`|~0-9A-Za-z-]+"
MEDIA_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:"(?:[\t !#-\[\]-~]|\\[\t -~])*"|[\w.:/+=-]+))*')
"""RFC 9110, 8.3.1; the values of parameters are often no tokens for lack of their quotes."""
FORM = "application/x-www-form-urlencoded"


def choose_media_type(media_types: list[str]) -> str:
    """The best-understood of the media types a body may have."""
    for pattern in PREFERRED:
        for media_type in media_types:
            if pattern.match(media_type.strip().lower()):
                return media_type
    return media_types[0]


@lru_cache(maxsize=1_000)
def content_type(media_type: str) -> str:
    """Value of the Content-Type header; of a range, such as `*/*`, a type that it covers. Raises `SpecError`."""
    media_type = media_type.strip()
    if "*" in media_type:
        media_type = IN_RANGE.get(media_type.partition("/")[0].lower(), media_type)
    if not MEDIA_TYPE.fullmatch(media_type):
        raise SpecError("bad_media_type", media_type[:60])
    if is_multipart(media_type):
        return f"{essence(media_type)}; boundary={BOUNDARY}"
    return media_type


def is_text(header: str) -> bool:
    """Whether a body of this Content-Type is neither JSON nor a form."""
    return not (is_json(header) or is_multipart(header) or essence(header) == FORM)
