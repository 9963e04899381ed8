"""The `pipeline` command: finds the command that is asked for and turns errors into messages and exit codes.

Commands are imported when they are called: boto3 and its like cost more than most commands do.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Final

import click

from pipeline.errors import PipelineError

# Python's default of 700 costs a short command an eighth of its time: nearly all of what it makes are imports and the
# models of boto3's clients, which stay.
OBJECTS_BEFORE_A_COLLECTION: Final = 50_000
COMMANDS: Final = {
    "apply": "Bring tenants to the template version that they should have.",
    "bootstrap": "Create the control plane, or heal what drifted in it.",
    "config": "Show the settings in force and where they come from.",
    "destroy": "Take tenants down to the last trace.",
    "drift": "Find what was changed behind terraform's back.",
    "event": "Handle what the application says of its tenants.",
    "management": "Write the directory that gives the control plane its resources.",
    "plan": "Show what apply would change, tenant by tenant.",
    "review": "Show what a version would change, each kind of plan once.",
    "reconcile": "See to events and tenants that got lost on the way.",
    "rollback": "Bring tenants, or a whole rollout, back to the version before.",
    "rollout": "Bring the whole fleet to one template version, wave by wave.",
    "sandbox": "A local AWS and provider, for trying and testing without an account.",
    "settle": "Wait for what a killed run left running, and record what came of it.",
    "template": "Build, publish and compare versions of the template.",
    "tenant": "Add, list, show, change and remove tenants.",
    "workspace": "Write directories that plain terraform works in.",
}

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class LazyGroup(click.Group):
    """A group whose commands are modules of `pipeline.commands`, imported on first use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Give the names of all commands, without importing any."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command by its name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipeline.commands.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their one-line descriptions."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="tenant-pipeline", prog_name="pipeline")
def pipeline() -> None:
    """Give every tenant its own AWS resources from one template, and keep all of them up to date."""


def main() -> None:
    """Run the command line; exit with the code of the error's family."""
    gc.set_threshold(OBJECTS_BEFORE_A_COLLECTION)
    try:
        code = pipeline.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        _tell_github(error.format_message(), "")
        sys.exit(error.exit_code)
    except PipelineError as error:
        click.echo(f"error: {error.message}", err=True)
        if error.advice:
            click.echo(f"  try: {error.advice}", err=True)
        _tell_github(error.message, error.advice)
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _tell_github(message: str, advice: str) -> None:
    from pipeline.adapters.github import GitHub

    GitHub(os.environ).tell_error(message, advice)
