"""Processes that outlive the command that starts them, and how later commands know them again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

POLL_SECONDS: Final = 0.02
GRACE_SECONDS: Final = 15
"""How long a process may take to finish what it is doing before it is killed."""

PROC = Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process; the number alone will one day be another's."""

    name: str
    pid: int
    started: str
    """When it started, as this machine writes it down; compared, never read."""

    def alive(self) -> bool:
        """Tell whether this very process still runs."""
        _reap(self.pid)
        return _start_time(self.pid) == self.started


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
    return Process(name=name, pid=pid, started=_start_time(pid) or "")


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


def _reap(pid: int) -> None:
    """Take note of the end of a child; one that another command started is nobody's to wait for here."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _start_time(pid: int) -> str | None:
    """Read when a process started; None if there is none, or only its exit code is left of it."""
    if not PROC.is_dir():
        return _start_time_from_ps(pid)
    try:
        state, *fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else fields[18]  # man 5 proc: the 22nd field, after pid and name the 20th


def _start_time_from_ps(pid: int) -> str | None:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    state, _, started = output.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()
