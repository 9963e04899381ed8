"""What plan, apply, destroy and rollback share: work on the chosen tenants and tell what came of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipeline.commands.interruption import orderly_interrupts
from pipeline.commands.operation_report import report
from pipeline.errors import InterruptedRunError
from pipeline.usecases.fleet import contained
from pipeline.usecases.pace import work_through
from pipeline.values.signal import of_outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.context import Context
    from pipeline.output import OutputFormat
    from pipeline.usecases.steps import Tools
    from pipeline.values.identifiers import TenantId
    from pipeline.values.outcome import Outcome


def operate(
    context: Context,
    tenants: Sequence[TenantId],
    work: Callable[[Tools, TenantId], Outcome],
    *,
    concurrency: int | None,
    output: OutputFormat,
    is_told: bool = True,
) -> None:
    """Work on tenants, several at a time, print each outcome as it comes, and tell those who want to hear of it."""
    pace = context.pace(concurrency)
    tools = replace(context.tools, throttled=pace.throttled)
    engine = tools.engine
    with orderly_interrupts(engine):
        outcomes = work_through(
            tenants, contained(lambda tenant: work(tools, tenant)), pace=pace, stopped=lambda: engine.interrupted
        )
        report(context.signals.watch(_operation(), outcomes, of_outcome) if is_told else outcomes, output)
    if engine.interrupted:
        raise InterruptedRunError("interrupted: what was running has ended, the rest was not begun")


def _operation() -> str:
    return click.get_current_context().info_name or "operation"
