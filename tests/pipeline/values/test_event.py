from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import InvalidInputError
from pipeline.values.event import SOURCE, EventType, parse_bus_event, parse_event, to_payload
from pipeline.values.identifiers import Ring

DETAIL = {"version": 1, "tenant_id": "acme", "tier": "basic", "ring": "early", "inputs": {"seats": 3}}
PAYLOAD = {
    "id": "17793124-05d4-b198-2fde-7ededc63b103",
    "type": "tenant_created",
    "time": "2026-11-25T10:00:00Z",
    "tenant": "acme",
    "detail": DETAIL,
}


def test_an_event_is_read_and_written_again() -> None:
    event = parse_event(PAYLOAD)
    assert (event.type, event.tenant, event.tier, event.ring) == (EventType.CREATED, "acme", "basic", Ring.EARLY)
    assert event.inputs == {"seats": 3}
    assert to_payload(event) == PAYLOAD


def test_an_event_from_the_bus_is_the_same() -> None:
    on_the_bus = {
        "version": "0",
        "id": PAYLOAD["id"],
        "detail-type": "tenant_created",
        "source": SOURCE,
        "account": "123456789012",
        "time": PAYLOAD["time"],
        "region": "eu-central-1",
        "resources": [],
        "detail": DETAIL,
    }
    assert parse_bus_event(on_the_bus) == parse_event(PAYLOAD)
    with pytest.raises(InvalidInputError, match="not from"):
        parse_bus_event({**on_the_bus, "source": "somebody.else"})


def test_a_deleted_tenant_needs_no_tier() -> None:
    event = parse_event({**PAYLOAD, "type": "tenant_deleted", "detail": {"version": 1, "tenant_id": "acme"}})
    assert (event.type, event.tier) == (EventType.DELETED, "")


def with_detail(**changes: Any) -> dict[str, Any]:
    return {**PAYLOAD, "detail": {name: v for name, v in {**DETAIL, **changes}.items() if v is not None}}


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ("text", "the payload is not an object"),
        ({**PAYLOAD, "more": 1}, "unknown field 'more'"),
        ({name: value for name, value in PAYLOAD.items() if name != "id"}, "lacks 'id'"),
        ({**PAYLOAD, "type": "tenant_renamed"}, "no type of event"),
        ({**PAYLOAD, "id": "a b"}, "not the id of an event"),
        ({**PAYLOAD, "tenant": "other"}, "name different tenants"),
        ({**PAYLOAD, "detail": []}, "detail is not an object"),
        (with_detail(version=2), "version 2"),
        (with_detail(version=None), "lacks 'version'"),
        (with_detail(plan="gold"), "unknown field 'plan'"),
        (with_detail(tier=None), "lacks 'tier'"),
        (with_detail(tier="$(rm)"), "not a tier name"),
        (with_detail(ring="last"), "no ring"),
        (with_detail(inputs=[1]), "inputs is not an object"),
        (with_detail(region=5), "region is not a text"),
        (with_detail(region="mars"), "'mars' is not an AWS region"),
        (with_detail(account_role="xyz"), "'xyz' is not the ARN of a role"),
        ({**with_detail(tenant_id="--all"), "tenant": "--all"}, "not a tenant id"),
        (
            {**PAYLOAD, "type": "tenant_deleted", "detail": {**DETAIL}},
            "unknown field 'inputs'",
        ),
    ],
)
def test_what_is_no_event_is_refused_and_named(document: Any, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        parse_event(document)
