"""Brings a tenant to a version: plan, let the guard look at it, apply exactly that plan.

All of it is done again where AWS had a fault that passes. What the guard let through then is let through for the whole
operation: a later plan starts from what the first one began, so that it is of another class than the reviewed one, and
what it deletes was counted before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import ApplySummary
from pipeline.usecases.protection import unlock
from pipeline.usecases.steps import lock_wait, restore, saved_plan
from pipeline.values.guard import count_deletions, losses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.usecases.steps import Taken, Tools
    from pipeline.values.guard import Guard
    from pipeline.values.plan import Plan, ResourceChange

NO_CHANGE: Final = ApplySummary(added=0, changed=0, removed=0)


class Applying:
    """One operation's attempts to bring its tenant to a version."""

    def __init__(self, tools: Tools, taken: Taken, template: StoredTemplate, guard: Guard) -> None:
        self._tools = tools
        self._taken = taken
        self._template = template
        self._workspace = tools.workspaces.write(taken.tenant, template)
        self._tier = template.manifest.tier(taken.tenant.tier)
        self._guard = guard
        self._counted = 0
        self._unlocked = False
        restore(tools, self._workspace, taken.former)

    def attempt(self) -> ApplySummary | tuple[str, ...]:
        """Plan and apply; gives what was done, or why the plan is held."""
        found = saved_plan(self._tools, self._workspace)
        reasons = self._held_for(found)
        if reasons:
            return reasons
        lost = losses(found, self._tier)
        if lost and not self._unlocked:
            self._unlock(lost)
            return self.attempt()
        if found.is_empty:
            return NO_CHANGE
        return self._tools.engine.apply(self._workspace.directory, lock_wait(self._tools))

    def _unlock(self, lost: Sequence[ResourceChange]) -> None:
        try:
            unlock(self._tools, self._taken, lost, wanted=self._template.manifest.version)
        finally:  # it works in the same directory, on the version that the tenant comes from
            self._workspace = self._tools.workspaces.write(self._taken.tenant, self._template)
        self._unlocked = True

    def _held_for(self, found: Plan) -> tuple[str, ...]:
        is_tenant = self._tools.registry.knows
        reasons = self._guard.reasons(found, self._taken.tenant, self._template.manifest, is_tenant=is_tenant)
        more = max(count_deletions(found) - self._counted, 0)
        if not reasons and not self._tools.journal.may_delete(more):
            return (f"{more} deletions are more than this rollout may still make",)
        if not reasons:
            self._counted += more
            self._guard = replace(self._guard, reviewed=None)
        return reasons
