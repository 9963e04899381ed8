"""Plans, applies and destroys one tenant.

An operation goes: read the tenant; find that nothing is to do, or mark it as taken (lease and status, one conditional
write); write its workspace; restore a state that an earlier run could not upload; save a plan; let the guard look at
it; apply exactly that plan; record what came of it and give the tenant free (one conditional write).

A run that dies leaves a busy status and a lease that expires. The next operation takes the tenant from there: every
step before the apply can be repeated, and terraform's own lock keeps two applies apart.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.adapters.engine import ApplySummary
from pipeline.adapters.registry import StaleWriteError
from pipeline.errors import ConflictError, NotFoundError, PipelineError
from pipeline.usecases.applying import Applying
from pipeline.usecases.offboarding import offboard
from pipeline.usecases.steps import (
    StateElsewhereError,
    Taken,
    Tools,
    ended,
    failure,
    finishing,
    lock_wait,
    note_running,
    restore,
    retrying,
    saved_plan,
    take,
    target,
)
from pipeline.values import outcome as outcomes
from pipeline.values.guard import Guard
from pipeline.values.identifiers import short
from pipeline.values.plan import PlanMode
from pipeline.values.rollout import OnFailure
from pipeline.values.tenant import Applied, Outcome, Status, Tenant
from pipeline.values.workspace import check_complete, declared_inputs, fingerprint

if TYPE_CHECKING:
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.values.identifiers import TemplateVersion, TenantId


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an apply shall do."""

    wanted: TemplateVersion | None = None
    """The version to apply; None = the tenant's pinned one, or the stable one."""
    guard: Guard = field(default_factory=Guard)
    on_failure: OnFailure = OnFailure.KEEP
    even_if_current: bool = False
    """Plan also where the registry says that nothing is to do: it does not know what happened behind its back."""


class GoneError(ConflictError):
    """A tenant is deleted, or on its way out."""


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
    found = retrying(tools, lambda: saved_plan(tools, workspace))
    return outcomes.Planned(tenant=tenant_id, version=template.manifest.version, plan=found)


def apply(tools: Tools, tenant_id: TenantId, order: Order) -> outcomes.Outcome:
    """Bring a tenant to its template version."""
    tenant = _living(tools, tenant_id)
    template = target(tools, tenant, order.wanted)
    if not order.even_if_current and is_current(tools, tenant, template):
        _note_as_current(tools, tenant)
        return outcomes.Unchanged(tenant=tenant_id, version=template.manifest.version, reason="up to date")
    check_complete(tenant, template.manifest)
    status = Status.CREATING if tenant.applied is None else Status.UPDATING
    taken = take(tools, tenant, status, "apply", template.manifest.version)

    def after_failure(error: PipelineError) -> tuple[outcomes.Outcome, Tenant]:
        return _after_failure(tools, taken, template, order, error)

    return finishing(tools, taken, lambda: _apply(tools, taken, template, order.guard), after_failure)


def rollback(tools: Tools, tenant_id: TenantId, *, to: TemplateVersion | None, guard: Guard) -> outcomes.Outcome:
    """Bring a tenant back to a version, by default the last good one, and pin it there so that it stays."""
    tenant = _living(tools, tenant_id)
    version = to or tenant.last_good
    if version is None:
        raise NotFoundError(f"tenant {tenant_id} was on no version before", advice="name one with --to")
    if tenant.pinned != version:
        tools.registry.save(replace(tenant, pinned=version))
    return apply(tools, tenant_id, Order(wanted=version, guard=guard))


def take_over(tools: Tools, tenant_id: TenantId) -> outcomes.Outcome:
    """Let a tenant's state say what is really there; nothing else is changed."""
    tenant = _living(tools, tenant_id)
    template = target(tools, tenant, tenant.applied.version if tenant.applied else None)
    taken = take(tools, tenant, Status.UPDATING, "take over", template.manifest.version)
    return finishing(tools, taken, lambda: _take_over(tools, taken, template))


def destroy(tools: Tools, tenant_id: TenantId) -> outcomes.Outcome:
    """Take a tenant down: lift its deletion protection, destroy, prove that nothing is left, keep the evidence."""
    tenant = tools.registry.get(tenant_id)
    if tenant.status is Status.DELETED:
        return outcomes.Unchanged(tenant=tenant_id, version=None, reason="already deleted")
    # The version it was applied from, or was being applied from, is the one that fits its state.
    begun = tenant.operation.version if tenant.operation else None
    template = target(tools, tenant, (tenant.applied.version if tenant.applied else None) or begun)
    check_complete(tenant.as_applied, template.manifest)
    taken = take(tools, tenant, Status.DELETING, "destroy", template.manifest.version)
    return finishing(tools, taken, lambda: _destroy(tools, taken, template))


def _note_as_current(tools: Tools, tenant: Tenant) -> None:
    """Take a tenant off the list of those to look at, where only inputs changed that its version does not declare."""
    if tenant.applied is not None and tenant.is_dirty:
        applied = replace(tenant.applied, specification_digest=tenant.specification_digest)
        with suppress(StaleWriteError):  # it was changed in this moment: then the next look is for that
            tools.registry.save(replace(tenant, applied=applied))


def _living(tools: Tools, tenant_id: TenantId) -> Tenant:
    tenant = tools.registry.get(tenant_id)
    if tenant.status in {Status.DELETED, Status.DELETING}:
        raise GoneError(f"tenant {tenant_id} is {tenant.status}", advice=f"pipeline tenant show {tenant_id}")
    return tenant


def _apply(tools: Tools, taken: Taken, template: StoredTemplate, guard: Guard) -> tuple[outcomes.Outcome, Tenant]:
    tenant = taken.tenant
    done = retrying(tools, Applying(tools, taken, template, guard).attempt)
    if isinstance(done, ApplySummary):
        return applied(tools, taken, template, done)
    held = replace(tenant.moved_to(Status.HELD), last_error="; ".join(done))
    outcome = outcomes.Held(tenant=tenant.tenant_id, reasons=done)
    return outcome, ended(tools, held, Outcome.HELD, "; ".join(done))


def _take_over(tools: Tools, taken: Taken, template: StoredTemplate) -> tuple[outcomes.Outcome, Tenant]:
    tenant, version = taken.tenant, template.manifest.version
    workspace = tools.workspaces.write(tenant.as_applied, template)
    restore(tools, workspace, taken.former)

    def refreshed() -> ApplySummary:
        saved_plan(tools, workspace, mode=PlanMode.REFRESH_ONLY)
        return tools.engine.apply(workspace.directory, lock_wait(tools))

    retrying(tools, refreshed)
    note = "no apply changes it: taken over into the state"
    outcome = outcomes.Unchanged(tenant=tenant.tenant_id, version=version, reason=note)
    return outcome, ended(tools, tenant.moved_to(Status.ACTIVE), Outcome.SUCCEEDED, note)


def applied(
    tools: Tools, taken: Taken, template: StoredTemplate, done: ApplySummary
) -> tuple[outcomes.Outcome, Tenant]:
    """Say that a plan was applied, and what the tenant is on now."""
    tenant, at = taken.tenant, tools.clock()
    seconds = (at - tenant.operation.started_at).total_seconds() if tenant.operation else 0.0
    now_on = Applied(
        version=template.manifest.version,
        fingerprint=fingerprint(template.manifest, tenant, tools.engine.name),
        config_digest=template.manifest.config_digest(tenant.tier, tools.engine.name),
        specification_digest=tenant.specification_digest,
        at=at,
        duration=round(seconds, 3),
        tier=tenant.tier,
        inputs=declared_inputs(tenant, template.manifest.tier(tenant.tier)),
    )
    before = tenant.applied.version if tenant.applied else None
    active = replace(
        tenant.moved_to(Status.ACTIVE),
        applied=now_on,
        previous=tenant.previous if before == now_on.version else before,
        begun=(),
        last_error=None,
    )
    outcome = outcomes.Changed(
        tenant=tenant.tenant_id,
        version=template.manifest.version,
        added=done.added,
        changed=done.changed,
        removed=done.removed,
        seconds=seconds,
        note=taken.note,
    )
    return outcome, ended(tools, active, Outcome.SUCCEEDED, outcome.counts)


def _after_failure(
    tools: Tools, taken: Taken, template: StoredTemplate, order: Order, error: PipelineError
) -> tuple[outcomes.Outcome, Tenant]:
    """Where the order says so, bring a tenant whose update failed back to the version that it was on."""
    former = taken.former.applied
    if order.on_failure is OnFailure.KEEP or former is None or former.version == template.manifest.version:
        return failure(tools, taken, error)
    if isinstance(error, StateElsewhereError):  # nothing at all may be planned on the older one
        return failure(tools, taken, error)
    note_running(tools, taken.tenant, former.version)
    try:
        outcome, tenant = _apply(tools, taken, tools.templates.fetch(former.version), order.guard)
    except PipelineError as second:
        return failure(tools, taken, _both(error, second.message, former.version))
    if isinstance(outcome, outcomes.Held):
        return failure(tools, taken, _both(error, "; ".join(outcome.reasons), former.version))
    reason = f"{error.message}; went back to {short(former.version)}"
    operation = replace(tenant.operation, outcome=Outcome.ROLLED_BACK, summary=reason) if tenant.operation else None
    back = replace(tenant, operation=operation, last_error=error.message, previous=taken.former.previous)
    return outcomes.RolledBack(tenant=tenant.tenant_id, version=former.version, reason=error.message), back


def _both(error: PipelineError, second: str, version: TemplateVersion) -> PipelineError:
    return PipelineError(f"{error.message}; then going back to {short(version)}: {second}", advice=error.advice)


def _destroy(tools: Tools, taken: Taken, template: StoredTemplate) -> tuple[outcomes.Outcome, Tenant]:
    receipt, key = offboard(tools, taken, template)
    gone = taken.tenant.moved_to(Status.DELETED)
    deleted = replace(gone, inputs={}, applied=None, previous=None, begun=(), last_error=None)
    outcome = outcomes.Destroyed(tenant=taken.tenant.tenant_id, receipt=receipt, receipt_key=key)
    return outcome, ended(tools, deleted, Outcome.SUCCEEDED, outcome.proof)
