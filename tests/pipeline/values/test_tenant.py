from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from pipeline.errors import ConflictError
from pipeline.values.identifiers import Ring, TemplateVersion
from pipeline.values.tenant import BUSY, MOVES, Outcome, Status
from tests.pipeline.samples import AT, LEASE, OPERATION, TENANT, VERSION, applied

FORMER, NEXT = TemplateVersion("f0" * 32), TemplateVersion("e0" * 32)
ACTIVE = replace(TENANT, status=Status.ACTIVE, applied=applied(TENANT))


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
def test_a_tenant_moves_only_as_the_table_says(before: Status, after: Status) -> None:
    tenant = replace(TENANT, status=before)

    if after in MOVES[before]:
        assert tenant.moved_to(after) == replace(tenant, status=after)
    else:
        with pytest.raises(ConflictError, match=f"tenant acme is {before}: it cannot become {after}"):
            tenant.moved_to(after)


@pytest.mark.parametrize("status", sorted(BUSY))
def test_an_operation_that_died_can_be_taken_up_again(status: Status) -> None:
    assert status in MOVES[status]


def test_every_status_can_be_left_until_the_tenant_is_gone() -> None:
    reached = {Status.DELETED}
    while more := {status for status in Status if status not in reached and MOVES[status] & reached}:
        reached |= more

    assert reached == set(Status)


def test_only_a_deleted_tenant_starts_over() -> None:
    assert {status for status, moves in MOVES.items() if Status.REGISTERED in moves} == {Status.DELETED}


def test_a_tenant_that_is_as_it_was_applied_is_clean() -> None:
    assert not ACTIVE.is_dirty


@pytest.mark.parametrize(
    "change",
    [
        {"tier": "premium"},
        {"region": "us-east-1"},
        {"account_role": "arn:aws:iam::123456789012:role/deploy"},
        {"inputs": {"seats": 8}},
        {"inputs": {}},
        {"status": Status.FAILED},
        {"status": Status.UPDATING},
        {"applied": None},
    ],
)
def test_a_tenant_that_should_be_something_else_is_dirty(change: dict[str, Any]) -> None:
    assert replace(ACTIVE, **change).is_dirty


def test_a_ring_or_a_pin_makes_no_tenant_dirty() -> None:
    assert not replace(ACTIVE, ring=Ring.CANARY, pinned=VERSION, last_error="x").is_dirty


@pytest.mark.parametrize(("seconds", "live"), [(59, True), (60, False), (61, False)])
def test_a_lease_holds_until_it_expires(seconds: int, *, live: bool) -> None:
    lease = replace(LEASE, expires_at=AT + timedelta(seconds=60))

    assert lease.is_live(AT + timedelta(seconds=seconds)) is live


def test_what_was_applied_had_the_inputs_of_then() -> None:
    now = replace(ACTIVE, inputs={"seats": 9, "colour": "red"})

    assert now.as_applied == now, "an old row does not say it"
    assert replace(now, applied=applied(TENANT, inputs={"seats": 7})).as_applied.inputs == {"seats": 7}


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"version": VERSION}, FORMER),
        ({"version": VERSION, "outcome": Outcome.FAILED}, FORMER),
        ({"version": NEXT, "outcome": Outcome.FAILED}, VERSION),
        ({"version": NEXT, "outcome": Outcome.RUNNING}, VERSION),
        ({"version": NEXT, "outcome": Outcome.ROLLED_BACK}, VERSION),
        ({"version": None}, FORMER),
    ],
)
def test_the_last_good_version_is_not_one_that_failed(last: dict[str, Any], expected: TemplateVersion) -> None:
    assert replace(ACTIVE, previous=FORMER, operation=replace(OPERATION, **last)).last_good == expected


def test_a_version_that_was_begun_is_rolled_back_however_often_that_is_tried() -> None:
    back = replace(OPERATION, version=VERSION, outcome=Outcome.HELD)

    assert replace(ACTIVE, previous=FORMER, operation=back, begun=(NEXT,)).last_good == VERSION


def test_a_tenant_whose_creation_failed_has_no_good_version() -> None:
    assert replace(TENANT, operation=replace(OPERATION, version=NEXT, outcome=Outcome.FAILED)).last_good is None
