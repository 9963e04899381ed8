"""Tenants in the registry: adding, changing, removing, carrying many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.adapters.dynamodb_items import can_hold
from pipeline.adapters.input_check import check_inputs
from pipeline.adapters.registry import StaleWriteError
from pipeline.errors import ConflictError, InvalidInputError
from pipeline.usecases.steps import MAY_HAVE_LEFT_A_STATE
from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.tenant import Status, Tenant
from pipeline.values.workspace import missing_inputs, undeclared_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.adapters.engine import Engine
    from pipeline.adapters.registry import Registry
    from pipeline.adapters.states import States
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.json_types import Json, JsonObject
    from pipeline.usecases.steps import Tools
    from pipeline.values.manifest import Manifest, TierManifest

TRIES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What `tenant set` changes; None leaves a field as it is."""

    tier: str | None = None
    ring: Ring | None = None
    region: str | None = None
    account_role: str | None = None
    set_inputs: Mapping[str, str] | None = None
    unset_inputs: Sequence[str] = ()


def new_tenant(tenant_id: TenantId, manifest: Manifest, *, changes: Changes, region: str, at: datetime) -> Tenant:
    """Give a tenant that is not in the registry yet, with its inputs read by the template's types."""
    tier = manifest.tier(changes.tier or "")
    return Tenant(
        tenant_id=tenant_id,
        tier=tier.name,
        ring=changes.ring or Ring.GENERAL,
        region=changes.region or region,
        account_role=changes.account_role or "",
        inputs=read_inputs(changes.set_inputs or {}, tier),
        created_at=at,
    )


def add(tools: Tools, tenants: Sequence[Tenant], *, reuse: bool) -> list[Tenant]:
    """Register tenants after checking all of them; where one is not acceptable, none is added.

    Each is checked by the version that its first apply goes to: the one that it is pinned to, or the stable one.
    """
    registry = tools.registry
    ready = [_addable(registry, tenant, reuse=reuse) for tenant in tenants]
    for version in {tenant.pinned for tenant in ready}:
        manifest = tools.templates.fetch(version or tools.templates.required_stable()).manifest
        concerned = [tenant for tenant in ready if tenant.pinned == version]
        for tenant in concerned:
            _check_new(tenant, manifest)
        check_inputs(tools.engine, concerned, manifest.tiers)
    return [registry.save(tenant) if tenant.revision else registry.add(tenant) for tenant in ready]


def _check_new(tenant: Tenant, manifest: Manifest) -> None:
    try:
        tier = manifest.tier(tenant.tier)
        _check_names(undeclared_inputs(tenant, tier), tier)
    except InvalidInputError as error:
        raise InvalidInputError(f"tenant {tenant.tenant_id}: {error.message}", advice=error.advice) from error
    _check_numbers(tenant)


def change(tools: Tools, tenant_id: TenantId, changes: Changes) -> Tenant:
    """Change what a tenant should be; the next apply makes it so.

    Inputs are read by the version that this apply goes to: the one that the tenant is pinned to, or the stable one.

    An operation may end, or begin, while the inputs are checked: then the change is made to the row as it is then.
    """
    for _ in range(TRIES - 1):
        try:
            return _change(tools, tenant_id, changes)
        except StaleWriteError:
            continue
    return _change(tools, tenant_id, changes)


def _change(tools: Tools, tenant_id: TenantId, changes: Changes) -> Tenant:
    tenant = tools.registry.get(tenant_id)
    if tenant.status in {Status.DELETED, Status.DELETING}:
        raise ConflictError(f"tenant {tenant_id} is {tenant.status}", advice=f"pipeline tenant show {tenant_id}")
    manifest = tools.templates.fetch(tenant.pinned or tools.templates.required_stable()).manifest
    kept = {name: value for name, value in tenant.inputs.items() if name not in changes.unset_inputs}
    given = read_inputs(changes.set_inputs, manifest.tier(changes.tier or tenant.tier)) if changes.set_inputs else {}
    changed = replace(
        tenant,
        tier=changes.tier or tenant.tier,
        ring=changes.ring or tenant.ring,
        region=changes.region or tenant.region,
        account_role=tenant.account_role if changes.account_role is None else changes.account_role,
        inputs=kept | given,
    )
    if changed == tenant:
        return tenant
    _check_move(tools.states, tenant, changed)
    _check_change(tools.engine, manifest, tenant, changed)
    return tools.registry.save(changed)


def _check_move(states: States, before: Tenant, after: Tenant) -> None:
    """Check that no resource is lost sight of, and that there is a whole tenant to move to another tier."""
    name = before.tenant_id
    stays = before.region == after.region and _account(before) == _account(after)
    if not stays and not owns_nothing(states, before):
        raise ConflictError(
            f"tenant {name} may own resources in {before.region} of {_account(before) or 'the own account'}; another"
            " region or account would not take them along",
            advice=f"pipeline destroy {name}, or add a new tenant there and move its data",
        )
    if before.tier != after.tier and before.applied is None and not owns_nothing(states, before):
        raise ConflictError(
            f"the creation of tenant {name} in tier {before.tier} did not come to its end",
            advice=f"pipeline apply {name}, then this again; or pipeline destroy {name}",
        )


def _account(tenant: Tenant) -> str:
    return tenant.account_role.split(":")[4] if tenant.account_role else ""


def owns_nothing(states: States, tenant: Tenant) -> bool:
    """Tell whether a tenant has no resources: it was never applied to its end, and no state of it names any.

    After a destroy that did not end well, an empty state is no proof: something can be left that no state names.
    """
    if tenant.status is Status.REGISTERED:
        return True
    if tenant.status in MAY_HAVE_LEFT_A_STATE or tenant.applied is not None:
        return False
    state = states.read(tenant.tenant_id)
    was_destroyed = tenant.operation is not None and tenant.operation.kind == "destroy"
    return state is None or (not state.resources and not was_destroyed)


def _check_change(engine: Engine, manifest: Manifest, before: Tenant, after: Tenant) -> None:
    """Check what a change gives the template, if anything.

    A version that came since can require an input that the tenant lacks: that is no fault of this change, and is told
    where the tenant is to go to that version.
    """
    is_same_tier = after.tier == before.tier
    if is_same_tier and after.specification_digest == before.specification_digest:
        return
    tier = manifest.tier(after.tier)
    _check_numbers(after)
    lacked = set(missing_inputs(before, tier)) & set(missing_inputs(after, tier)) if is_same_tier else ()
    check_inputs(engine, [after], manifest.tiers, lacked=lacked)


def remove(tools: Tools, tenant_id: TenantId) -> Tenant:
    """Take a tenant that owns nothing out of the registry; its row stays as a tombstone."""
    tenant = tools.registry.get(tenant_id)
    if tenant.status is Status.DELETED:
        return tenant
    if not owns_nothing(tools.states, tenant):
        raise ConflictError(
            f"tenant {tenant_id} is {tenant.status}: it may own resources", advice=f"pipeline destroy {tenant_id}"
        )
    return tools.registry.save(replace(tenant.moved_to(Status.DELETED), inputs={}, last_error=None))


def pin(registry: Registry, tenant_id: TenantId, version: TemplateVersion | None) -> Tenant:
    """Keep a tenant on one version, or let it follow the stable one again."""
    tenant = registry.get(tenant_id)
    return tenant if tenant.pinned == version else registry.save(replace(tenant, pinned=version))


def without_effect(templates: TemplateStore, tenant: Tenant) -> tuple[str, ...]:
    """Name the inputs of a tenant that the version it should be on does not declare."""
    version = tenant.pinned or templates.stable()
    if version is None or not tenant.inputs:
        return ()
    tier = templates.manifest(version).tiers.get(tenant.tier)
    return () if tier is None else undeclared_inputs(tenant, tier)


def read_inputs(texts: Mapping[str, str], tier: TierManifest) -> JsonObject:
    """Read inputs as they are typed: plain text where the variable is a string, JSON elsewhere."""
    _check_names(sorted(set(texts) - set(tier.inputs)), tier)
    return {name: _read(name, text, tier.inputs[name].type) for name, text in texts.items()}


def _check_names(unknown: Sequence[str], tier: TierManifest) -> None:
    if unknown:
        raise InvalidInputError(
            f"tier {tier.name} has no input {unknown[0]!r}", advice=f"its inputs: {', '.join(sorted(tier.inputs))}"
        )


def _check_numbers(tenant: Tenant) -> None:
    for name, value in tenant.inputs.items():
        if not all(map(can_hold, _numbers_in(value))):
            raise InvalidInputError(
                f"tenant {tenant.tenant_id}: input {name} has a number that the registry cannot hold",
                advice="numbers have up to 38 digits and an end; longer ones fit into a text",
            )


def _numbers_in(value: Json) -> Iterator[float]:
    match value:
        case dict():
            yield from (number for inner in value.values() for number in _numbers_in(inner))
        case list():
            yield from (number for inner in value for number in _numbers_in(inner))
        case int() | float() if not isinstance(value, bool):
            yield value


def _read(name: str, text: str, type_: str) -> Json:
    if type_ == "string":
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInputError(
            f"input {name}: {text!r} is not {type_}", advice="numbers and booleans plain, lists and objects as JSON"
        ) from error


def _addable(registry: Registry, tenant: Tenant, *, reuse: bool) -> Tenant:
    stored = registry.find(tenant.tenant_id)
    if stored is None:
        return tenant
    if stored.status is not Status.DELETED:
        raise ConflictError(
            f"tenant {tenant.tenant_id} is in the registry already ({stored.status})",
            advice=f"pipeline tenant set {tenant.tenant_id} changes it",
        )
    if not reuse:
        raise ConflictError(
            f"tenant {tenant.tenant_id} was deleted; its id is not given again by itself",
            advice="choose another id, or say --reuse-id to start over under this one",
        )
    return replace(tenant, revision=stored.revision)
