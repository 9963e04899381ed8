"""`pipeline drift`: what was changed behind terraform's back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pipeline.context import Context, pass_context
from pipeline.errors import DriftError, HeldError, InterruptedRunError, InvalidInputError, TenantsFailedError
from pipeline.options import allow_option, concurrency_option, output_option, tenants_argument
from pipeline.output import OutputFormat, echo, echo_json, plural
from pipeline.values.outcome import Failed, Held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.json_types import JsonObject
    from pipeline.usecases.drift import Inspected
    from pipeline.values.identifiers import TenantId


@click.command()
@tenants_argument
@click.option("--budget-tenants", type=click.IntRange(min=1), metavar="N", help="Look at so many tenants at most.")
@click.option("--budget-minutes", type=click.FloatRange(min=0), metavar="M", help="Begin no look after so long.")
@click.option("--fix", is_flag=True, help="Plan and apply the tenants that drifted, under the guard of an apply.")
@click.option("--accept", is_flag=True, help="With --fix: let the state take over what no apply changes.")
@allow_option
@concurrency_option
@output_option
@pass_context
def command(
    context: Context,
    tenants: tuple[TenantId, ...],
    budget_tenants: int | None,
    budget_minutes: float | None,
    fix: bool,
    accept: bool,
    allow: tuple[str, ...],
    concurrency: int | None,
    output: OutputFormat,
) -> None:
    """Look whether tenants' resources are still what was applied; those whose last look is oldest come first.

    Looks at the tenants that are named, or else at all of them in turn.

    Without --fix nothing is changed. Exit code 13 says that somebody drifted.
    """
    from pipeline.commands.interruption import orderly_interrupts
    from pipeline.usecases.drift import Budget, Repair, in_turn, inspect
    from pipeline.usecases.steps import now
    from pipeline.values.guard import Guard

    if accept and not fix:
        raise InvalidInputError("--accept is for what --fix cannot mend", advice="pipeline drift --fix --accept")
    budget = Budget(tenants=budget_tenants, minutes=budget_minutes)
    repair = Repair(guard=Guard(allowed=frozenset(allow)), accept=accept) if fix else None
    engine = context.engine
    engine.require()
    named = [tenant for tenant in map(context.registry.get, tenants) if tenant.applied is not None]
    chosen = named if tenants else in_turn(context.registry, now())
    with orderly_interrupts(engine):
        looks = inspect(context.tools, chosen, budget=budget, repair=repair, pace=context.pace(concurrency))
        seen = _reported(looks, len(chosen), output)
    if engine.interrupted:
        raise InterruptedRunError("interrupted: what was running has ended, the rest was not looked at")
    _raise_where_not_fine(seen)


def _reported(looks: Iterator[Inspected | Failed], tenants: int, output: OutputFormat) -> list[Inspected | Failed]:
    """Print what is not fine as it comes, and a summary; gives all of it."""
    seen: list[Inspected | Failed] = []
    for look in looks:
        seen.append(look)
        if output is OutputFormat.TEXT and (isinstance(look, Failed) or look.findings):
            echo(_text(look))
    left = tenants - len(seen)
    if output is OutputFormat.JSON:
        echo_json(_document(seen, left))
        return seen
    drifted = sum(not isinstance(look, Failed) and bool(look.findings) for look in seen)
    later = f"; {plural(left, 'tenant')} left for the next run" if left else ""
    echo(f"{plural(len(seen), 'tenant')} looked at, {drifted} drifted{later}")
    return seen


def _text(found: Inspected | Failed) -> str:
    from pipeline.commands.operation_report import outcome_text

    if isinstance(found, Failed):
        return outcome_text(found)
    lines = [f"{found.tenant}: {finding}" for finding in found.findings]
    if found.repair is not None:
        lines.append(outcome_text(found.repair))
        lines += [] if found.is_fine else [f"{found.tenant}: NOT FIXED: the template says nothing about it"]
    return "\n".join(lines)


def _document(seen: list[Inspected | Failed], left: int) -> JsonObject:
    from pipeline.commands.operation_report import outcome_document

    inspected = sorted((found for found in seen if not isinstance(found, Failed)), key=lambda found: found.tenant)
    return {
        "looked_at": len(seen),
        "left": left,
        "drifted": [
            {
                "tenant": found.tenant,
                "findings": [asdict(finding) for finding in found.findings],
                "is_fine": found.is_fine,
                "repair": None if found.repair is None else outcome_document(found.repair),
            }
            for found in inspected
            if found.findings
        ],
        "failed": [asdict(found) for found in seen if isinstance(found, Failed)],
    }


def _raise_where_not_fine(seen: list[Inspected | Failed]) -> None:
    ends = [found if isinstance(found, Failed) else found.repair for found in seen]
    failed = [end for end in ends if isinstance(end, Failed)]
    if failed:
        names = ", ".join(sorted(end.tenant for end in failed))
        raise TenantsFailedError(f"{plural(len(failed), 'tenant')} failed: {names}", advice=failed[0].advice)
    held = sorted(end.tenant for end in ends if isinstance(end, Held))
    if held:
        raise HeldError(
            f"{plural(len(held), 'tenant')} held by the guard: {', '.join(held)}",
            advice="look at the plan; --allow ADDRESS or --allow TYPE lets it through",
        )
    drifted = [found for found in seen if not isinstance(found, Failed) and not found.is_fine]
    if drifted:
        drifting = sorted(found.tenant for found in drifted)
        by_hand = f"mend it by hand, or let the state take it over: pipeline drift --fix --accept {drifting[0]}"
        raise DriftError(
            f"{plural(len(drifting), 'tenant')} drifted: {', '.join(drifting)}",
            advice=by_hand if any(found.repair for found in drifted) else "pipeline drift --fix",
        )
