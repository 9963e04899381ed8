"""Real processes in tests: started, waited for, and ended whatever happens."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_START_SECONDS = 60
_END_SECONDS = 30


@contextmanager
def started(
    command: list[str], *, ready: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that writes a file when it is ready; its output is in a log beside that file."""
    log = ready.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=output, stderr=output)
    try:
        _wait_for(ready, process, log)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=_END_SECONDS)


def _wait_for(ready: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text()}")
        time.sleep(0.02)
