"""Lifts the deletion protection of resources that are about to go.

A template that declares the variable `deletion_protection` turns all its protection by it. So the version that the
resources were applied from is applied once more, with that variable false, the same inputs otherwise, and nothing but
these resources as targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.adapters.engine import PROTECTION_LOG
from pipeline.errors import ConflictError
from pipeline.usecases.steps import lock_wait, saved_plan
from pipeline.values.identifiers import short
from pipeline.values.manifest import PROTECTION_VARIABLE
from pipeline.values.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.adapters.workspaces import Workspace
    from pipeline.json_types import JsonObject
    from pipeline.usecases.steps import Tools
    from pipeline.values.identifiers import TemplateVersion
    from pipeline.values.manifest import TierManifest
    from pipeline.values.plan import Plan, ResourceChange
    from pipeline.values.tenant import Tenant


class StillProtectedError(ConflictError):
    """The protection of a tenant's resources cannot be lifted without changing more of them."""

    def __init__(self, tenant: Tenant, version: TemplateVersion, others: Sequence[ResourceChange]) -> None:
        found = ", ".join(f"{change.action} {change.address}" for change in others)
        super().__init__(
            f"deletion protection cannot be lifted alone: template {short(version)}, which {tenant.tenant_id} was"
            f" applied from, would also {found}",
            advice=f"pipeline apply {tenant.tenant_id} --version {short(version)}, then this again",
        )


def unprotected(tier: TierManifest) -> JsonObject:
    """Give the values of variables by which nothing of a tier is protected; none where the tier protects nothing."""
    return {PROTECTION_VARIABLE: False} if PROTECTION_VARIABLE in tier.variables else {}


def planned_lift(tools: Tools, workspace: Workspace, addresses: Iterable[str]) -> Plan:
    """Plan to lift the protection of what is in the state under these addresses.

    A creation that failed half-way must not be completed first, so nothing else is targeted.
    """
    return saved_plan(tools, workspace, *(f"-target={address}" for address in addresses))


def lift(tools: Tools, workspace: Workspace, plan: Plan) -> None:
    """Apply a planned lift, if there is anything to lift; its log is no word on what the operation itself did."""
    if plan.effective:
        tools.engine.apply(workspace.directory, lock_wait(tools), log=PROTECTION_LOG)


def unlock(tools: Tools, former: Tenant, losses: Sequence[ResourceChange]) -> None:
    """Lift the protection of what a plan deletes or replaces; raises StillProtectedError where that cannot be done."""
    # What an earlier replacement left behind is in no config any more.
    addresses = [loss.previous_address or loss.address for loss in losses if loss.deposed is None]
    if former.applied is None or not addresses:
        return
    tenant, template = former.as_applied, tools.templates.fetch(former.applied.version)
    values = unprotected(template.manifest.tier(tenant.tier))
    if not values:
        return
    workspace = tools.workspaces.write(tenant, template, values)
    found = planned_lift(tools, workspace, addresses)
    others = [change for change in found.effective if change.action is not Action.UPDATE]
    if others:
        raise StillProtectedError(former, former.applied.version, others)
    lift(tools, workspace, found)
