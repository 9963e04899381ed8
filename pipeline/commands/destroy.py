"""`pipeline destroy`: tenants taken down to the last trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import concurrency_option, output_option, selection_options, yes_option

if TYPE_CHECKING:
    from pipeline.output import OutputFormat
    from pipeline.values.selection import Selection


@click.command()
@selection_options
@yes_option
@concurrency_option
@output_option
@pass_context
def command(
    context: Context,
    selection: Selection,
    yes: bool,
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Take tenants down to the last trace: their data is lost.

    Lifts the deletion protection, destroys, proves that nothing is left, and keeps a receipt.
    """
    from pipeline.commands.operating import operate
    from pipeline.usecases.fleet import select
    from pipeline.usecases.operations import destroy

    chosen = select(context.registry, selection)
    names = [tenant.tenant_id for tenant in chosen]
    if names and not yes:
        click.confirm(f"destroy all data of {', '.join(names)}?", abort=True, err=True)
    operate(context, names, destroy, concurrency=concurrency, output=output)
