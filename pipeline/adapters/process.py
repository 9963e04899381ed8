"""The one door to processes: an argv list, a session of its own, an environment that was built.

An engine process must never end with its orchestrator: it saves its state and gives its lock back by itself. So it
has its own session, which keeps a Ctrl-C at the terminal away from it, and writes into files, because a pipe whose
reader is gone ends whoever writes into it. While it runs, a record can say which process it is.
"""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

from pipeline.adapters.process_identity import Process, identify
from pipeline.errors import InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A process that ended."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str


class Processes:
    """Runs processes, and passes one interrupt on to those that run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.RLock()  # a signal handler may come while this thread holds it
        self._interrupted = False

    @property
    def interrupted(self) -> bool:
        """Whether no process is started any more."""
        return self._interrupted

    @property
    def running(self) -> int:
        """How many processes run now."""
        return len(self._running)

    def interrupt(self) -> int:
        """Start no process from now on, and pass one SIGINT to each that runs; tells how many run.

        Only the first call does that: the engine takes a second signal as an order to stop without saving.
        """
        with self._lock:
            if not self._interrupted:
                self._interrupted = True
                for process in self._running:
                    with suppress(ProcessLookupError):
                        process.send_signal(signal.SIGINT)
            return len(self._running)

    def run(
        self,
        argv: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        log: Path | None = None,
        record: Path | None = None,
    ) -> Completed:
        """Run a process to its end; `log` and `record` are where others find its output and which process it is."""
        with _output(log) as stdout, tempfile.TemporaryFile() as stderr:
            process = self._start(argv, directory, environment, stdout, stderr)
            try:
                with _recorded(process.pid, record):
                    exit_code = process.wait()
            finally:
                with self._lock:
                    self._running.discard(process)
            return Completed(argv=tuple(argv), exit_code=exit_code, stdout=_text(stdout), stderr=_text(stderr))

    def _start(
        self,
        argv: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        stdout: IO[bytes],
        stderr: IO[bytes],
    ) -> subprocess.Popen[bytes]:
        with self._lock:  # an interrupt comes before a start or after it, never between it and the list
            if self._interrupted:
                raise InterruptedRunError("interrupted", advice="pipeline rollout resume, or run the command again")
            process = subprocess.Popen(
                argv,
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            self._running.add(process)
        return process


def recorded(record: Path) -> Process | None:
    """Give the process of a record whose end nobody took note of, if there is one."""
    try:
        return Process(**json.loads(record.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def _output(log: Path | None) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() if log is None else log.open("w+b") as file:
        yield file


@contextmanager
def _recorded(pid: int, record: Path | None) -> Iterator[None]:
    if record is None:
        yield
        return
    record.write_text(json.dumps(asdict(identify("engine", pid))))
    try:
        yield
    finally:
        record.unlink(missing_ok=True)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
