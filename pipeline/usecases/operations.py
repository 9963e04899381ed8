"""Plans, applies and destroys one tenant.

An operation goes: read the tenant; find that nothing is to do, or mark it as taken (lease and status, one conditional
write); write its workspace; restore a state that an earlier run could not upload; save a plan; let the guard look at
it; apply exactly that plan; record what came of it and give the tenant free (one conditional write).

A run that dies leaves a busy status and a lease that expires. The next operation takes the tenant from there: every
step before the apply can be repeated, and terraform's own lock keeps two applies apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.adapters.engine import ApplySummary
from pipeline.errors import ConflictError
from pipeline.usecases.offboarding import offboard
from pipeline.usecases.steps import Tools, ended, finishing, lock_wait, restore, saved_plan, take, target
from pipeline.values import outcome as outcomes
from pipeline.values.guard import violations
from pipeline.values.tenant import Applied, Outcome, Status, Tenant
from pipeline.values.workspace import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.values.identifiers import TemplateVersion, TenantId

NO_CHANGE: Final = ApplySummary(added=0, changed=0, removed=0)


def is_current(tools: Tools, tenant: Tenant, template: StoredTemplate) -> bool:
    """Tell by the fingerprint that a tenant is what it should be: no engine process is needed to know it."""
    return (
        tenant.status is Status.ACTIVE
        and tenant.applied is not None
        and tenant.applied.fingerprint == fingerprint(template.manifest, tenant, tools.engine.name)
    )


def plan(tools: Tools, tenant_id: TenantId, *, wanted: TemplateVersion | None) -> outcomes.Outcome:
    """Plan a tenant without taking it: nobody is kept out, nothing is changed."""
    tenant = _living(tools, tenant_id)
    template = target(tools, tenant, wanted)
    if is_current(tools, tenant, template):
        return outcomes.Unchanged(tenant=tenant_id, version=template.manifest.version, reason="up to date")
    tools.engine.require()
    workspace = tools.workspaces.write(tenant, template)
    found = saved_plan(tools, workspace, "-lock=false")
    return outcomes.Planned(tenant=tenant_id, version=template.manifest.version, plan=found)


def apply(
    tools: Tools, tenant_id: TenantId, *, wanted: TemplateVersion | None, allowed: Collection[str]
) -> outcomes.Outcome:
    """Bring a tenant to its template version; `allowed` names what the guard shall let through."""
    tenant = _living(tools, tenant_id)
    template = target(tools, tenant, wanted)
    if is_current(tools, tenant, template):
        return outcomes.Unchanged(tenant=tenant_id, version=template.manifest.version, reason="up to date")
    status = Status.CREATING if tenant.applied is None else Status.UPDATING
    taken = take(tools, tenant, status, "apply", template.manifest.version)
    return finishing(tools, taken, lambda: _apply(tools, taken, template, allowed))


def destroy(tools: Tools, tenant_id: TenantId) -> outcomes.Outcome:
    """Take a tenant down: lift its deletion protection, destroy, prove that nothing is left, keep the evidence."""
    tenant = tools.registry.get(tenant_id)
    if tenant.status is Status.DELETED:
        return outcomes.Unchanged(tenant=tenant_id, version=None, reason="already deleted")
    # The version it was applied from, or was being applied from, is the one that fits its state.
    begun = tenant.operation.version if tenant.operation else None
    template = target(tools, tenant, (tenant.applied.version if tenant.applied else None) or begun)
    taken = take(tools, tenant, Status.DELETING, "destroy", template.manifest.version)
    return finishing(tools, taken, lambda: _destroy(tools, taken, template))


def _living(tools: Tools, tenant_id: TenantId) -> Tenant:
    tenant = tools.registry.get(tenant_id)
    if tenant.status in {Status.DELETED, Status.DELETING}:
        raise ConflictError(f"tenant {tenant_id} is {tenant.status}", advice=f"pipeline tenant show {tenant_id}")
    return tenant


def _apply(
    tools: Tools, taken: Tenant, template: StoredTemplate, allowed: Collection[str]
) -> tuple[outcomes.Outcome, Tenant]:
    workspace = tools.workspaces.write(taken, template)
    restore(tools, workspace)
    found = saved_plan(tools, workspace, lock_wait(tools))
    reasons = violations(found, template.manifest.tier(taken.tier).protected_types, allowed)
    if reasons:
        held = replace(taken.moved_to(Status.HELD), last_error="; ".join(reasons))
        return (
            outcomes.Held(tenant=taken.tenant_id, reasons=reasons),
            ended(tools, held, Outcome.HELD, "; ".join(reasons)),
        )
    done = NO_CHANGE if found.is_empty else tools.engine.apply(workspace.directory, lock_wait(tools))
    return _applied(tools, taken, template, done)


def _applied(
    tools: Tools, taken: Tenant, template: StoredTemplate, done: ApplySummary
) -> tuple[outcomes.Outcome, Tenant]:
    at = tools.clock()
    seconds = (at - taken.operation.started_at).total_seconds() if taken.operation else 0.0
    applied = Applied(
        version=template.manifest.version,
        fingerprint=fingerprint(template.manifest, taken, tools.engine.name),
        config_digest=template.manifest.config_digest(taken.tier, tools.engine.name),
        specification_digest=taken.specification_digest,
        at=at,
        duration=round(seconds, 3),
    )
    summary = f"{done.added} added, {done.changed} changed, {done.removed} removed"
    active = replace(taken.moved_to(Status.ACTIVE), applied=applied, last_error=None)
    outcome = outcomes.Changed(
        tenant=taken.tenant_id,
        version=template.manifest.version,
        added=done.added,
        changed=done.changed,
        removed=done.removed,
        seconds=seconds,
    )
    return outcome, ended(tools, active, Outcome.SUCCEEDED, summary)


def _destroy(tools: Tools, taken: Tenant, template: StoredTemplate) -> tuple[outcomes.Outcome, Tenant]:
    receipt, key = offboard(tools, taken, template)
    deleted = replace(taken.moved_to(Status.DELETED), applied=None, last_error=None)
    outcome = outcomes.Destroyed(tenant=taken.tenant_id, receipt=receipt, receipt_key=key)
    return outcome, ended(tools, deleted, Outcome.SUCCEEDED, f"nothing left; receipt {key}")
