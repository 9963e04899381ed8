"""Takes everything that a tenant owns away, and keeps the evidence.

1. Lift the deletion protection: an apply that touches only what is in the state, with `deletion_protection` false.
2. Destroy by a saved plan.
3. Look, through AWS and not through terraform, for anything that still carries the tenant's tag, in every region that
   its resources were in, and for roles and policies that were in its state.
4. Write the receipt, then delete the empty state, its digest and every former state, for states hold secrets.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pipeline.adapters.absence import region_of
from pipeline.errors import ConflictError
from pipeline.usecases.protection import Maker, by_maker, lift, planned_lift, unprotected
from pipeline.usecases.steps import Taken, Tools, lock_wait, restore, retrying, saved_plan
from pipeline.values.identifiers import short
from pipeline.values.plan import Action, PlanMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.adapters.template_directory import StoredTemplate
    from pipeline.adapters.workspaces import Workspace
    from pipeline.json_types import JsonObject
    from pipeline.values.state import OwnedResource
    from pipeline.values.tenant import Tenant


def offboard(tools: Tools, taken: Taken, template: StoredTemplate) -> tuple[JsonObject, str]:
    """Destroy a tenant's resources and prove it; gives the receipt and its key."""
    tenant = taken.tenant.as_applied
    maker = Maker(tenant=tenant, template=template)
    restore(tools, _workspace(tools, maker), taken.former)
    owned = _owned(tools, tenant)
    going = _noted(tools, tenant, owned)
    for other, addresses in by_maker(tools, taken, (resource.address for resource in owned)):
        retrying(tools, partial(_lift_protection, tools, other, addresses))
    if owned:
        retrying(tools, partial(_destroy, tools, _workspace(tools, maker)))
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


def _workspace(tools: Tools, maker: Maker) -> Workspace:
    return tools.workspaces.write(maker.tenant, maker.template, unprotected(maker.tier), to_destroy=True)


def _lift_protection(tools: Tools, maker: Maker, addresses: Sequence[str]) -> None:
    if not unprotected(maker.tier):
        return
    workspace = _workspace(tools, maker)
    found = planned_lift(tools, workspace, addresses)
    there = [change.address for change in found.effective if change.action is Action.UPDATE]
    if there and len(there) < len(found.effective):  # what failed half-way would be made anew, only to be destroyed
        found = planned_lift(tools, workspace, there)
    if there:
        lift(tools, workspace, found)


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
