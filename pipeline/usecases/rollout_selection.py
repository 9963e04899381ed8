"""Which tenants a rollout takes, in which wave, and why; and who is left out, and why.

The registry's index says who was last applied from another config or is dirty, so that selecting costs what changes.
It can be some moments old: a tenant's row is read again when its turn comes, and `scan` finds what the index missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.values.identifiers import short
from pipeline.values.rollout import DEFAULT_SECONDS, Candidate, Skipped
from pipeline.values.tenant import Status, Tenant
from pipeline.values.tenant_item import DIRTY
from pipeline.values.workspace import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.adapters.registry import Listed, Registry
    from pipeline.adapters.template_store import TemplateStore
    from pipeline.values.identifiers import Ring
    from pipeline.values.manifest import Manifest

LEAVING = {Status.DELETING: "it is being deleted", Status.DELETED: "it is deleted"}
WHY_DIRTY = {
    Status.REGISTERED: "never applied",
    Status.CREATING: "its creation did not end yet",
    Status.UPDATING: "its last update did not end yet",
    Status.FAILED: "its last operation failed",
    Status.HELD: "its last plan was held",
    Status.STATE_PENDING: "a state of it waits to be restored",
    Status.ACTIVE: "its inputs changed",
}


@dataclass(frozen=True, kw_only=True)
class Selected:
    """What a selection found."""

    candidates: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a rollout is for: a version, and perhaps only a part of the fleet."""

    manifest: Manifest
    engine: str
    tier: str | None = None
    ring: Ring | None = None


def select_by_index(registry: Registry, templates: TemplateStore, scope: Scope) -> Selected:
    """Select by the index: a few queries at any size of the fleet."""
    return _selected(
        scope, (listed for tier in _tiers(templates, scope) for listed in _outdated(registry, tier, scope))
    )


def select_by_scan(registry: Registry, scope: Scope) -> Selected:
    """Select by reading every tenant: what the index has not heard of is found too."""
    return _selected(scope, (_as_listed(tenant, scope) for tenant in registry.all()))


def _outdated(registry: Registry, tier: str, scope: Scope) -> Iterator[Listed]:
    if tier in scope.manifest.tiers:
        yield from registry.not_on(tier, scope.manifest.config_digest(tier, scope.engine))
    else:
        yield from registry.in_tier(tier)  # the version has no such tier: all of its tenants are left out


def _tiers(templates: TemplateStore, scope: Scope) -> list[str]:
    """List the version's tiers, and those that only other versions have or had."""
    names = sorted({*scope.manifest.tiers, *templates.tiers()})
    return [name for name in names if scope.tier in {None, name}]


def _selected(scope: Scope, listed: Iterable[Listed | None]) -> Selected:
    candidates: list[Candidate] = []
    skipped: list[Skipped] = []
    for tenant in listed:
        if tenant is None or scope.ring not in {None, tenant.ring} or scope.tier not in {None, tenant.tier}:
            continue
        found = _judged(tenant, scope)
        (candidates if isinstance(found, Candidate) else skipped).append(found)  # type: ignore[arg-type]
    return Selected(
        candidates=tuple(sorted(candidates, key=lambda c: c.tenant_id)),
        skipped=tuple(sorted(skipped, key=lambda s: s.tenant_id)),
    )


def _judged(tenant: Listed, scope: Scope) -> Candidate | Skipped:
    if tenant.status in LEAVING:
        return Skipped(tenant_id=tenant.tenant_id, reason=LEAVING[tenant.status])
    if tenant.pinned is not None and tenant.pinned != scope.manifest.version:
        return Skipped(tenant_id=tenant.tenant_id, reason=f"pinned to {short(tenant.pinned)}")
    if tenant.tier not in scope.manifest.tiers:
        return Skipped(tenant_id=tenant.tenant_id, reason=f"{short(scope.manifest.version)} has no tier {tenant.tier}")
    return Candidate(
        tenant_id=tenant.tenant_id,
        tier=tenant.tier,
        ring=tenant.ring,
        reason=WHY_DIRTY[tenant.status] if tenant.applied_from == DIRTY else f"on {short(tenant.version)}",
        seconds=tenant.seconds or DEFAULT_SECONDS,
    )


def _as_listed(tenant: Tenant, scope: Scope) -> Listed | None:
    """Give what the index should say of a tenant; None for one that is what it should be."""
    from pipeline.adapters.registry import Listed

    if tenant.status is Status.DELETED or _is_current(tenant, scope):
        return None
    applied = tenant.applied
    return Listed(
        tenant_id=tenant.tenant_id,
        tier=tenant.tier,
        ring=tenant.ring,
        status=tenant.status,
        pinned=tenant.pinned,
        applied_from=DIRTY if tenant.is_dirty or applied is None else applied.config_digest,
        version=applied.version if applied else None,
        seconds=applied.duration if applied else None,
    )


def _is_current(tenant: Tenant, scope: Scope) -> bool:
    return (
        tenant.status is Status.ACTIVE
        and tenant.applied is not None
        and tenant.tier in scope.manifest.tiers
        and tenant.applied.fingerprint == fingerprint(scope.manifest, tenant, scope.engine)
    )
