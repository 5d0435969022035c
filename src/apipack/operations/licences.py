"""The SPDX identifier of a specification's licence, where its `info.license` tells one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from license_expression import get_spdx_licensing

# What names and URLs say, most specific first; versions that they leave open stay untold.
_TOLD = tuple(
    (re.compile(pattern, re.I), identifier)
    for pattern, identifier in (
        (r"\bagpl[- ]?(v|version )?3(\.0)?([- ]or[- ]later|\+)|affero.*3.*or later", "AGPL-3.0-or-later"),
        (r"\bagpl[- ]?(v|version )?3|affero.*\b3|licenses/agpl-3", "AGPL-3.0-only"),
        (r"\blgpl[- ]?(v|version )?3|lesser general public.*\b3|licenses/lgpl-3", "LGPL-3.0-only"),
        (r"\bgpl[- ]?(v|version )?3(\.0)?([- ]or[- ]later|\+)", "GPL-3.0-or-later"),
        (r"\bgpl[- ]?(v|version )?3|licenses/gpl-3|gnu general public licen[cs]e v?3", "GPL-3.0-only"),
        (r"\bgpl[- ]?(v|version )?2|licenses/gpl-2|gnu general public licen[cs]e v?2", "GPL-2.0-only"),
        (
            r"apache([ ,-]*(software )?licen[cs]e)?[ ,/-]*(v\.?|version )?2|licenses?/apache-?2|licenses/license-2\.0",
            "Apache-2.0",
        ),
        (r"licenses?/by-nc-sa/4|cc[- ]by[- ]nc[- ]sa[- ]4", "CC-BY-NC-SA-4.0"),
        (r"licenses?/by-nc-nd/4|cc[- ]by[- ]nc[- ]nd[- ]4", "CC-BY-NC-ND-4.0"),
        (r"licenses?/by-nc/4|cc[- ]by[- ]nc[- ]4", "CC-BY-NC-4.0"),
        (r"licenses?/by-sa/4|cc[- ]by[- ]sa[- ]4|attribution[- ]share ?alike 4", "CC-BY-SA-4.0"),
        (r"licenses?/by-sa/3|cc[- ]by[- ]sa[- ]3", "CC-BY-SA-3.0"),
        (r"licenses?/by-nd/4|cc[- ]by[- ]nd[- ]4", "CC-BY-ND-4.0"),
        (r"licenses?/by/4|\bcc[- ]by[- ]4|creative commons attribution 4", "CC-BY-4.0"),
        (r"creative commons attribution 3(\.0)? australia|licenses?/by/3\.0/au", "CC-BY-3.0-AU"),
        (r"licenses?/by/3|\bcc[- ]by[- ]3|creative commons attribution 3", "CC-BY-3.0"),
        (r"\bcc0\b|publicdomain/zero/1", "CC0-1.0"),
        (r"\bbsd[- ]?3|3[- ]clause bsd|bsd 3-clause|licenses/bsd-3", "BSD-3-Clause"),
        (r"\bbsd[- ]?2|2[- ]clause bsd|licenses/bsd-2", "BSD-2-Clause"),
        (r"open-government-licence/version/3|open government licen[cs]e v?3", "OGL-UK-3.0"),
        (r"\beupl[- ]?(v\.?)?1\.2", "EUPL-1.2"),
        (r"\bmpl[- ]?2|mozilla public licen[cs]e[ ,]*(v\.?|version )?2|mozilla\.org/.*mpl/2", "MPL-2.0"),
        (r"\bodbl\b|opendatacommons\.org/licenses/odbl", "ODbL-1.0"),
        (r"\bunlicense\b|unlicense\.org", "Unlicense"),
        (r"^isc( licen[cs]e)?$|licenses/isc\b", "ISC"),
        (
            r"^(the )?mit( licen[cs]e)?( \(mit\))?$|licenses/mit\b|mit-license\.org|choosealicense\.com/licenses/mit",
            "MIT",
        ),
    )
)


def spdx(licence: Any) -> str:
    """SPDX identifier or expression of an OAS License Object; empty where it cannot be told."""
    if not isinstance(licence, Mapping):
        return ""
    for key in ("identifier", "name", "url"):
        text = licence.get(key)
        if not isinstance(text, str) or not (text := text.strip()[:300]):
            continue
        if key != "url" and (identifier := _known(text)):
            return identifier
        for pattern, identifier in _TOLD:
            if pattern.search(text):
                return identifier
    return ""


@cache
def _identifiers() -> dict[str, str]:
    return {symbol.lower(): symbol for symbol in get_spdx_licensing().known_symbols}


def _known(text: str) -> str:
    """The text as SPDX writes it where it is an identifier or an expression of identifiers, else empty."""
    words = re.split(r" +(AND|OR|WITH) +", text.strip("() "))
    identifiers = [word if number % 2 else _identifiers().get(word.lower(), "") for number, word in enumerate(words)]
    return " ".join(identifiers) if all(identifiers) else ""
