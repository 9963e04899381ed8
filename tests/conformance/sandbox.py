"""The two processes that a case is replayed against: moto as AWS, and the provider stand-in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.json_types import JsonObject

REGION = "eu-central-1"
_START_SECONDS = 60


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
    with _process("moto_server", directory, "moto.json", "--port", "0", "--ready-file") as moto:
        endpoint = f"http://127.0.0.1:{moto['port']}"
        environment = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "fake",
        }
        with _process("provider", directory, "provider.json", "--directory", **environment) as provider:
            yield Sandbox(endpoint=endpoint, reattach=provider["reattach"])


@contextmanager
def _process(name: str, directory: Path, ready_name: str, *arguments: str, **environment: str) -> Iterator[JsonObject]:
    ready = directory / ready_name
    target = directory if arguments[-1] == "--directory" else ready
    command = [sys.executable, "-m", f"pipeline.sandbox.{name}", *arguments, str(target)]
    with (directory / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        yield _wait_for(ready, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(ready: Path, process: subprocess.Popen[bytes]) -> JsonObject:
    deadline = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start; see the log beside {ready}")
        time.sleep(0.05)
    document: JsonObject = json.loads(ready.read_bytes())
    return document
