"""One provider configuration per terraform process, though all of them share one provider process."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud

_IDLE_SECONDS = 6 * 3600
"""After this time without a request, a connection is taken for closed: gRPC does not tell when one ends."""


@dataclass(kw_only=True)
class _Connection:
    cloud: Cloud
    used: float


class Connections:
    """The configured clouds by client connection; a process that connects anew configures itself first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_peer: dict[str, _Connection] = {}

    def configure(self, peer: str, cloud: Cloud) -> None:
        """Remember a client's configuration, and forget those of clients that are long gone."""
        now = time.monotonic()
        with self._lock:
            self._by_peer = {key: item for key, item in self._by_peer.items() if now - item.used < _IDLE_SECONDS}
            self._by_peer[peer] = _Connection(cloud=cloud, used=now)

    def cloud(self, peer: str) -> Cloud | None:
        """Return a client's cloud; None if it has not configured the provider."""
        with self._lock:
            connection = self._by_peer.get(peer)
            if connection is None:
                return None
            connection.used = time.monotonic()
            return connection.cloud
