"""`pipeline bootstrap`: the control plane's buckets and tables."""

from __future__ import annotations

import click

from pipeline.context import Context, pass_context
from pipeline.options import output_option
from pipeline.output import OutputFormat, echo, echo_json


@click.command()
@output_option
@pass_context
def command(context: Context, output: OutputFormat) -> None:
    """Create the control plane, or heal what drifted in it.

    Two buckets (states, templates) and three tables (tenants, rollouts, locks): encrypted, versioned, with
    point-in-time recovery, closed to the public. Running it again changes nothing.
    """
    from pipeline.adapters.control_plane import Table, bootstrap

    settings = context.settings
    findings = bootstrap(
        context.aws.s3,
        context.aws.dynamodb,
        [settings.state_bucket, settings.template_bucket],
        [
            Table(name=settings.tenants_table, hash_key="tenant_id", index=True),
            Table(name=settings.rollouts_table, hash_key="rollout_id", range_key="item"),
            Table(name=settings.lock_table, hash_key="LockID"),
        ],
    )
    if output is OutputFormat.JSON:
        echo_json(list(findings))
    else:
        for finding in findings:
            echo(f"{finding.resource}: {finding.action}")
