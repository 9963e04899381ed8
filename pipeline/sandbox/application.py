"""The WSGI application in front of moto's services: finds the service of a request, and gives it its turn."""

from __future__ import annotations

from contextlib import closing, nullcontext
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication

WAITING_SERVICES: Final = frozenset({"apigateway", "cloudformation", "lambda", "sqs", "stepfunctions"})
"""Services that let a request wait for another one, so they cannot take turns."""


def create() -> WSGIApplication:
    """Make the application for all of moto's services."""
    return Dispatcher(create_backend_app)


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, with a memory and with turns.

    Memory: moto's own lists a directory and tries 200 expressions for each request.
    Turns: moto looks at a condition and then writes, or goes through what another thread adds to; one request at a time
    is as fast, as Python runs one thread at a time anyway.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._services: dict[str | None, Any] = {}
        self._turn = Lock()

    @override
    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, alone with moto."""
        service: Any = self.get_application(environ)
        turn = nullcontext() if service.service in WAITING_SERVICES else self._turn
        with turn, closing(service(environ, start_response)) as content:
            return list(content)

    @override
    def get_backend_for_host(self, host: str | None) -> Any:
        """Find the service that answers for a host; one host always has the same service."""
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]
