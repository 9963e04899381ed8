"""A tenant as a DynamoDB item, and back.

The index is made of the tier and of `applied_from`: the config digest of what the tenant was last applied from, or
`dirty` where what it should be has changed since. A deleted tenant has none, and so leaves the index.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from pipeline.values.identifiers import Ring, TemplateVersion, TenantId
from pipeline.values.tenant import Applied, Lease, Operation, Outcome, Status, Tenant

if TYPE_CHECKING:
    from pipeline.json_types import Json, JsonObject

APPLIED_FROM: Final = "applied_from"
DIRTY: Final = "dirty"


def to_item(tenant: Tenant) -> JsonObject:
    """Write a tenant as a plain item; empty attributes are left out."""
    item = {key: _plain(value) for key, value in asdict(tenant).items() if value not in (None, "", ())}
    if tenant.status is not Status.DELETED:
        item[APPLIED_FROM] = DIRTY if tenant.is_dirty or tenant.applied is None else tenant.applied.config_digest
    return item


def from_item(item: JsonObject) -> Tenant:
    """Read a tenant from a plain item."""
    return Tenant(
        tenant_id=TenantId(item["tenant_id"]),
        tier=item["tier"],
        ring=Ring(item["ring"]),
        region=item["region"],
        account_role=item.get("account_role", ""),
        inputs=_numbers(item.get("inputs", {})),
        pinned=TemplateVersion(item["pinned"]) if "pinned" in item else None,
        status=Status(item["status"]),
        applied=_applied(item.get("applied")),
        previous=TemplateVersion(item["previous"]) if "previous" in item else None,
        begun=tuple(item.get("begun", ())),
        lease=_lease(item.get("lease")),
        operation=_operation(item.get("operation")),
        last_error=item.get("last_error"),
        drift_looked_at=_time(item.get("drift_looked_at")),
        drift=tuple(item.get("drift", ())),
        created_at=datetime.fromisoformat(item["created_at"]),
        revision=int(item["revision"]),
    )


def to_document(tenant: Tenant) -> JsonObject:
    """Write a tenant as the JSON document that commands print: every field, in the order of the type."""
    plain = asdict(tenant)
    return {field.name: _json(plain[field.name]) for field in fields(tenant)}


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _applied(item: JsonObject | None) -> Applied | None:
    if item is None:
        return None
    at, duration = datetime.fromisoformat(item["at"]), float(item["duration"])
    return Applied(**{**item, "at": at, "duration": duration, "inputs": _numbers(item.get("inputs"))})


def _lease(item: JsonObject | None) -> Lease | None:
    if item is None:
        return None
    times = {key: datetime.fromisoformat(item[key]) for key in ("acquired_at", "expires_at")}
    return Lease(owner=item["owner"], operation=item["operation"], run_url=item.get("run_url"), **times)


def _operation(item: JsonObject | None) -> Operation | None:
    if item is None:
        return None
    return Operation(
        kind=item["kind"],
        version=item.get("version"),
        started_at=datetime.fromisoformat(item["started_at"]),
        ended_at=datetime.fromisoformat(item["ended_at"]) if item.get("ended_at") else None,
        outcome=Outcome(item["outcome"]),
        summary=item["summary"],
    )


def _plain(value: Json) -> Json:
    """DynamoDB takes no floats, and no datetimes."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _json(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def _numbers(value: Json) -> Json:
    """DynamoDB gives every number back as a Decimal."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return value
