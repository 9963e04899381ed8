"""Tenants in the registry: adding, changing, removing, carrying many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.adapters.dynamodb_items import can_hold
from pipeline.adapters.input_check import check_inputs
from pipeline.adapters.registry import StaleWriteError
from pipeline.errors import ConflictError, InvalidInputError
from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.tenant import Status, Tenant
from pipeline.values.workspace import missing_inputs, undeclared_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.adapters.engine import Engine
    from pipeline.adapters.registry import Registry
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.json_types import Json, JsonObject
    from pipeline.values.manifest import Manifest, TierManifest

TRIES: Final = 3
# Statuses in which a tenant owns nothing yet, so that its row alone can go.
WITHOUT_RESOURCES = frozenset({Status.REGISTERED})


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


def add(
    registry: Registry, engine: Engine, manifest: Manifest, tenants: Sequence[Tenant], *, reuse: bool
) -> list[Tenant]:
    """Register tenants after checking all of them; where one is not acceptable, none is added."""
    ready = [_addable(registry, tenant, reuse=reuse) for tenant in tenants]
    for tenant in ready:
        _check_names(undeclared_inputs(tenant, manifest.tier(tenant.tier)), manifest.tier(tenant.tier))
        _check_numbers(tenant)
    check_inputs(engine, ready, manifest.tiers)
    return [registry.save(tenant) if tenant.revision else registry.add(tenant) for tenant in ready]


def change(
    registry: Registry, engine: Engine, templates: TemplateStore, tenant_id: TenantId, changes: Changes
) -> Tenant:
    """Change what a tenant should be; the next apply makes it so.

    Inputs are read by the version that this apply goes to: the one that the tenant is pinned to, or the stable one.

    An operation may end, or begin, while the inputs are checked: then the change is made to the row as it is then.
    """
    for _ in range(TRIES - 1):
        try:
            return _change(registry, engine, templates, tenant_id, changes)
        except StaleWriteError:
            continue
    return _change(registry, engine, templates, tenant_id, changes)


def _change(
    registry: Registry, engine: Engine, templates: TemplateStore, tenant_id: TenantId, changes: Changes
) -> Tenant:
    tenant = registry.get(tenant_id)
    if tenant.status in {Status.DELETED, Status.DELETING}:
        raise ConflictError(f"tenant {tenant_id} is {tenant.status}", advice=f"pipeline tenant show {tenant_id}")
    if changes.tier and changes.tier != tenant.tier and tenant.status is not Status.REGISTERED:
        raise ConflictError(
            f"tenant {tenant_id} has resources of tier {tenant.tier}; another tier would replace them",
            advice="add a new tenant in the other tier and move its data",
        )
    if changes.region and changes.region != tenant.region and tenant.status is not Status.REGISTERED:
        raise ConflictError(f"tenant {tenant_id} has resources in {tenant.region}", advice="destroy it first")
    manifest = templates.fetch(tenant.pinned or templates.required_stable()).manifest
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
    _check_change(engine, manifest, tenant, changed)
    return registry.save(changed)


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


def remove(registry: Registry, tenant_id: TenantId) -> Tenant:
    """Take a tenant that owns nothing out of the registry; its row stays as a tombstone."""
    tenant = registry.get(tenant_id)
    if tenant.status is Status.DELETED:
        return tenant
    if tenant.status not in WITHOUT_RESOURCES:
        raise ConflictError(
            f"tenant {tenant_id} is {tenant.status}: it may own resources", advice=f"pipeline destroy {tenant_id}"
        )
    return registry.save(tenant.moved_to(Status.DELETED))


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
