"""Python: the modules requests and httpx, whose functions are those of a client that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.python_auth import AUTH_BASE, HTTPX_AUTH
from apipack.languages.reading.python_data import QUOTE, UNQUOTE
from apipack.languages.reading.python_httpx import AsyncClient, Client, QueryParams
from apipack.languages.reading.python_requests import VERBS, BasicAuth, Prepared, Session
from apipack.languages.reading.python_sessions import ClientType
from apipack.languages.reading.values import MYSTERY, Arguments, Builtin, Inert, Module, Thing


class Library(Module):
    """A module whose functions are those of a client that keeps nothing."""

    def __init__(self, name: str, members: dict[str, Any], client: Callable[[], Thing]) -> None:
        super().__init__(name, members)
        self.client = client

    def get(self, run: Any, name: str) -> Any:
        if name in VERBS or name == "request":
            client = self.client()
            if type(client) is Session:
                return Builtin(lambda run, given: _module_call(run, name, given))
            return client.get(run, name)
        return super().get(run, name)


class Functions(Session):
    """The functions of the module requests, whose positional arguments are fewer than a Session's."""


def _module_call(run: Evaluation, name: str, given: Arguments) -> Any:
    session = Functions()
    return session.do_request(run, given) if name == "request" else session.verb(run, name, given)


def _session(given: Arguments) -> Session:
    given.take()
    return Session()


SESSION = ClientType("Session", _session)
AUTH = Module("requests.auth", {"HTTPBasicAuth": Builtin(lambda run, given: BasicAuth(given)), "AuthBase": AUTH_BASE})
REQUESTS = Library(
    "requests",
    {
        "Session": SESSION,
        "session": Builtin(lambda run, given: Session()),
        "sessions": Module("requests.sessions", {"Session": SESSION}),
        "auth": AUTH,
        "utils": Module("requests.utils", {"quote": QUOTE, "unquote": UNQUOTE}),
        "Request": Builtin(lambda run, given: Prepared(given)),
        "exceptions": Inert("requests.exceptions"),
        "RequestException": MYSTERY,
        "HTTPError": MYSTERY,
        "codes": MYSTERY,
    },
    Session,
)
HTTPX = Library(
    "httpx",
    {
        "Client": ClientType("Client", Client),
        "AsyncClient": ClientType("AsyncClient", AsyncClient),
        "BasicAuth": Builtin(lambda run, given: BasicAuth(given)),
        "Auth": HTTPX_AUTH,
        "QueryParams": Builtin(QueryParams.of),
        "HTTPError": MYSTERY,
        "HTTPStatusError": MYSTERY,
        "RequestError": MYSTERY,
        **dict.fromkeys(("Timeout", "Limits", "HTTPTransport", "AsyncHTTPTransport"), MYSTERY),
    },
    Client,
)
