"""`pipeline workspace`: directories that plain terraform works in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import output_option, selection_options, version_option
from pipeline.output import OutputFormat, echo, echo_json, plural

if TYPE_CHECKING:
    from pipeline.values.selection import Selection


@click.group()
def command() -> None:
    """Write directories that plain terraform works in."""


@command.command()
@selection_options
@version_option
@output_option
@pass_context
def write(
    context: Context,
    selection: Selection,
    version: str | None,
    output: OutputFormat,
) -> None:
    """Write tenants' workspaces: ready for `terraform plan`, with no init."""
    from pipeline.commands.template import find_template
    from pipeline.usecases.write_workspaces import write_workspaces

    written = write_workspaces(context.tools, selection, wanted=find_template(context, version))
    if output is OutputFormat.JSON:
        echo_json([{"tenant": workspace.tenant, "directory": workspace.directory} for workspace in written])
        return
    for workspace in written:
        echo(str(workspace.directory))
    echo(f"{plural(len(written), 'workspace')} written")
