"""The `pipeline` command as a process that begins with everything imported: most of a short command is its imports.

Each command is a process of its own, forked from one that did nothing but import. Tests that are about the process
itself (signals, its start) run the installed script instead.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS: Final = 120
_STREAMS: Final = ("stdin", "stdout", "stderr")
_forks: Final = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.imported"])


def run_command(
    arguments: Sequence[str], *, directory: Path, environment: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run `pipeline` to its end, whatever that is; raises TimeoutExpired after two minutes."""
    with tempfile.TemporaryDirectory() as streams:
        stdin_file, stdout_file, stderr_file = (Path(streams) / name for name in _STREAMS)
        stdin_file.write_text(stdin)
        process = _forks.Process(target=_command, args=(list(arguments), directory, dict(environment), streams))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["pipeline", *arguments], SECONDS, stdout_file.read_text())
        return subprocess.CompletedProcess(
            ["pipeline", *arguments], process.exitcode, stdout_file.read_text(), stderr_file.read_text()
        )


def _command(arguments: list[str], directory: Path, environment: dict[str, str], streams: str) -> None:
    for number, name in enumerate(_STREAMS):
        os.dup2(os.open(Path(streams) / name, os.O_RDWR | os.O_CREAT, 0o600), number)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["pipeline", *arguments]
    from pipeline.cli import main

    main()
