"""The one door to processes: an argv list, a session of its own, an environment that was built."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A process that ended."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str


def run(argv: Sequence[str], *, directory: Path, environment: Mapping[str, str]) -> Completed:
    """Run a process to its end; its own session keeps a Ctrl-C at the terminal away from it."""
    done = subprocess.run(
        argv,
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    return Completed(
        argv=tuple(argv),
        exit_code=done.returncode,
        stdout=done.stdout.decode(errors="replace"),
        stderr=done.stderr.decode(errors="replace"),
    )
