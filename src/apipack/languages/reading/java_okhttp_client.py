"""Java: the clients of OkHttp and of the JDK as they are built, and the interceptors of OkHttp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apipack.languages.reading.evaluation import Evaluation
from apipack.languages.reading.java_okhttp import Prepared, prepared
from apipack.languages.reading.objects import Bound, Instance
from apipack.languages.reading.scopes import Closure
from apipack.languages.reading.values import Arguments, Builtin, Thing
from apipack.languages.wire import Unreadable


class Chain(Thing):
    """Interceptor.Chain: the interceptors that are left for a request."""

    def __init__(self, prepared: Prepared, interceptors: list[Any]) -> None:
        self.prepared, self.interceptors = prepared, interceptors

    def do_request(self, run: Evaluation, given: Arguments) -> Prepared:
        return self.prepared

    def do_proceed(self, run: Evaluation, given: Arguments) -> Any:
        (request,) = given.take("request", required=1)
        if not isinstance(request, Prepared):
            raise Unreadable("not a request")
        if not self.interceptors:
            return run.send(request.request)
        first, *others = self.interceptors
        if isinstance(first, Instance):
            first = first.get(run, "intercept")
        return run.apply(first, Arguments([Chain(request, others)]))


class Call(Thing):
    """okhttp3.Call."""

    def __init__(self, request: Prepared, interceptors: list[Any]) -> None:
        self.chain = Chain(request, interceptors)

    def do_execute(self, run: Evaluation, given: Arguments) -> Any:
        given.take()
        return self.chain.do_proceed(run, Arguments([self.chain.prepared]))

    def do_enqueue(self, run: Evaluation, given: Arguments) -> None:
        (callback,) = given.take("callback", required=1)
        if isinstance(callback, Instance):
            methods = (callback.kind.find(name) for name in ("onFailure", "onResponse"))
            run.call_back(*[Bound(method.closure, callback) for method in methods if method])
        else:
            run.call_back(callback)
        self.do_execute(run, Arguments([]))


class Client(Thing):
    """okhttp3.OkHttpClient."""

    inert = frozenset({"dispatcher", "connectionPool"})

    def __init__(self, given: Arguments, interceptors: list[Any] | None = None) -> None:
        given.take()
        self.interceptors = list(interceptors or [])

    def do_newBuilder(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        return client_builder(given, self.interceptors)

    def do_newCall(self, run: Evaluation, given: Arguments) -> Call:
        prepared(given)
        return Call(given.positional[0], self.interceptors)


def client_builder(given: Arguments, interceptors: list[Any] | None = None) -> ClientBuilder:
    """OkHttpClient.Builder."""
    held = list(interceptors or [])
    builder = ClientBuilder(given, lambda: Client(Arguments([]), held))
    builder.interceptors = held
    return builder


class ClientBuilder(Thing):
    """Builders of OkHttpClient and HttpClient: what they set leaves the request alone."""

    ALLOWED = frozenset(
        [
            "connectTimeout",
            "readTimeout",
            "writeTimeout",
            "callTimeout",
            "followRedirects",
            "followSslRedirects",
            "retryOnConnectionFailure",
            "version",
            "executor",
        ]
    )

    def __init__(self, given: Arguments, make: Callable[[], Thing]) -> None:
        given.take()
        self.make = make
        self.interceptors: list[Any] | None = None

    def get(self, run: Evaluation, name: str) -> Any:
        if name in self.ALLOWED:
            return Builtin(lambda run, given: self)
        if name in ("addInterceptor", "addNetworkInterceptor") and self.interceptors is not None:
            return Builtin(self.intercept)
        if name == "build":
            return Builtin(lambda run, given: self.make())
        return super().get(run, name)

    def intercept(self, run: Evaluation, given: Arguments) -> ClientBuilder:
        run.certain()
        (interceptor,) = given.take("interceptor", required=1)
        if not isinstance(interceptor, Closure | Instance) or self.interceptors is None:
            raise Unreadable("an interceptor that is not known here")
        self.interceptors.append(interceptor)
        return self
