"""`pipeline settle`: the last step of a job, and the first thing after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import TenantsFailedError
from pipeline.options import output_option
from pipeline.output import OutputFormat, echo, echo_json, plural
from pipeline.params import TENANT

if TYPE_CHECKING:
    from pipeline.values.identifiers import TenantId

# A CI runner ends everything five minutes after a cancel (docs/github.md).
PATIENCE_SECONDS = 240


@click.command()
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=PATIENCE_SECONDS,
    show_default=True,
    help="Seconds to wait for engine processes that still run.",
)
@click.option("--forget", metavar="TENANT", type=TENANT, help="Give up a state that stayed on a machine that is gone.")
@output_option
@pass_context
def command(context: Context, patience: int, forget: TenantId | None, output: OutputFormat) -> None:
    """Wait for what a killed run left running on this machine, and record what came of it.

    Where nothing was left there is nothing to do: it can always run.
    """
    from pipeline.usecases.settle import Found, forget_lost_state, settle

    if forget is not None:
        forgotten = forget_lost_state(context.registry, forget)
        said = f"tenant {forget} is {forgotten.status}; pipeline apply {forget} starts from the state in the bucket"
        echo_json({"tenant": forget, "status": forgotten.status}) if output is OutputFormat.JSON else echo(said)
        return

    if not context.running.left():
        echo_json([]) if output is OutputFormat.JSON else echo("nothing was left running")
        return
    found = []
    for settled in settle(context.tools, context.rollouts, patience=patience):
        found.append(settled)
        if output is OutputFormat.TEXT:
            echo(f"{settled.tenant}: {settled.found}: {settled.detail}")
    if output is OutputFormat.JSON:
        echo_json(found)
    running = sum(settled.found is Found.STILL_RUNNING for settled in found)
    if running:
        raise TenantsFailedError(f"{plural(running, 'engine process')} still running", advice="pipeline settle")
