"""`pipeline plan`: what apply would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import concurrency_option, output_option, selection_options, version_option

if TYPE_CHECKING:
    from pipeline.output import OutputFormat
    from pipeline.values.selection import Selection


@click.command()
@selection_options
@version_option
@concurrency_option
@output_option
@pass_context
def command(
    context: Context,
    selection: Selection,
    version: str | None,
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Show what apply would change, tenant by tenant. Changes nothing and locks nothing."""
    from pipeline.commands.operating import operate
    from pipeline.commands.template import find_template
    from pipeline.usecases.fleet import select
    from pipeline.usecases.operations import plan

    chosen = select(context.registry, selection)
    wanted = find_template(context, version)
    names = [tenant.tenant_id for tenant in chosen]
    operate(
        context,
        names,
        lambda tools, name: plan(tools, name, wanted=wanted),
        concurrency=concurrency,
        output=output,
        is_told=False,  # who plans reads it here, and the role that plans may publish nothing
    )
