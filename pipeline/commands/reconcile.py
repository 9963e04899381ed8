"""`pipeline reconcile`: sees to what got lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.adapters.github import Level
from pipeline.context import Context, pass_context
from pipeline.errors import TenantsFailedError
from pipeline.options import output_option, patience_option
from pipeline.output import OutputFormat, echo, echo_json, plural
from pipeline.values.signal import UNKNOWN_TENANT, Told, Verdict

if TYPE_CHECKING:
    from pipeline.usecases.reconcile import Finding


@click.command()
@patience_option(60)
@output_option
@pass_context
def command(context: Context, patience: int, output: OutputFormat) -> None:
    """Handle events that GitHub did not take or that have no end, and finish what died on a tenant.

    Where nothing got lost it changes nothing: it can always run. What it cannot settle, it names.
    """
    from pipeline.commands.event import event_handler
    from pipeline.commands.interruption import orderly_interrupts
    from pipeline.usecases.reconcile import Reconciliation

    work = Reconciliation(
        handler=event_handler(context, patience=patience),
        dead_letters=context.dead_letters,
        copies=context.event_copies,
        is_over=context.github.is_over,
    )
    found: list[Finding] = []
    with orderly_interrupts(context.engine):
        for finding in context.signals.watch("reconcile", work.run(), _told):
            found.append(finding)
            if output is OutputFormat.TEXT:
                echo(_text(finding))
            if _needs_somebody(finding):
                context.github.annotate(Level.WARNING, finding.detail, title=f"{finding.kind} {finding.tenant}".strip())
    if output is OutputFormat.JSON:
        echo_json(found)
    elif not found:
        echo("nothing got lost")
    _raise_unless_settled(found)


def _raise_unless_settled(found: list[Finding]) -> None:
    left = [finding for finding in found if _needs_somebody(finding)]
    if left:
        raise TenantsFailedError(
            f"{plural(len(left), 'finding')} not settled or refused: {', '.join(f.tenant or f.kind for f in left)}",
            advice="pipeline tenant show TENANT; the next run tries again what is not settled",
        )


def _needs_somebody(finding: Finding) -> bool:
    return finding.is_refused or not finding.is_settled


def _text(finding: Finding) -> str:
    state = "settled" if finding.is_settled else "NOT SETTLED"
    return f"{finding.kind}{' ' * bool(finding.tenant)}{finding.tenant}: {state}: {finding.detail}"


def _told(finding: Finding) -> Told | None:
    if not _needs_somebody(finding):
        return None
    verdict = Verdict.FAILED if finding.is_refused else Verdict.STUCK
    return Told(tenant=finding.tenant or UNKNOWN_TENANT, verdict=verdict, reason=f"{finding.kind}: {finding.detail}")
