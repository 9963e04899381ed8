"""What terraform starts as the provider's executable: a relay to the long-lived process, or the provider itself.

Run as a file, not as a module, and it imports only what it needs: terraform starts it several times per command.
It ends when terraform closes the connection or dies.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import sys
import threading
from pathlib import Path
from typing import Any

READY_FILE = "provider.json"

_LOOPBACK = "127.0.0.1"
_CHUNK = 1 << 16
_POLL_SECONDS = 1.0


def main() -> None:
    """Relay to the process that DIRECTORY announces; without one, serve the provider here."""
    root, directory = sys.argv[1:]
    remote, certificate = _find(Path(directory))
    if remote is None:
        _serve_here(root)
    else:
        _relay(remote, certificate)


def _find(directory: Path) -> tuple[socket.socket | None, str]:
    """Connect to the long-lived process; (None, "") if there is none."""
    try:
        ready: dict[str, Any] = json.loads((directory / READY_FILE).read_bytes())
        return socket.create_connection((_LOOPBACK, ready["secure_port"])), ready["certificate"]
    except (OSError, ValueError, KeyError):
        return None, ""


def _relay(remote: socket.socket, certificate: str) -> None:
    """Pass bytes between terraform's one connection and the long-lived process."""
    with socket.create_server((_LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        sys.stdout.write(f"1|6|tcp|{_LOOPBACK}:{port}|grpc|{certificate}\n")
        sys.stdout.flush()
        local = _accept(listener)
    for end in (local, remote):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with selectors.DefaultSelector() as selector:
        selector.register(local, selectors.EVENT_READ, remote)
        selector.register(remote, selectors.EVENT_READ, local)
        while all(_pass_on(key.fileobj, key.data) for key, _ in selector.select()):
            pass


def _accept(listener: socket.socket) -> socket.socket:
    """Wait for terraform to connect; exits if it is gone before."""
    parent = os.getppid()
    listener.settimeout(_POLL_SECONDS)
    while os.getppid() == parent:
        try:
            return listener.accept()[0]
        except TimeoutError:
            continue
    sys.exit(1)


def _pass_on(source: Any, target: socket.socket) -> bool:
    """Pass on what has come; False at the end of the connection."""
    try:
        data = source.recv(_CHUNK)
        target.sendall(data)
    except OSError:
        return False
    return bool(data)


def _serve_here(root: str) -> None:
    sys.path.insert(0, root)
    import signal

    from pipeline.sandbox.provider.serving import start

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # terraform gets it too, and decides
    ended = threading.Event()
    running = start(on_shutdown=ended.set)
    parent = os.getppid()
    sys.stdout.write(running.handshake() + "\n")
    sys.stdout.flush()
    while not ended.wait(_POLL_SECONDS) and os.getppid() == parent:
        pass
    running.stop()
    os._exit(0)  # without waiting for idle threads of the pool


if __name__ == "__main__":
    main()
