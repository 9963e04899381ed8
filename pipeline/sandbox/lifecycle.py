"""Starts, looks at and stops the sandbox of a directory.

The sandbox is one daemon or two: moto, and in stand-in mode the provider. Whoever starts, repairs or stops it holds
the directory's lock meanwhile. All that moto knows is in its memory: it is gone when moto ends.
"""

from __future__ import annotations

import dataclasses
import fcntl
import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.adapters.files import write_whole
from pipeline.errors import SandboxError
from pipeline.sandbox import daemons, environment, record
from pipeline.sandbox.processes import end
from pipeline.sandbox.record import LOOPBACK, ProviderMode, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.adapters.process_identity import Process

ANY_PORT: Final = 0


class Condition(StrEnum):
    """What can be said of a directory's sandbox."""

    RUNNING = "running"
    STOPPED = "stopped"
    BROKEN = "broken"


class StartOutcome(StrEnum):
    """What a start had to do."""

    STARTED = "started"
    REPAIRED = "repaired"
    ALREADY_RUNNING = "already running"


@dataclass(frozen=True, kw_only=True)
class Status:
    """The condition of a sandbox, and which of its processes have died."""

    condition: Condition
    sandbox: Sandbox | None = None
    dead: tuple[Process, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Started:
    """A sandbox that runs, and what had to be done for it."""

    outcome: StartOutcome
    sandbox: Sandbox
    memory_lost: bool = False
    """Whether moto had died, and all that it knew with it."""


def inspect(directory: Path) -> Status:
    """Look whether a sandbox runs."""
    sandbox = record.read(directory)
    if sandbox is None:
        return Status(condition=Condition.STOPPED)
    dead = tuple(process for process in sandbox.processes if not process.alive())
    return Status(condition=Condition.BROKEN if dead else Condition.RUNNING, sandbox=sandbox, dead=dead)


def running(directory: Path) -> Sandbox:
    """Find the sandbox that runs.

    Raises SandboxError if there is none, or if a process of it has died.
    """
    status = inspect(directory)
    if status.sandbox is None:
        raise SandboxError("the sandbox is not running", advice="pipeline sandbox start")
    if status.dead:
        names = " and ".join(f"{process.name} (pid {process.pid})" for process in status.dead)
        raise SandboxError(f"the sandbox is broken: {names} died", advice="pipeline sandbox start, which repairs it")
    return status.sandbox


def start(directory: Path, *, provider: ProviderMode, port: int = ANY_PORT) -> Started:
    """Start the sandbox, or what is missing of it, and wait until it answers.

    Raises SandboxError when it cannot be started, or runs already in another way than asked for.
    """
    directory = directory.resolve()
    with _locked(directory):
        status = inspect(directory)
        old = status.sandbox
        if old is None:
            return Started(outcome=StartOutcome.STARTED, sandbox=_start_all(directory, provider, port))
        _check_same(old, provider, port)
        if status.condition is Condition.RUNNING:
            return Started(outcome=StartOutcome.ALREADY_RUNNING, sandbox=old)
        if old.moto not in status.dead:
            return Started(outcome=StartOutcome.REPAIRED, sandbox=_start_provider(old))
        end(old.processes)
        sandbox = _start_all(directory, provider, old.port)  # the same port: shells have its URL in their environment
        return Started(outcome=StartOutcome.REPAIRED, sandbox=sandbox, memory_lost=True)


def stop(directory: Path) -> Sandbox | None:
    """Stop the sandbox and give what was stopped; None if it was not running."""
    directory = directory.resolve()
    if record.read(directory) is None:
        return None
    with _locked(directory):
        sandbox = record.read(directory)
        if sandbox is not None:
            end(sandbox.processes)
            record.remove(directory)
    return sandbox


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _check_same(sandbox: Sandbox, provider: ProviderMode, port: int) -> None:
    advice = "pipeline sandbox stop, then start it anew"
    if sandbox.provider is not provider:
        raise SandboxError(f"a sandbox was started with --provider {sandbox.provider} already", advice=advice)
    if port not in {ANY_PORT, sandbox.port}:
        raise SandboxError(f"a sandbox was started on port {sandbox.port} already", advice=advice)


def _start_all(directory: Path, provider: ProviderMode, port: int) -> Sandbox:
    _check_free(port)
    moto, ready = daemons.start_moto(directory, port=port, environment=environment.cleaned(os.environ))
    sandbox = Sandbox(directory=directory, provider=provider, since=datetime.now(UTC), port=ready["port"], moto=moto)
    with daemons.ended_on_failure(moto):
        if provider is ProviderMode.STAND_IN:
            return _start_provider(sandbox)
        record.write(sandbox)
        return sandbox


def _start_provider(sandbox: Sandbox) -> Sandbox:
    """Give a sandbox its stand-in: the process, and the mirror for where terraform is not told of the process."""
    from pipeline.sandbox.provider import mirror

    mirror_directory = sandbox.directory / "mirror"
    mirror.write_mirror(mirror_directory, directory=sandbox.directory)
    write_whole(environment.cli_configuration(sandbox), mirror.cli_configuration(mirror_directory).encode())
    surroundings = environment.process_environment(sandbox, environment.cleaned(os.environ))
    process, ready = daemons.start_provider(sandbox.directory, environment=surroundings)
    with daemons.ended_on_failure(process):
        complete = dataclasses.replace(sandbox, provider_process=process, reattach=ready["reattach"])
        record.write(complete)
        return complete


def _check_free(port: int) -> None:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        advice = "choose another one with --port, or leave it out for any free one"
        raise SandboxError(f"port {port} is taken", advice=advice) from error
