"""One provider configuration per terraform process, though all of them share one provider process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.sandbox.provider.cloud import Cloud

MOST: Final = 10_000
"""How many connections are remembered: gRPC does not tell when one ends, and no machine runs as many at a time."""


class Connections:
    """The configured clouds by client connection; a process that connects anew configures itself first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_peer: OrderedDict[str, Cloud] = OrderedDict()

    def configure(self, peer: str, cloud: Cloud) -> None:
        """Remember a client's configuration, and forget the one that was used least of late."""
        with self._lock:
            self._by_peer[peer] = cloud
            self._by_peer.move_to_end(peer)
            if len(self._by_peer) > MOST:
                self._by_peer.popitem(last=False)

    def cloud(self, peer: str) -> Cloud | None:
        """Return a client's cloud; None if it has not configured the provider."""
        with self._lock:
            cloud = self._by_peer.get(peer)
            if cloud is not None:
                self._by_peer.move_to_end(peer)
            return cloud
