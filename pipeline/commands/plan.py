"""`pipeline plan`: what apply would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import (
    all_option,
    concurrency_option,
    output_option,
    ring_filter,
    tenants_argument,
    tier_filter,
    version_option,
)

if TYPE_CHECKING:
    from pipeline.output import OutputFormat
    from pipeline.values.identifiers import Ring, TenantId


@click.command()
@tenants_argument
@all_option
@tier_filter
@ring_filter
@version_option
@concurrency_option
@output_option
@pass_context
def command(
    context: Context,
    tenants: tuple[TenantId, ...],
    everyone: bool,
    tier: str | None,
    ring: Ring | None,
    version: str | None,
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Show what apply would change, tenant by tenant. Changes nothing and locks nothing."""
    from pipeline.commands.operating import operate
    from pipeline.commands.template import find_template
    from pipeline.usecases.fleet import Selection, select
    from pipeline.usecases.operations import plan

    chosen = select(context.registry, Selection(names=tenants, everyone=everyone, tier=tier, ring=ring))
    wanted = find_template(context, version)
    names = [tenant.tenant_id for tenant in chosen]
    operate(
        context, names, lambda tools, name: plan(tools, name, wanted=wanted), concurrency=concurrency, output=output
    )
