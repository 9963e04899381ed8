"""Events of the application, as it puts them on the bus and as GitHub hands them on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NewType

from pipeline.errors import InvalidInputError
from pipeline.values.identifiers import (
    Ring,
    TenantId,
    parse_account_role,
    parse_region,
    parse_tenant_id,
    parse_tier,
)

if TYPE_CHECKING:
    from pipeline.json_types import Json, JsonObject

EventId = NewType("EventId", str)
"""Names an event: the bus gives it, and it stays the same in every delivery."""

SOURCE: Final = "tenant-pipeline.application"
VERSION: Final = 1
EVENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
ENVELOPE: Final = frozenset({"id", "type", "time", "tenant", "detail"})
# What the bus adds, in an event that never reached GitHub.
BUS_ENVELOPE: Final = frozenset(
    {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}
)


class EventType(StrEnum):
    """What happened to a tenant."""

    CREATED = "tenant_created"
    DELETED = "tenant_deleted"


# What the detail of an event must have, and what it may.
NEEDED: Final = {
    EventType.CREATED: frozenset({"version", "tenant_id", "tier"}),
    EventType.DELETED: frozenset({"version", "tenant_id"}),
}
POSSIBLE: Final = {
    EventType.CREATED: NEEDED[EventType.CREATED] | {"ring", "region", "account_role", "inputs"},
    EventType.DELETED: NEEDED[EventType.DELETED] | {"tier"},
}


class Settlement(StrEnum):
    """What became of an event."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a tenant, of which the pipeline shall make it so."""

    id: EventId
    type: EventType
    tenant: TenantId
    time: str
    tier: str = ""
    ring: Ring = Ring.GENERAL
    region: str = ""
    account_role: str = ""
    inputs: JsonObject = field(default_factory=dict)


def parse_event(document: Json) -> Event:
    """Read an event as GitHub hands it on; what is not known is refused, not ignored."""
    payload = _object(document, "the payload")
    _only(payload, ENVELOPE, ENVELOPE, "the payload")
    type_ = _type(payload["type"])
    detail = _object(payload["detail"], "detail")
    _only(detail, NEEDED[type_], POSSIBLE[type_], "detail")
    if detail["version"] != VERSION:
        raise InvalidInputError(
            f"the event has version {detail['version']!r}; this pipeline reads version {VERSION}",
            advice="bring the pipeline up to date, or the application",
        )
    if payload["tenant"] != detail["tenant_id"]:
        raise InvalidInputError("the payload and its detail name different tenants")
    return Event(
        id=_id(payload["id"]),
        type=type_,
        tenant=parse_tenant_id(_text(detail, "tenant_id")),
        time=_text(payload, "time"),
        tier=parse_tier(_text(detail, "tier")) if "tier" in detail else "",
        ring=_ring(detail.get("ring", Ring.GENERAL)),
        region=parse_region(region) if (region := _text(detail, "region")) else "",
        account_role=parse_account_role(_text(detail, "account_role")),
        inputs=_object(detail.get("inputs", {}), "inputs"),
    )


def parse_bus_event(document: Json) -> Event:
    """Read an event as it was on the bus: so it lies in the dead-letter queue."""
    event = _object(document, "the event")
    _only(event, frozenset({"id", "detail-type", "source", "time", "detail"}), BUS_ENVELOPE, "the event")
    if event["source"] != SOURCE:
        raise InvalidInputError(f"the event is from {event['source']!r}, not from {SOURCE}")
    detail = _object(event["detail"], "detail")
    return parse_event(
        {
            "id": event["id"],
            "type": event["detail-type"],
            "time": event["time"],
            "tenant": detail.get("tenant_id"),
            "detail": detail,
        }
    )


def detail_of(event: Event) -> JsonObject:
    """Write what an event says of its tenant, as the application puts it on the bus."""
    values = {
        "version": VERSION,
        "tenant_id": event.tenant,
        "tier": event.tier,
        "ring": str(event.ring),
        "region": event.region,
        "account_role": event.account_role,
        "inputs": event.inputs,
    }
    return {name: value for name, value in values.items() if value and name in POSSIBLE[event.type]}


def to_payload(event: Event) -> JsonObject:
    """Write an event as GitHub hands it on."""
    return {
        "id": event.id,
        "type": str(event.type),
        "time": event.time,
        "tenant": event.tenant,
        "detail": detail_of(event),
    }


def _object(value: Json, what: str) -> JsonObject:
    if not isinstance(value, dict):
        raise InvalidInputError(f"{what} is not an object")
    return value


def _only(document: JsonObject, needed: frozenset[str], possible: frozenset[str], what: str) -> None:
    if missing := sorted(needed - set(document)):
        raise InvalidInputError(f"{what} lacks {missing[0]!r}", advice=f"it needs {', '.join(sorted(needed))}")
    if unknown := sorted(set(document) - possible):
        raise InvalidInputError(
            f"{what} has an unknown field {unknown[0]!r}", advice=f"known are {', '.join(sorted(possible))}"
        )


def _type(value: Json) -> EventType:
    if value not in list(EventType):
        raise InvalidInputError(f"{value!r} is no type of event", advice=f"types: {', '.join(EventType)}")
    return EventType(value)


def _id(value: Json) -> EventId:
    if not isinstance(value, str) or not EVENT_ID.fullmatch(value):
        raise InvalidInputError(f"{value!r} is not the id of an event")
    return EventId(value)


def _ring(value: Any) -> Ring:
    if value not in list(Ring):
        raise InvalidInputError(f"{value!r} is no ring", advice=f"rings: {', '.join(Ring)}")
    return Ring(value)


def _text(document: JsonObject, name: str) -> str:
    value = document.get(name, "")
    if not isinstance(value, str):
        raise InvalidInputError(f"{name} is not a text")
    return value
