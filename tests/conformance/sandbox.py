"""The two processes that a case is replayed against: moto as AWS, and the provider stand-in."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.processes import started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import JsonObject

REGION = "eu-central-1"
_KEY = "AKIAIOSFODNN7EXAMPLE"  # the one that the recordings were made with


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A running moto and a provider that reaches it."""

    endpoint: str
    reattach: JsonObject

    def reset(self) -> None:
        """Forget everything that is in moto."""
        request = urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")  # noqa: S310
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310

    def environment(self) -> dict[str, str]:
        """Return the environment that terraform is started in."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {**kept, "CHECKPOINT_DISABLE": "1", "TF_REATTACH_PROVIDERS": json.dumps(self.reattach)}


@contextmanager
def running_sandbox(directory: Path) -> Iterator[Sandbox]:
    """Start both processes with their files in a directory, and end them with the block."""
    moto_file, provider_file = directory / "moto.json", directory / "provider.json"
    moto = [sys.executable, "-m", "pipeline.sandbox.moto_server", "--port", "0", "--ready-file", str(moto_file)]
    with started(moto, ready=moto_file):
        endpoint = f"http://127.0.0.1:{json.loads(moto_file.read_bytes())['port']}"
        environment = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": _KEY, "AWS_SECRET_ACCESS_KEY": "fake"}
        provider = [sys.executable, "-m", "pipeline.sandbox.provider", "--directory", str(directory)]
        with started(provider, ready=provider_file, environment=environment):
            yield Sandbox(endpoint=endpoint, reattach=json.loads(provider_file.read_bytes())["reattach"])
