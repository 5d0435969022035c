"""Loopback HTTP servers that serve a snapshot in a hub's own contract, for crawls without the hub.

    with Replica(tarball, HUBS["apis_guru"]) as replica:
        ...  # GET {replica.url}/v2/list.json

A hub is one class that answers requests, in a file of its own; `Replica` does the HTTP: conditional requests, gzip,
HEAD. A fault sees every answer before it is sent and may return another one, or sleep; `Faults` does so by chance.
"""

from collections.abc import Callable

from apipack.hubs.replica.apis_guru import ApisGuru
from apipack.hubs.replica.faults import FAULTS, Faults
from apipack.hubs.replica.ibm import Ibm
from apipack.hubs.replica.rapidapi import RapidApi
from apipack.hubs.replica.server import Answer, Call, Fault, Hub, MakeHub, Replica
from apipack.hubs.replica.swaggerhub import SwaggerHub

HUBS: dict[str, MakeHub] = {"apis_guru": ApisGuru, "swaggerhub": SwaggerHub, "rapidapi": RapidApi, "ibm": Ibm}
"""By the names that spiders and params.yaml use."""

WINDOWS: dict[str, Callable[..., Hub]] = {"swaggerhub": SwaggerHub, "rapidapi": RapidApi}
"""The hubs that cut a search off, after as many results as the argument `window` says."""

__all__ = [
    "FAULTS",
    "HUBS",
    "WINDOWS",
    "Answer",
    "ApisGuru",
    "Call",
    "Fault",
    "Faults",
    "Hub",
    "Ibm",
    "MakeHub",
    "RapidApi",
    "Replica",
    "SwaggerHub",
]
