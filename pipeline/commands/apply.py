"""`pipeline apply`: tenants brought to their template version."""

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
@click.option("--allow", metavar="ADDRESS|TYPE", multiple=True, help="Let the guard through for this run.")
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
    allow: tuple[str, ...],
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Bring tenants to the template version that they should have.

    A tenant that is up to date is not touched. A plan that would delete or replace data or identity is held.
    """
    from pipeline.commands.operation_report import report
    from pipeline.commands.template import find_template
    from pipeline.usecases.fleet import Selection, select, work_through
    from pipeline.usecases.operations import apply

    chosen = select(context.registry, Selection(names=tenants, everyone=everyone, tier=tier, ring=ring))
    wanted = find_template(context, version)
    tools = context.tools
    report(
        work_through(
            [tenant.tenant_id for tenant in chosen],
            lambda tenant_id: apply(tools, tenant_id, wanted=wanted, allowed=frozenset(allow)),
            concurrency=context.concurrency(concurrency),
        ),
        output,
    )
