"""Processes that outlive the command that starts them, and how later commands know them again."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pipeline.adapters.process_identity import Process, identify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

POLL_SECONDS: Final = 0.02
GRACE_SECONDS: Final = 15
"""How long a process may take to finish what it is doing before it is killed."""


def spawn(name: str, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path) -> Process:
    """Start a Python module as a daemon: a session of its own, no input, all output in a log file."""
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", *arguments],
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return identify(name, pid)


def end(processes: Iterable[Process], *, grace: float = GRACE_SECONDS) -> None:
    """Ask processes to end, wait until they have, and kill those that have not after `grace` seconds."""
    running = [process for process in processes if process.alive()]
    for process in running:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (running := [process for process in running if process.alive()]) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for process in running:
        _signal(process, signal.SIGKILL)
    while any(process.alive() for process in running):
        time.sleep(POLL_SECONDS)


def _signal(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, number)
