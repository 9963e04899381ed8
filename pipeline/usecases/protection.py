"""Lifts the deletion protection of resources that are about to go.

A template that declares the variable `deletion_protection` turns all its protection by it. So the version that the
resources were applied from is applied once more, with that variable false, the same inputs otherwise, and nothing but
these resources as targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.adapters.engine import PROTECTION_LOG
from pipeline.errors import ConflictError
from pipeline.usecases.steps import lock_wait, saved_plan
from pipeline.values.identifiers import short
from pipeline.values.manifest import PROTECTION_VARIABLE
from pipeline.values.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.adapters.workspaces import Workspace
    from pipeline.json_types import JsonObject
    from pipeline.usecases.steps import Taken, Tools
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


@dataclass(frozen=True, kw_only=True)
class Maker:
    """What resources of a tenant come from: a version, with the tier and the inputs that it was applied with."""

    tenant: Tenant
    template: StoredTemplate

    @property
    def tier(self) -> TierManifest:
        """What the version has for the tenant."""
        return self.template.manifest.tier(self.tenant.tier)


def by_maker(
    tools: Tools, taken: Taken, addresses: Iterable[str], *, but: TemplateVersion | None = None
) -> list[tuple[Maker, list[str]]]:
    """Sort addresses by what made them: the version that the tenant is on, or one that did not come to its end.

    What no config names, such as the inside of a module, is taken to come from the first of these.
    """
    groups: list[tuple[Maker, list[str]]] = [(maker, []) for maker in _makers(tools, taken, but)]
    if not groups:
        return []
    for address in addresses:
        _, made = next((group for group in groups if address in group[0].tier.resources), groups[0])
        made.append(address)
    return [(maker, made) for maker, made in groups if made]


def _makers(tools: Tools, taken: Taken, but: TemplateVersion | None) -> list[Maker]:
    former, tenant = taken.former, taken.tenant
    makers = []
    if former.applied is not None:
        makers.append(Maker(tenant=former.as_applied, template=tools.templates.fetch(former.applied.version)))
    for version in reversed(tenant.begun):
        template = tools.templates.fetch(version)
        if version != but and tenant.tier in template.manifest.tiers:
            makers.append(Maker(tenant=tenant, template=template))
    return makers


def planned_lift(tools: Tools, workspace: Workspace, addresses: Iterable[str]) -> Plan:
    """Plan to lift the protection of what is in the state under these addresses.

    A creation that failed half-way must not be completed first, so nothing else is targeted.
    """
    return saved_plan(tools, workspace, *(f"-target={address}" for address in addresses))


def lift(tools: Tools, workspace: Workspace, plan: Plan) -> None:
    """Apply a planned lift, if there is anything to lift; its log is no word on what the operation itself did."""
    if plan.effective:
        tools.engine.apply(workspace.directory, lock_wait(tools), log=PROTECTION_LOG)


def unlock(tools: Tools, taken: Taken, losses: Sequence[ResourceChange], *, wanted: TemplateVersion) -> None:
    """Lift the protection of what a plan for a version deletes or replaces.

    Raises StillProtectedError where that cannot be done without changing more.
    """
    # What an earlier replacement left behind is in no config any more.
    addresses = [loss.previous_address or loss.address for loss in losses if loss.deposed is None]
    for maker, made in by_maker(tools, taken, addresses, but=wanted):
        _unlock(tools, maker, made)


def _unlock(tools: Tools, maker: Maker, addresses: Sequence[str]) -> None:
    values = unprotected(maker.tier)
    if not values:
        return
    workspace = tools.workspaces.write(maker.tenant, maker.template, values)
    found = planned_lift(tools, workspace, addresses)
    others = [change for change in found.effective if change.action is not Action.UPDATE]
    if others:
        raise StillProtectedError(maker.tenant, maker.template.manifest.version, others)
    lift(tools, workspace, found)
