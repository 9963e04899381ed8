"""`pipeline management`: the control plane's own resources."""

from __future__ import annotations

import click

from pipeline.context import Context, pass_context
from pipeline.options import output_option
from pipeline.output import OutputFormat, echo, echo_json


@click.group()
def command() -> None:
    """Write the directory that gives the control plane its resources."""


@command.command()
@output_option
@pass_context
def write(context: Context, output: OutputFormat) -> None:
    """Write the management stack's directory: events, identities and alarms, and what bootstrap made.

    An administrator runs plain terraform in it, rarely; no workflow does. `pipeline bootstrap` comes first.
    """
    from pipeline.usecases.write_management import write_management

    directory = context.settings.work_directory / "management"
    write_management(context.settings, directory)
    if output is OutputFormat.JSON:
        echo_json({"directory": directory})
        return
    engine = context.engine.name
    echo(f"{directory} written; next:")
    echo(f"  {engine} -chdir={directory} init")
    echo(f"  {engine} -chdir={directory} apply")
