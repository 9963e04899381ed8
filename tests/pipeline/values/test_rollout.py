from __future__ import annotations

import pytest

from pipeline.errors import InvalidInputError
from pipeline.values.identifiers import Ring, TenantId
from pipeline.values.rollout import (
    MOST_SHARDS,
    MOST_TENANTS_PER_SHARD,
    Budget,
    Candidate,
    cut_waves,
    pack,
    parse_budget,
    parse_rollout_id,
)


def candidate(name: str, seconds: float = 10, ring: Ring = Ring.GENERAL) -> Candidate:
    return Candidate(tenant_id=TenantId(name), tier="basic", ring=ring, reason="never applied", seconds=seconds)


@pytest.mark.parametrize(
    ("text", "tenants", "allowed"),
    [("0", 400, 0), ("3", 400, 3), ("5%", 400, 20), ("5%", 19, 0), ("5%", 39, 1), ("100%", 7, 7)],
)
def test_a_budget_is_a_count_or_a_share(text: str, tenants: int, allowed: int) -> None:
    budget = parse_budget(text)
    assert budget.allowed(tenants) == allowed
    assert str(budget) == text


@pytest.mark.parametrize("text", ["", "-1", "5 %", "101%", "1.5", "%", "a"])
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a failure budget"):
        parse_budget(text)


@pytest.mark.parametrize("text", ["", "20261125T103710-4215aa", "20261125t103710-4215aa/..", "latest"])
def test_what_is_no_rollout_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is not a rollout id"):
        parse_rollout_id(text)


def test_waves_follow_the_rings() -> None:
    tenants = [candidate("a"), candidate("b", ring=Ring.CANARY), candidate("c"), candidate("d", ring=Ring.CANARY)]

    waves = cut_waves(tenants, Budget(amount=50, is_percent=True), seconds_per_shard=100)

    assert [(wave.number, wave.ring, wave.shards, wave.failures_allowed) for wave in waves] == [
        (1, Ring.CANARY, (("b", "d"),), 1),
        (2, Ring.GENERAL, (("a", "c"),), 1),
    ]


def test_shards_get_about_the_same_work_longest_first() -> None:
    shards = pack([candidate(f"t{s}", s) for s in (50, 40, 30, 20, 10)], seconds_per_shard=75)

    assert shards == (("t50", "t20", "t10"), ("t40", "t30"))


def test_there_are_never_more_shards_than_jobs_and_never_larger_ones_than_an_item_holds() -> None:
    many = [candidate(f"t-{number:06}", 60) for number in range(100_000)]
    shards = pack(many, seconds_per_shard=1)
    assert len(shards) == MOST_SHARDS
    assert max(map(len, shards)) == 391

    on_a_laptop = pack(many[:20_000], seconds_per_shard=1e9)
    assert max(map(len, on_a_laptop)) <= MOST_TENANTS_PER_SHARD


def test_nobody_is_lost_between_the_shards() -> None:
    tenants = [candidate(f"t{number}", number % 7 + 1) for number in range(100)]
    shards = pack(tenants, seconds_per_shard=20, most_shards=9)
    assert sorted(name for shard in shards for name in shard) == sorted(t.tenant_id for t in tenants)
