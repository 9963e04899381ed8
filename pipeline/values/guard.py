"""The guard: what a plan may not destroy or replace unless it was allowed by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.values.plan import Action

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.values.plan import Plan


def violations(plan: Plan, protected_types: Collection[str], allowed: Collection[str]) -> tuple[str, ...]:
    """List what a plan would do to protected types; `allowed` names addresses or types that it may."""
    return tuple(
        f"{change.address} would be {'replaced' if change.action is Action.REPLACE else 'deleted'}"
        for change in plan.effective
        if change.action in {Action.DELETE, Action.REPLACE}
        and change.type in protected_types
        and change.address not in allowed
        and change.type not in allowed
    )
