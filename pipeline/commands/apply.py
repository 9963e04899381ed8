"""`pipeline apply`: tenants brought to their template version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import (
    allow_option,
    concurrency_option,
    on_failure_option,
    output_option,
    selection_options,
    version_option,
)

if TYPE_CHECKING:
    from pipeline.output import OutputFormat
    from pipeline.values.rollout import OnFailure
    from pipeline.values.selection import Selection


@click.command()
@selection_options
@version_option
@allow_option
@on_failure_option
@concurrency_option
@output_option
@pass_context
def command(
    context: Context,
    selection: Selection,
    version: str | None,
    allow: tuple[str, ...],
    on_failure: OnFailure,
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Bring tenants to the template version that they should have.

    A tenant that is up to date is not touched. A plan that would delete or replace data or identity is held.
    """
    from pipeline.commands.operating import operate
    from pipeline.commands.template import find_template
    from pipeline.usecases.fleet import select
    from pipeline.usecases.operations import Order, apply
    from pipeline.values.guard import Guard

    chosen = select(context.registry, selection)
    order = Order(wanted=find_template(context, version), guard=Guard(allowed=frozenset(allow)), on_failure=on_failure)
    names = [tenant.tenant_id for tenant in chosen]
    operate(context, names, lambda tools, name: apply(tools, name, order), concurrency=concurrency, output=output)
