"""`pipeline rollback`: back to the version before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import InvalidInputError
from pipeline.options import allow_option, concurrency_option, output_option, tenants_argument
from pipeline.output import OutputFormat, echo
from pipeline.params import ROLLOUT, VERSION
from pipeline.values.identifiers import short

if TYPE_CHECKING:
    from pipeline.usecases.steps import Tools
    from pipeline.values.identifiers import TenantId
    from pipeline.values.outcome import Outcome
    from pipeline.values.rollout import RolloutId


@click.command()
@tenants_argument
@click.option("--to", type=VERSION, help="The version to go to.  [default: the last good one, tenant by tenant]")
@click.option("--rollout", "rollout_id", type=ROLLOUT, help="Every tenant that this rollout brought to its version.")
@allow_option
@concurrency_option
@output_option
@pass_context
def command(
    context: Context,
    tenants: tuple[TenantId, ...],
    to: str | None,
    rollout_id: RolloutId | None,
    allow: tuple[str, ...],
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Bring tenants back to the version that they had before, and pin them there, so that they stay on it.

    With --rollout nobody is pinned: the version before becomes the stable one again instead.
    """
    from pipeline.commands.operating import operate
    from pipeline.commands.template import find_template
    from pipeline.usecases.operations import Order, apply, rollback
    from pipeline.usecases.rollbacks import step_back, versions_before
    from pipeline.usecases.steps import now
    from pipeline.values.guard import Guard

    if bool(tenants) == bool(rollout_id):
        raise InvalidInputError("give tenants by name, or --rollout", advice="pipeline rollback --help")
    guard = Guard(allowed=frozenset(allow))
    if rollout_id is None:
        version = find_template(context, to)
        operate(
            context,
            tenants,
            lambda tools, name: rollback(tools, name, to=version, guard=guard),
            concurrency=concurrency,
            output=output,
        )
        return
    version = find_template(context, to)
    before = versions_before(context.rollouts, rollout_id)
    stable = step_back(context.rollouts, context.templates, rollout_id, at=now(), by=context.runner.owner)
    if stable is not None and output is OutputFormat.TEXT:
        echo(f"template {short(stable)}: stable again")

    def back(tools: Tools, name: TenantId) -> Outcome:
        return apply(tools, name, Order(wanted=version or before[name], guard=guard))

    operate(context, tuple(before), back, concurrency=concurrency, output=output)
