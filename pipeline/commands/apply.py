"""`pipeline apply`: tenants brought to their template version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.options import (
    all_option,
    allow_option,
    concurrency_option,
    on_failure_option,
    output_option,
    ring_filter,
    tenants_argument,
    tier_filter,
    version_option,
)

if TYPE_CHECKING:
    from pipeline.output import OutputFormat
    from pipeline.values.identifiers import Ring, TenantId
    from pipeline.values.rollout import OnFailure


@click.command()
@tenants_argument
@all_option
@tier_filter
@ring_filter
@version_option
@allow_option
@on_failure_option
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
    on_failure: OnFailure,
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Bring tenants to the template version that they should have.

    A tenant that is up to date is not touched. A plan that would delete or replace data or identity is held.
    """
    from pipeline.commands.operating import operate
    from pipeline.commands.template import find_template
    from pipeline.usecases.fleet import Selection, select
    from pipeline.usecases.operations import Order, apply
    from pipeline.values.guard import Guard

    chosen = select(context.registry, Selection(names=tenants, everyone=everyone, tier=tier, ring=ring))
    order = Order(wanted=find_template(context, version), guard=Guard(allowed=frozenset(allow)), on_failure=on_failure)
    names = [tenant.tenant_id for tenant in chosen]
    operate(context, names, lambda tools, name: apply(tools, name, order), concurrency=concurrency, output=output)
