"""Tenants as a file: what every one of them should be, without what became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pipeline.errors import InvalidInputError
from pipeline.values.identifiers import (
    Ring,
    parse_account_role,
    parse_region,
    parse_tenant_id,
    parse_tier,
    parse_version,
)
from pipeline.values.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipeline.json_types import Json, JsonObject

FIELDS: Final = ("tenant_id", "tier", "ring", "region", "account_role", "inputs", "pinned")


def tenants_document(tenants: Sequence[Tenant]) -> JsonObject:
    """Write tenants as the document that `read_tenants` takes."""
    return {"tenants": [{name: getattr(tenant, name) for name in FIELDS} for tenant in tenants]}


def read_tenants(content: bytes, name: str, *, region: str, at: datetime) -> list[Tenant]:
    """Read a document of tenants; raises InvalidInputError naming the first entry that is not one."""
    try:
        entries = json.loads(content)["tenants"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(
            f'{name} is not {{"tenants": [...]}}', advice="pipeline tenant export shows one"
        ) from error
    if not isinstance(entries, list):
        raise InvalidInputError(f"{name}: tenants is not a list")
    tenants = [_tenant(entry, f"{name}: tenant {i}", region, at) for i, entry in enumerate(entries, 1)]
    seen: set[str] = set()
    for tenant in tenants:
        if tenant.tenant_id in seen:
            raise InvalidInputError(f"{name}: {tenant.tenant_id} stands twice in it")
        seen.add(tenant.tenant_id)
    return tenants


def _tenant(entry: Json, where: str, region: str, at: datetime) -> Tenant:
    if not isinstance(entry, dict) or not {"tenant_id", "tier"} <= set(entry):
        raise InvalidInputError(f"{where} lacks tenant_id or tier")
    if unknown := sorted(set(entry) - set(FIELDS)):
        raise InvalidInputError(f"{where} has an unknown field {unknown[0]!r}", advice=f"fields: {', '.join(FIELDS)}")
    if not isinstance(entry.get("inputs", {}), dict):
        raise InvalidInputError(f"{where}: inputs is not an object")
    ring = entry.get("ring", Ring.GENERAL)
    if ring not in list(Ring):
        raise InvalidInputError(f"{where}: {ring!r} is no ring", advice=f"rings: {', '.join(Ring)}")
    try:
        return Tenant(
            tenant_id=parse_tenant_id(str(entry["tenant_id"])),
            tier=parse_tier(str(entry["tier"])),
            ring=Ring(ring),
            region=parse_region(str(entry.get("region") or region)),
            account_role=parse_account_role(str(entry.get("account_role") or "")),
            inputs=entry.get("inputs", {}),
            pinned=parse_version(str(entry["pinned"])) if entry.get("pinned") else None,
            created_at=at,
        )
    except InvalidInputError as error:
        raise InvalidInputError(f"{where}: {error.message}", advice=error.advice) from error
