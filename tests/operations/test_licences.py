from typing import Any

import pytest

from apipack.operations.licences import spdx


@pytest.mark.parametrize(
    ("licence", "identifier"),
    [
        ({"name": "MIT"}, "MIT"),
        ({"name": "The MIT License"}, "MIT"),
        ({"name": "x", "identifier": "apache-2.0 OR MIT"}, "Apache-2.0 OR MIT"),
        ({"name": "Apache License, Version 2.0"}, "Apache-2.0"),
        ({"name": "Licence", "url": "https://creativecommons.org/licenses/by/4.0/"}, "CC-BY-4.0"),
        ({"name": "Creative Commons Attribution 3.0 Australia"}, "CC-BY-3.0-AU"),
        ({"name": "GNU Affero General Public License v3.0 or later"}, "AGPL-3.0-or-later"),
        ({"name": "Creative Commons"}, ""),
        ({"name": "Commercial"}, ""),
        ({"name": "Foo AND (Bar"}, ""),
        ({"name": 3, "url": None}, ""),
        ("MIT", ""),
        (None, ""),
    ],
)
def test_identifiers(licence: Any, identifier: str) -> None:
    assert spdx(licence) == identifier
