"""Knowing a process again later, from another process: its number alone will one day be another's."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process on this machine."""

    name: str
    pid: int
    started: str
    """When it started, as this machine writes it down; compared, never read."""

    def alive(self) -> bool:
        """Tell whether this very process still runs."""
        _reap(self.pid)
        return _start_time(self.pid) == self.started


def identify(name: str, pid: int) -> Process:
    """Note down a process that runs now."""
    return Process(name=name, pid=pid, started=_start_time(pid) or "")


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
