"""The HTTP server under moto: a thread per connection, and connections that stay open.

werkzeug's own handler closes the connection after every response, so each call to AWS pays for a connect and a
thread. It does that because it cannot know what is left unread of a request; this handler reads each request whole
before moto sees it, and then it knows.
"""

from __future__ import annotations

import io
import logging
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from typing_extensions import override
from werkzeug.serving import ThreadedWSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

Headers = list[tuple[str, str]]

BACKLOG = 128
NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
UNAVAILABLE = (NotImplementedError, ImportError)

log = logging.getLogger(__name__)


def listen(host: str, port: int, application: WSGIApplication) -> ThreadedWSGIServer:
    """Bind a port (0 = any free one) and make the server for it.

    Raises OSError when the port is taken.
    """
    listener = socket.create_server((host, port), backlog=BACKLOG)
    with listener:  # the server duplicates the descriptor
        server = ThreadedWSGIServer(host, port, application, handler=KeepAliveHandler, fd=listener.fileno())
    server.daemon_threads = True
    return server


class KeepAliveHandler(MotoRequestHandler):
    """Answers the requests of one connection, one after the other, until the client closes it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @override
    def run_wsgi(self) -> None:
        """Read one request whole, have it answered, and send the answer in one write."""
        environ = self.make_environ()
        body = self._request_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["wsgi.input_terminated"] = True
        environ["CONTENT_LENGTH"] = str(len(body))
        self._send(*_answer(self.server.app, environ))

    @override
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet: a rollout makes a hundred thousand requests."""

    def _request_body(self, environ: dict[str, Any]) -> bytes:
        chunked = environ.get("wsgi.input_terminated", False)
        return environ["wsgi.input"].read() if chunked else self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def _send(self, status: str, headers: Headers, body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if int(code) not in NO_BODY and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        head = b"".join(self._headers_buffer) + b"\r\n"  # end_headers() would send it on its own
        self._headers_buffer.clear()
        self.wfile.write(head if self.command == "HEAD" else head + body)


def _answer(application: WSGIApplication, environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, _error: Any = None, /) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda _: None

    try:
        content = application(environ, start_response)
        try:
            body = b"".join(content)
        finally:
            getattr(content, "close", lambda: None)()
    except Exception as error:  # whatever moto stumbles over, the client gets an answer and the log the traceback
        log.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        return _failure(error)
    status, headers = started[-1]
    return status, headers, body


def _failure(error: Exception) -> tuple[str, Headers, bytes]:
    # AWS clients retry a 500 for minutes; what moto lacks it will still lack then, so say so at once.
    status = HTTPStatus.NOT_IMPLEMENTED if isinstance(error, UNAVAILABLE) else HTTPStatus.INTERNAL_SERVER_ERROR
    message = f"moto: {type(error).__name__}: {error}"
    return f"{status.value} {status.phrase}", [("Content-Type", "text/plain")], message.encode()
