"""`pipeline sandbox`: a local AWS and provider, for trying and testing without an account."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from pipeline import settings
from pipeline.errors import SandboxError
from pipeline.options import output_option
from pipeline.output import OutputFormat, echo, echo_json
from pipeline.sandbox import environment, lifecycle
from pipeline.sandbox.lifecycle import ANY_PORT, Condition, Started, StartOutcome, Status
from pipeline.sandbox.record import ProviderMode

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.json_types import JsonObject
    from pipeline.sandbox.record import Sandbox

HIGHEST_PORT: Final = 65535
IN_MEMORY: Final = "Everything in it is in memory: it is gone when the sandbox stops."


@click.group(name="sandbox")
def command() -> None:
    """Run a local AWS and provider, for trying and testing without an account."""


@command.command()
@click.option(
    "--provider",
    type=click.Choice(ProviderMode, case_sensitive=False),
    default=ProviderMode.STAND_IN,
    show_default=True,
    help="The offline stand-in, or the real one, which terraform then installs by itself.",
)
@click.option(
    "--port", type=click.IntRange(0, HIGHEST_PORT), default=ANY_PORT, help="Port of AWS; default: any free one."
)
def start(provider: ProviderMode, port: int) -> None:
    """Start the sandbox, or repair it; does nothing if it runs."""
    started = lifecycle.start(_directory(), provider=provider, port=port)
    echo(_told(started))
    echo('Next: eval "$(pipeline sandbox env)"')


@command.command()
def stop() -> None:
    """Stop the sandbox, and forget all that was made in it."""
    stopped = lifecycle.stop(_directory())
    echo(
        "The sandbox was not running."
        if stopped is None
        else "The sandbox has stopped; all that was made in it is gone."
    )


@command.command()
@output_option
def status(output: OutputFormat) -> int:
    """Show whether the sandbox runs; the exit code is 0 only if it does."""
    found = lifecycle.inspect(_directory())
    match output:
        case OutputFormat.JSON:
            echo_json(_as_document(found))
        case OutputFormat.TEXT:
            echo(_as_text(found))
    return 0 if found.condition is Condition.RUNNING else SandboxError.exit_code


@command.command()
def env() -> None:
    """Print the lines after which terraform, boto3 and pipeline work against the sandbox."""
    echo(environment.shell_lines(lifecycle.running(_directory()), os.environ))


def _directory() -> Path:
    return settings.load().settings.sandbox_directory


def _told(started: Started) -> str:
    where = f"at {started.sandbox.endpoint}, provider {started.sandbox.provider}"
    match started.outcome:
        case StartOutcome.ALREADY_RUNNING:
            return f"The sandbox was running already {where}."
        case StartOutcome.STARTED:
            return f"The sandbox runs {where}. {IN_MEMORY}"
        case StartOutcome.REPAIRED if started.memory_lost:
            return (
                f"The sandbox was repaired and runs {where}. moto had died, and what was made in the sandbox with it."
            )
        case StartOutcome.REPAIRED:
            return f"The sandbox was repaired and runs {where}. The provider had died; its address has changed."


def _as_document(found: Status) -> JsonObject:
    if found.sandbox is None:
        return {"status": found.condition}
    sandbox = found.sandbox
    return {
        "status": found.condition,
        "provider": sandbox.provider,
        "endpoint": sandbox.endpoint,
        "since": sandbox.since,
        "directory": sandbox.directory,
        "processes": [
            {"name": process.name, "pid": process.pid, "alive": process not in found.dead}
            for process in sandbox.processes
        ],
        **_supported(sandbox),
    }


def _as_text(found: Status) -> str:
    if found.sandbox is None:
        return "stopped"
    sandbox = found.sandbox
    started = sandbox.since.astimezone().isoformat(" ", "seconds")
    lines = [f"{found.condition} at {sandbox.endpoint}, provider {sandbox.provider}, since {started}"]
    lines += [f"  {p.name}: pid {p.pid}{' has died' if p in found.dead else ''}" for p in sandbox.processes]
    if found.dead:
        lines.append("pipeline sandbox start repairs it.")
    if counts := " and ".join(f"{len(names)} {kind.replace('_', ' ')}" for kind, names in _supported(sandbox).items()):
        lines.append(f"The stand-in supports {counts}: pipeline sandbox status --output json names them.")
    return "\n".join([*lines, IN_MEMORY])


def _supported(sandbox: Sandbox) -> dict[str, list[str]]:
    """Name what the stand-in implements; of the real provider there is nothing to say."""
    if sandbox.provider is not ProviderMode.STAND_IN:
        return {}
    from pipeline.sandbox.provider import registry

    return {"resource_types": sorted(registry.RESOURCES), "data_sources": sorted(registry.DATA_SOURCES)}
