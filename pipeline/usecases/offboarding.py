"""Takes everything that a tenant owns away, and keeps the evidence.

1. Lift the deletion protection: an apply that touches only what is in the state, with `deletion_protection` false.
2. Destroy by a saved plan.
3. Look, through AWS and not through terraform, for anything that still carries the tenant's tag, in every region that
   its resources were in, and for roles and policies that were in its state.
4. Write the receipt, then delete the empty state, its digest and every former state, for states hold secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.adapters.absence import region_of
from pipeline.errors import ConflictError
from pipeline.usecases.protection import lift, planned_lift, unprotected
from pipeline.usecases.steps import Taken, Tools, lock_wait, restore, retrying, saved_plan
from pipeline.values.identifiers import short
from pipeline.values.plan import PlanMode

if TYPE_CHECKING:
    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.adapters.workspaces import Workspace
    from pipeline.json_types import JsonObject
    from pipeline.values.state import OwnedResource
    from pipeline.values.tenant import Tenant


def offboard(tools: Tools, taken: Taken, template: StoredTemplate) -> tuple[JsonObject, str]:
    """Destroy a tenant's resources and prove it; gives the receipt and its key."""
    tenant = taken.tenant.as_applied
    values = unprotected(template.manifest.tier(tenant.tier))
    workspace = tools.workspaces.write(tenant, template, values, to_destroy=True)
    restore(tools, workspace, taken.former)
    owned = _owned(tools, tenant)
    going = _noted(tools, tenant, owned)
    if owned and values:
        retrying(tools, lambda: _lift_protection(tools, workspace, owned))
    if owned:
        retrying(tools, lambda: _destroy(tools, workspace))
    receipt = _receipt(tools, tenant, template, going)
    key = tools.states.write_receipt(tenant.tenant_id, receipt, tools.clock())
    tools.states.forget(tenant.tenant_id)
    tools.workspaces.remove(tenant.tenant_id)
    return receipt, key


def _owned(tools: Tools, tenant: Tenant) -> tuple[OwnedResource, ...]:
    state = tools.states.read(tenant.tenant_id)
    return () if state is None else state.resources


def _destroy(tools: Tools, workspace: Workspace) -> None:
    saved_plan(tools, workspace, mode=PlanMode.DESTROY)
    tools.engine.apply(workspace.directory, lock_wait(tools))


def _lift_protection(tools: Tools, workspace: Workspace, owned: tuple[OwnedResource, ...]) -> None:
    lift(tools, workspace, planned_lift(tools, workspace, (resource.address for resource in owned)))


def _noted(tools: Tools, tenant: Tenant, owned: tuple[OwnedResource, ...]) -> list[JsonObject]:
    """Write down what is to go, and give it with what earlier tries have taken away already."""
    now = [{"address": resource.address, "id": resource.id, "arn": resource.arn} for resource in owned]
    before = [resource for resource in tools.states.going(tenant.tenant_id) if resource not in now]
    if now:
        tools.states.note_going(tenant.tenant_id, before + now)
    return before + now


def _receipt(tools: Tools, tenant: Tenant, template: StoredTemplate, going: list[JsonObject]) -> JsonObject:
    tier = template.manifest.tier(tenant.tier)
    key = tier.tenant_tag
    arns = [resource["arn"] for resource in going if resource["arn"]]
    regions = list(dict.fromkeys([tenant.region, *sorted(filter(None, map(region_of, arns)))]))
    found = tools.absence.look(
        role=tenant.account_role,
        external_id=tier.external_id_of(tenant.inputs),
        regions=regions,
        tag=(key, tenant.tenant_id) if key else None,
        arns=arns,
    )
    left = [*found.left, *(resource.address for resource in _owned(tools, tenant))]
    if left:
        raise ConflictError(
            f"after the destroy of {tenant.tenant_id} something is left: {', '.join(left)}",
            advice=f"delete it by hand or find out who made it, then: pipeline destroy {tenant.tenant_id}",
        )
    return {
        "tenant_id": tenant.tenant_id,
        "at": tools.clock().isoformat(),
        "owner": tools.runner.owner,
        "template_version": template.manifest.version,
        "template": short(template.manifest.version),
        "destroyed": going,
        "looked_for_tag": f"{key}={tenant.tenant_id}" if key else None,
        "looked_in": regions if key else [],
        "left": [],
        "scheduled_for_deletion": list(found.scheduled),
    }
