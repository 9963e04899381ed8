"""`pipeline workspace`: directories that plain terraform works in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import all_option, output_option, ring_filter, tenants_argument, tier_filter, version_option
from pipeline.output import OutputFormat, echo, echo_json, plural

if TYPE_CHECKING:
    from pipeline.values.identifiers import Ring, TenantId


@click.group()
def command() -> None:
    """Write directories that plain terraform works in."""


@command.command()
@tenants_argument
@all_option
@tier_filter
@ring_filter
@version_option
@output_option
@pass_context
def write(
    context: Context,
    tenants: tuple[TenantId, ...],
    everyone: bool,
    tier: str | None,
    ring: Ring | None,
    version: str | None,
    output: OutputFormat,
) -> None:
    """Write tenants' workspaces: ready for `terraform plan`, with no init."""
    from pipeline.commands.template import find_template
    from pipeline.usecases.fleet import Selection
    from pipeline.usecases.write_workspaces import write_workspaces

    selection = Selection(names=tenants, everyone=everyone, tier=tier, ring=ring)
    written = write_workspaces(context.tools, selection, wanted=find_template(context, version))
    if output is OutputFormat.JSON:
        echo_json([{"tenant": workspace.tenant, "directory": workspace.directory} for workspace in written])
        return
    for workspace in written:
        echo(str(workspace.directory))
    echo(f"{plural(len(written), 'workspace')} written")
