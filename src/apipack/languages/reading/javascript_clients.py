"""JavaScript in a browser and in Node: which names lead to which clients."""

from __future__ import annotations

from typing import Any

from apipack.languages.javascript import FORBIDDEN
from apipack.languages.reading import javascript_qs
from apipack.languages.reading.dialect import constant
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_axios import Axios
from apipack.languages.reading.javascript_axios_headers import Retrying
from apipack.languages.reading.javascript_checks import is_strict
from apipack.languages.reading.javascript_data import FormData, search_params
from apipack.languages.reading.javascript_fetch import STATES as XHR_STATES
from apipack.languages.reading.javascript_fetch import Prepared, XhrType, fetch, undici_request
from apipack.languages.reading.javascript_files import FILES, PROMISES
from apipack.languages.reading.javascript_globals import NAMES
from apipack.languages.reading.javascript_got import Got
from apipack.languages.reading.javascript_http import Http, once
from apipack.languages.reading.javascript_jquery import JQuery
from apipack.languages.reading.javascript_ky import Ky
from apipack.languages.reading.javascript_modules import Storage, formatted
from apipack.languages.reading.javascript_names import JavaScript
from apipack.languages.reading.javascript_page import LISTEN, STATES, Page, Window
from apipack.languages.reading.javascript_request import Library, qs_stringify
from apipack.languages.reading.javascript_superagent import Superagent
from apipack.languages.reading.javascript_tree import lower
from apipack.languages.reading.values import (
    MYSTERY,
    Builtin,
    Inert,
    Module,
)
from apipack.languages.wire import Unreadable
from apipack.records import Request


def read_browser(code: str) -> Request:
    """What a page's script sends, in each state of the page where it asks for that."""
    page = Page("document")
    request = _of_page(code, page)
    if page.is_asked and any(_of_page(code, Page("document", state=state)) != request for state in STATES):
        raise Unreadable("another request in another state of the page")
    for name, _ in request.headers:
        if name.lower() in FORBIDDEN or name.lower().startswith(("proxy-", "sec-")):
            raise Unreadable(f"{name} is a forbidden header")
    return request


def _of_page(code: str, page: Page) -> Request:
    jquery = JQuery()
    modules = {"axios": Axios(True), "ky": Ky(), "jquery": jquery}
    names = {**_platform(page), "axios": Axios(True), "$": jquery, "jQuery": jquery}
    dialect = JavaScript(names, modules)
    dialect.is_strict = is_strict(code)
    return Evaluation(dialect).run(lower(code))


def read_node(code: str) -> Request:
    http, https = Http("http"), Http("https")
    modules: dict[str, Any] = {
        "http": http,
        "https": https,
        "follow-redirects": Module("follow-redirects", {"http": http, "https": https}),
        "axios": Axios(False),
        **dict.fromkeys(("request", "request-promise", "request-promise-native"), Library()),
        "got": Got(),
        "ky": Ky(),
        "superagent": Superagent(),
        "node-fetch": Builtin(fetch),
        "cross-fetch": Builtin(fetch),
        "url": Module("url", {"URL": JavaScript({}, {}).names["URL"], "URLSearchParams": Builtin(search_params)}),
        "querystring": Module("querystring", {"stringify": Builtin(qs_stringify)}),
        "qs": Module("qs", {"stringify": Builtin(javascript_qs.stringify)}),
        "form-data": Builtin(lambda run, given: FormData(True)),
        "fs": FILES,
        "fs/promises": PROMISES,
        "util": Module(
            "util",
            {
                "promisify": Builtin(lambda run, given: given.positional[0]),
                "inspect": MYSTERY,
                "format": constant(formatted),
            },
        ),
        "axios-retry": Retrying(),
        "path": Inert("path"),
        "dotenv": Inert("dotenv"),
        "events": Module("events", {"once": Builtin(once), "EventEmitter": MYSTERY}),
        "undici": Module(
            "undici",
            {
                "fetch": Builtin(fetch),
                "request": Builtin(undici_request),
                **{name: NAMES[name] for name in ("FormData", "Headers")},
            },
        ),
        "buffer": Module("buffer", {name: NAMES[name] for name in ("Buffer", "Blob", "File")}),
    }
    dialect = JavaScript(_platform(None), modules)
    dialect.is_strict = is_strict(code)
    return Evaluation(dialect).run(lower(code))


def _platform(page: Page | None) -> dict[str, Any]:
    names: dict[str, Any] = {
        "fetch": Builtin(fetch),
        "Request": Builtin(lambda run, given: Prepared(*given.take("url", "options", required=1))),
        "globalThis": Module("globalThis", {"fetch": Builtin(fetch)}),
    }
    if page is not None:
        storage = {"localStorage": Storage(), "sessionStorage": Storage()}
        names |= {**storage, "location": MYSTERY}
        names["XMLHttpRequest"] = XhrType("XMLHttpRequest", dict.fromkeys(XHR_STATES, MYSTERY))
        names |= {"document": page, "addEventListener": LISTEN}
        names["window"] = Window(
            "window",
            {
                "fetch": Builtin(fetch),
                **{name: NAMES[name] for name in ("btoa", "encodeURIComponent", "URL", "URLSearchParams", "FormData")},
                **storage,
                **{name: names[name] for name in ("document", "addEventListener")},
                "alert": MYSTERY,
                "location": MYSTERY,
            },
        )
    return names
