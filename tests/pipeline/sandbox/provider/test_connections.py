from __future__ import annotations

from pipeline.sandbox.provider.cloud import Cloud
from pipeline.sandbox.provider.connections import MOST, Connections
from pipeline.sandbox.provider.sessions import Sessions
from pipeline.sandbox.provider.settings import ProviderSettings


def test_only_what_was_not_used_for_long_is_forgotten() -> None:
    connections = Connections()
    cloud, other = (Cloud(ProviderSettings(region=name), Sessions()) for name in ("eu-central-1", "eu-west-1"))
    connections.configure("busy", cloud)
    connections.configure("gone", other)
    for number in range(MOST - 1):
        connections.cloud("busy")
        connections.configure(f"client {number}", other)

    assert connections.cloud("busy") is cloud
    assert connections.cloud("gone") is None
