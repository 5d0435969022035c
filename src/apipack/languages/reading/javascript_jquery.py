"""What jQuery sends from a page of another origin: `$.ajax` and its short forms, by an XMLHttpRequest."""

from __future__ import annotations

import re
from typing import Any

from apipack.languages.reading import sending
from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.javascript_data import FormData, checked, plain_object, text
from apipack.languages.reading.javascript_fetch import Xhr
from apipack.languages.reading.objects import Bound
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.sending import Fields
from apipack.languages.reading.values import MYSTERY, UNDEFINED, Arguments, Builtin, Mystery, Thing, known, text_of
from apipack.languages.wire import FORM, Unreadable

Pairs = list[tuple[str, str]]
SETTINGS = (
    "url type method data headers contentType dataType processData traditional cache beforeSend success error complete "
    "statusCode timeout async crossDomain xhrFields context global mimeType"
)
CALLBACKS = ("success", "error", "complete")
FORM_TYPE = f"{FORM}; charset=UTF-8"
ACCEPTS = {
    "text": "text/plain",
    "html": "text/html",
    "xml": "application/xml, text/xml",
    "json": "application/json, text/javascript",
}
CALLBACK = re.compile(r"=\?(?:&|$)|\?\?")
"""Where a URL or a form asks for JSONP."""
MEMBERS = 1_000


class JQuery(Thing):
    """`$` and `jQuery`. What it selects of a page is not known; a function that it is called with runs when the page is
    ready."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {}

    def call(self, run: Evaluation, given: Arguments) -> Any:
        first, *_ = given.positional or [UNDEFINED]
        if isinstance(first, Closure | Bound):
            return ready(run, given)
        return Selected()

    def get(self, run: Evaluation, name: str) -> Any:
        return self if name in ("default", "jQuery") else super().get(run, name)

    def do_ajaxSetup(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        settings = _given(*given.take("settings", required=1))
        if {"data", "url", "type", "method"} & set(settings):
            raise Unreadable("defaults of jQuery that make a request")
        headers = {**self.settings.get("headers", {}), **settings.get("headers", {})}
        self.settings |= {**settings, **({"headers": headers} if headers else {})}
        return UNDEFINED

    def do_ajax(self, run: Evaluation, given: Arguments) -> Any:
        first, second = given.take("url", "settings", required=1)
        settings = _given(first) if isinstance(first, dict) else {**_given(second), "url": first}
        return self.send(run, settings)

    def do_get(self, run: Evaluation, given: Arguments) -> Any:
        return self.short(run, "GET", given)

    def do_post(self, run: Evaluation, given: Arguments) -> Any:
        return self.short(run, "POST", given)

    def do_getJSON(self, run: Evaluation, given: Arguments) -> Any:
        url, data, success = given.take("url", "data", "success", required=1)
        if isinstance(data, Closure | Bound):
            data, success = UNDEFINED, data
        return self.short(run, "GET", Arguments([url, data, success, "json"]))

    def short(self, run: Evaluation, method: str, given: Arguments) -> Any:
        url, data, success, kind = given.take("url", "data", "success", "dataType", required=1)
        if isinstance(data, Closure | Bound):
            data, success, kind = UNDEFINED, data, success if kind is UNDEFINED else kind
        settings = _given({"url": url, "type": method, "dataType": kind, "data": data, "success": success})
        return self.send(run, {**settings, **_given(url)} if isinstance(url, dict) else settings)

    def do_param(self, run: Evaluation, given: Arguments) -> Any:
        data, traditional = given.take("obj", "traditional", required=1)
        return MYSTERY if isinstance(data, Mystery) else param(known(data), traditional is True)

    def do_extend(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        target, *others = given.positional
        if not all(isinstance(value, dict) for value in given.positional):
            raise Unreadable("$.extend of no objects")
        for other in others:
            target.update({name: value for name, value in other.items() if value is not UNDEFINED})
        return target

    def do_each(self, run: Evaluation, given: Arguments) -> Any:
        values, function = given.take("collection", "callback", required=2)
        if isinstance(values, Mystery | Selected):
            run.call_back(function)
            return MYSTERY
        if not isinstance(values, list | dict) or len(values) > MEMBERS:
            raise Unreadable("a loop over what is no small list")
        for key, value in list(values.items() if isinstance(values, dict) else enumerate(values)):
            result = run.apply(function, Arguments([key, value]))
            if result is False:
                break
            known(result)
        return values

    def send(self, run: Evaluation, settings: dict[str, Any]) -> Any:
        own_type = settings.get("contentType")
        settings, headers = {**self.settings, **settings}, _merged(self.settings, settings)
        checked(settings, SETTINGS, "jQuery")
        kind = known(settings.get("dataType"))
        if kind is not None and kind not in ACCEPTS:
            raise Unreadable("an answer that jQuery asks for in another way")
        method = text(known(settings.get("method") or settings.get("type") or "GET")).upper()
        url = text(known(settings.get("url")))
        content_type = known(settings.get("contentType", FORM_TYPE))
        data = _data(settings)
        xhr, fields = Xhr(), Fields()
        if method in ("GET", "HEAD"):
            if settings.get("cache") is False:
                raise Unreadable("a query with the time in it")
            if not isinstance(data, str):
                raise Unreadable("data that jQuery does not send with GET")
            url = url.partition("#")[0]
            url += f"{'&' if '?' in url else '?'}{data}" if data else ""
            data = ""
        if kind == "json" and (CALLBACK.search(url) or (isinstance(data, str) and CALLBACK.search(data))):
            raise Unreadable("JSONP")
        if (data and content_type is not False) or own_type:
            fields.set("Content-Type", text_of(content_type, "contentType"))
        if kind is not None:
            fields.set("Accept", f"{ACCEPTS[kind]}, */*; q=0.01")
        for name, value in headers:
            fields.set(name, text(known(value)))
        data = _spaced(data, content_type, fields, settings)
        self.before(run, settings, fields)
        xhr.do_open(run, Arguments([method, url]))
        for name, value in fields.pairs:
            xhr.do_setRequestHeader(run, Arguments([name, value]))
        xhr.do_send(run, Arguments([data or None]))
        run.call_back(*[run.dialect.member(run, settings, name) for name in CALLBACKS if name in settings])
        return MYSTERY

    def before(self, run: Evaluation, settings: dict[str, Any], fields: Fields) -> None:
        """beforeSend, which sets more header fields."""
        if "beforeSend" not in settings:
            return
        result = run.apply(run.dialect.member(run, settings, "beforeSend"), Arguments([Prepared(fields), MYSTERY]))
        if known(result) is False:
            raise Unreadable("a request that beforeSend takes back")


class Selected(Thing):
    """Elements of the page, or the document."""

    def get(self, run: Evaluation, name: str) -> Any:
        return Builtin(ready) if name == "ready" else MYSTERY


class Prepared(Thing):
    """The jqXHR that beforeSend is given."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def do_setRequestHeader(self, run: Evaluation, given: Arguments) -> Any:
        run.certain()
        name, value = given.take("name", "value", required=2)
        self.fields.set(known(name), text(known(value)))
        return self

    def do_overrideMimeType(self, run: Evaluation, given: Arguments) -> Any:
        return self


def ready(run: Evaluation, given: Arguments) -> Any:
    """A function that runs once the page is there, behind the script."""
    (function,) = given.take("function", required=1)
    if run.doubt or not isinstance(function, Closure | Bound):
        raise Unreadable("a function that waits for the page")
    run.ready.append(function)
    return MYSTERY


def _given(settings: Any) -> dict[str, Any]:
    """Settings, without those that are undefined."""
    if settings is UNDEFINED:
        return {}
    return {name: value for name, value in plain_object(settings, "settings").items() if value is not UNDEFINED}


def _merged(defaults: dict[str, Any], settings: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        pair for source in (defaults, settings) for pair in plain_object(source.get("headers") or {}, "headers").items()
    ]


def _data(settings: dict[str, Any]) -> Any:
    """A text, or a form of the platform's own."""
    data = known(settings.get("data"))
    if data is None or data is UNDEFINED or isinstance(data, str):
        return data or ""
    is_processed = settings.get("processData", True)
    if isinstance(data, FormData) and is_processed is False and settings.get("contentType") is False:
        return data
    if is_processed is not True:
        raise Unreadable("data of jQuery that is no text")
    return param(_defined(data), settings.get("traditional") is True)


def _defined(data: Any) -> Any:
    """Data as the settings hold it: members that are undefined are left out."""
    if isinstance(data, dict):
        return {name: _defined(value) for name, value in data.items() if value is not UNDEFINED}
    if isinstance(data, list):
        if UNDEFINED in data:
            raise Unreadable("a list with a hole")
        return list(map(_defined, data))
    return data


def _spaced(data: Any, content_type: Any, fields: Fields, settings: dict[str, Any]) -> Any:
    """A form's spaces are plus signs."""
    is_form = isinstance(content_type, str) and content_type.startswith(FORM)
    if not isinstance(data, str) or "%20" not in data or not is_form or settings.get("processData") is False:
        return data
    if not (fields.get("Content-Type") or "").startswith(FORM):
        raise Unreadable("a type in the headers, which some versions of jQuery take for the form's")
    return data.replace("%20", "+")


def param(data: Any, traditional: bool = False) -> str:
    """$.param: arrays as `name[]`, or as repeated names where it is traditional."""
    if isinstance(data, list):
        pairs = [(text(entry["name"]), _scalar(entry["value"])) for entry in data]
    elif isinstance(data, dict):
        pairs = [pair for name, value in data.items() for pair in _flat(name, value, traditional)]
    else:
        raise Unreadable("data of jQuery that is no object")
    return sending.form(pairs, sending.component)


def _flat(prefix: str, value: Any, traditional: bool) -> Pairs:
    if isinstance(value, list):
        pairs: Pairs = []
        for index, member in enumerate(value):
            if traditional or prefix.endswith("[]"):
                pairs.append((prefix, _scalar(member)))
            else:
                pairs += _flat(f"{prefix}[{index if isinstance(member, list | dict) else ''}]", member, traditional)
        return pairs
    if isinstance(value, dict) and not traditional:
        return [pair for name, member in value.items() for pair in _flat(f"{prefix}[{name}]", member, traditional)]
    return [(prefix, _scalar(value))]


def _scalar(value: Any) -> str:
    return "" if value is None or value is UNDEFINED else text(value)
