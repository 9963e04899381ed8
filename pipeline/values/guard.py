"""The guard: what a plan may not do unless it was allowed by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.values.plan import Action

if TYPE_CHECKING:
    from pipeline.values.manifest import TierManifest
    from pipeline.values.plan import Plan
    from pipeline.values.tenant import Tenant


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What is let through in one run."""

    allowed: frozenset[str] = frozenset()
    """Addresses and types that may be deleted or replaced."""

    def reasons(self, plan: Plan, tenant: Tenant, tier: TierManifest) -> tuple[str, ...]:  # noqa: ARG002
        """Say why a plan is held; nothing where it is not."""
        return tuple(
            f"{change.address} would be {'replaced' if change.action is Action.REPLACE else 'deleted'}"
            for change in plan.effective
            if change.action in {Action.DELETE, Action.REPLACE}
            and change.type in tier.protected_types
            and change.address not in self.allowed
            and change.type not in self.allowed
        )


def count_deletions(plan: Plan) -> int:
    """Count the objects that a plan deletes, those that it replaces among them."""
    return sum(change.action in {Action.DELETE, Action.REPLACE} for change in plan.effective)
