"""The sandbox's two daemons: how each is started, and what it says when it is ready."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pipeline.errors import SandboxError
from pipeline.sandbox.processes import POLL_SECONDS, end, spawn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.adapters.process_identity import Process
    from pipeline.json_types import JsonObject

READY_SECONDS: Final = 60
MOTO: Final = "moto"
PROVIDER: Final = "provider"


def start_moto(directory: Path, *, port: int, environment: Mapping[str, str]) -> tuple[Process, JsonObject]:
    """Start moto; its announcement has `port`."""
    ready_file = directory / "moto.json"
    module = ["pipeline.sandbox.moto_server", "--port", str(port), "--ready-file", str(ready_file)]
    return _start(MOTO, module, environment=environment, ready_file=ready_file)


def start_provider(directory: Path, *, environment: Mapping[str, str]) -> tuple[Process, JsonObject]:
    """Start the provider stand-in; its announcement has `reattach`, the value of TF_REATTACH_PROVIDERS."""
    module = ["pipeline.sandbox.provider", "--directory", str(directory)]
    return _start(PROVIDER, module, environment=environment, ready_file=directory / "provider.json")


@contextmanager
def ended_on_failure(process: Process) -> Iterator[None]:
    """End a process if the block fails: a start that did not succeed leaves none behind."""
    try:
        yield
    except BaseException:
        end([process])
        raise


def _start(
    name: str, module: Sequence[str], *, environment: Mapping[str, str], ready_file: Path
) -> tuple[Process, JsonObject]:
    ready_file.unlink(missing_ok=True)
    log = ready_file.with_name(f"{name}.log")
    process = spawn(name, module, environment=environment, log=log)
    with ended_on_failure(process):
        deadline = time.monotonic() + READY_SECONDS
        while not ready_file.exists():
            if not process.alive():
                raise SandboxError(f"{name} did not start: {_last_line(log)}", advice=f"read {log}")
            if time.monotonic() > deadline:
                raise SandboxError(f"{name} was not ready after {READY_SECONDS} seconds", advice=f"read {log}")
            time.sleep(POLL_SECONDS)
        ready: JsonObject = json.loads(ready_file.read_bytes())
        return process, ready


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
