"""How plan, apply and destroy tell what came of each tenant, and which exit code follows from it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, assert_never

from pipeline.errors import HeldError, TenantsFailedError
from pipeline.output import OutputFormat, echo, echo_json, plural
from pipeline.values.identifiers import short
from pipeline.values.outcome import (
    Changed,
    Destroyed,
    Failed,
    Held,
    Interrupted,
    Outcome,
    Planned,
    RolledBack,
    Unchanged,
)
from pipeline.values.plan import Action
from pipeline.values.plan_differences import differences, output_differences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.json_types import JsonObject
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.plan_differences import AttributeChange

SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.FORGET: "!",
    Action.NO_OP: " ",
    Action.READ: "<=",
}
LONGEST_VALUE = 70


def report(outcomes: Iterable[Outcome], output: OutputFormat) -> None:
    """Print each outcome as it comes; raises where a tenant failed or was held."""
    seen: list[Outcome] = []
    for outcome in outcomes:
        seen.append(outcome)
        if output is OutputFormat.TEXT:
            echo(outcome_text(outcome))
    if output is OutputFormat.JSON:
        echo_json([outcome_document(outcome) for outcome in sorted(seen, key=lambda outcome: outcome.tenant)])
    failed = [outcome for outcome in seen if isinstance(outcome, Failed | RolledBack)]
    held = [outcome for outcome in seen if isinstance(outcome, Held)]
    if failed:
        names = ", ".join(sorted(outcome.tenant for outcome in failed))
        raise TenantsFailedError(
            f"{len(failed)} of {plural(len(seen), 'tenant')} failed: {names}",
            advice=failed[0].advice if isinstance(failed[0], Failed) else "",
        )
    if held:
        names = ", ".join(sorted(outcome.tenant for outcome in held))
        raise HeldError(
            f"{len(held)} of {plural(len(seen), 'tenant')} held by the guard: {names}",
            advice="look at the plan; --allow ADDRESS or --allow TYPE lets it through",
        )


def outcome_text(outcome: Outcome) -> str:  # noqa: PLR0911 - one for each kind of outcome
    """Say what came of a tenant."""
    match outcome:
        case Planned():
            return _plan_text(outcome)
        case Unchanged():
            version = f" ({short(outcome.version)})" if outcome.version else ""
            return f"{outcome.tenant}: nothing to do, {outcome.reason}{version}"
        case Changed():
            note = f"; {outcome.note}" if outcome.note else ""
            return f"{outcome.tenant}: {outcome.counts}, on {short(outcome.version)} ({outcome.seconds:.1f} s){note}"
        case Destroyed():
            destroyed = plural(len(outcome.receipt["destroyed"]), "resource")
            return f"{outcome.tenant}: {destroyed} destroyed, {outcome.proof}"
        case Held():
            return f"{outcome.tenant}: HELD: {'; '.join(outcome.reasons)}"
        case Failed():
            return f"{outcome.tenant}: FAILED: {outcome.reason}"
        case RolledBack():
            return f"{outcome.tenant}: FAILED, and went back to {short(outcome.version)}: {outcome.reason}"
        case Interrupted():
            return f"{outcome.tenant}: {outcome.reason}"
        case _:
            assert_never(outcome)


def _plan_text(outcome: Planned) -> str:
    plan = outcome.plan
    if plan.is_empty:
        return f"{outcome.tenant}: no changes against {short(outcome.version)}"
    counts = ", ".join(f"{plan.counts[a]} to {a}" for a in reversed(Action) if plan.counts[a] and a in _COUNTED)
    lines = [f"{outcome.tenant}: {counts or 'outputs only'}, against {short(outcome.version)}"]
    for change in plan.effective:
        lines.append(f"  {SIGNS[change.action]} {change.address}")
        if change.action in {Action.UPDATE, Action.REPLACE}:
            lines += _attribute_lines(change)
    lines += [f"  output {output.name}: {_from_to(output)}" for output in output_differences(plan)]
    return "\n".join(lines)


_COUNTED = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE, Action.FORGET})


def _attribute_lines(change: ResourceChange) -> list[str]:
    return [
        f"      {a.name}: {_from_to(a)}{'  (forces replacement)' * a.forces_replacement}" for a in differences(change)
    ]


def _from_to(attribute: AttributeChange) -> str:
    return f"{_shown(attribute.before)} -> {_shown(attribute.after)}"


def _shown(value: object) -> str:
    text = value if isinstance(value, str) and value.startswith("(") else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def outcome_document(outcome: Outcome) -> JsonObject:
    """Write what came of a tenant as a document."""
    kind = type(outcome).__name__.lower()
    if isinstance(outcome, Planned):
        return {
            "tenant": outcome.tenant,
            "outcome": kind,
            "version": outcome.version,
            **_plan_document(outcome.plan),
        }
    return {"tenant": outcome.tenant, "outcome": kind, **asdict(outcome)}


def _plan_document(plan: Plan) -> JsonObject:
    return {
        "worst_action": plan.worst_action,
        "changes": [
            {
                "address": change.address,
                "action": change.action,
                "attributes": [{"name": a.name, **asdict(a)} for a in differences(change)],
            }
            for change in plan.effective
        ],
        "changed_outputs": [output.name for output in plan.changed_outputs],
    }
