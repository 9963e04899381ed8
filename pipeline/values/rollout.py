"""A rollout as values: its budget, its waves and shards, and how tenants are packed into them."""

from __future__ import annotations

import heapq
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType

from pipeline.errors import InvalidInputError
from pipeline.values.identifiers import Ring, TemplateVersion, TenantId

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

RolloutId = NewType("RolloutId", str)
"""Names a rollout: the time it was started at and some of its version's digits."""

MOST_SHARDS: Final = 256  # jobs that a GitHub Actions matrix can have
# A shard is one item of DynamoDB, which holds 400 kB: ids have up to 32 characters.
MOST_TENANTS_PER_SHARD: Final = 5_000
BUDGET: Final = re.compile(r"(\d+)(%?)")
ROLLOUT_ID: Final = re.compile(r"\d{8}t\d{6}-[0-9a-f]{6,12}")
# What a tenant is taken to need where nothing is known of it.
DEFAULT_SECONDS: Final = 10.0


class RolloutStatus(StrEnum):
    """Where a rollout stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


class OnFailure(StrEnum):
    """What becomes of a tenant whose update fails."""

    KEEP = "keep"
    ROLLBACK = "rollback"


class Result(StrEnum):
    """What came of one tenant in a rollout."""

    RUNNING = "running"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    ROLLED_BACK = "rolled-back"
    HELD = "held"
    BUSY = "busy"
    INTERRUPTED = "interrupted"


# Results that a resume leaves alone.
FINAL: Final = frozenset({Result.CHANGED, Result.UNCHANGED})
# Results that count against the failure budget.
COUNTED: Final = frozenset({Result.FAILED, Result.ROLLED_BACK})


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many tenants of a wave may fail before the rollout stops."""

    amount: int
    is_percent: bool

    def allowed(self, tenants: int) -> int:
        """Give the number of failures that a wave of some tenants may have."""
        return math.floor(tenants * self.amount / 100) if self.is_percent else self.amount

    def __str__(self) -> str:
        return f"{self.amount}{'%' * self.is_percent}"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A tenant that a rollout takes, and why."""

    tenant_id: TenantId
    tier: str
    ring: Ring
    reason: str
    seconds: float = DEFAULT_SECONDS
    """How long its last operation took."""


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A tenant that a rollout does not take, and why not."""

    tenant_id: TenantId
    reason: str


@dataclass(frozen=True, kw_only=True)
class Wave:
    """The tenants of one ring, cut into shards."""

    number: int
    ring: Ring
    shards: tuple[tuple[TenantId, ...], ...]
    failures_allowed: int

    @property
    def tenants(self) -> int:
        """How many tenants it has."""
        return sum(len(shard) for shard in self.shards)


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """What a rollout was started with."""

    rollout_id: RolloutId
    version: TemplateVersion
    status: RolloutStatus
    budget: Budget
    on_failure: OnFailure
    tier: str | None = None
    ring: Ring | None = None
    """The part of the fleet that it is for; None = all of it."""
    allowed: tuple[str, ...] = ()
    """Addresses and types that the guard lets through."""
    deletions_allowed: int | None = None
    """Deletions and replacements over the whole rollout; None = no cap."""
    reviewed: bool = False
    owner: str
    run_url: str | None
    started_at: datetime
    ended_at: datetime | None = None
    waves: int
    tenants: int
    attempt: int = 1
    """The attempt of the CI run that works on it: a later one resumes what stopped."""
    round: int = 1
    """Counts how often it was let go on: each time with a fresh budget."""
    reason: str = ""
    """Why it stopped."""


@dataclass(frozen=True, kw_only=True)
class WaveProgress:
    """How far a wave is, as its runners count it together."""

    number: int
    ring: Ring
    tenants: int
    shards: int
    shards_done: int
    failures_allowed: int
    failed: int
    is_closed: bool
    """Whether the rollout was stopped or cancelled, so that no tenant of the wave is taken any more."""

    @property
    def is_spent(self) -> bool:
        """Tell whether more failed than may."""
        return self.failed > self.failures_allowed

    @property
    def is_through(self) -> bool:
        """Tell whether every shard was worked through."""
        return self.shards_done >= self.shards


@dataclass(frozen=True, kw_only=True)
class TenantResult:
    """What is recorded of one tenant in a rollout."""

    tenant_id: TenantId
    wave: int
    result: Result
    attempts: int
    runner: str
    started_at: datetime
    ended_at: datetime | None = None
    seconds: float = 0.0
    former: TemplateVersion | None = None
    """The version that it was on when the rollout first took it."""
    summary: str = ""
    failed_in: int = 0
    """The round in which it counts as a failure; 0 = in none."""


def parse_budget(text: str) -> Budget:
    """Read a failure budget: a count (`3`) or a share of each wave (`5%`)."""
    matched = BUDGET.fullmatch(text)
    if matched is None or (matched[2] and int(matched[1]) > 100):  # noqa: PLR2004 - per cent
        raise InvalidInputError(f"{text!r} is not a failure budget", advice="a count such as 3, or a share such as 5%")
    return Budget(amount=int(matched[1]), is_percent=bool(matched[2]))


def parse_rollout_id(text: str) -> RolloutId:
    """Check a rollout id that comes from outside."""
    if not ROLLOUT_ID.fullmatch(text):
        raise InvalidInputError(f"{text!r} is not a rollout id", advice="pipeline rollout list")
    return RolloutId(text)


def new_rollout_id(at: datetime, version: TemplateVersion) -> RolloutId:
    """Name a rollout so that names sort by time."""
    return RolloutId(f"{at:%Y%m%dt%H%M%S}-{version[:6]}")


def cut_waves(
    candidates: Sequence[Candidate], budget: Budget, *, seconds_per_shard: float, most_shards: int = MOST_SHARDS
) -> tuple[Wave, ...]:
    """Order tenants by ring and cut each ring into shards of about equal work."""
    rings = [(ring, [c for c in candidates if c.ring is ring]) for ring in Ring]
    return tuple(
        Wave(
            number=number,
            ring=ring,
            shards=pack(tenants, seconds_per_shard=seconds_per_shard, most_shards=most_shards),
            failures_allowed=budget.allowed(len(tenants)),
        )
        for number, (ring, tenants) in enumerate((pair for pair in rings if pair[1]), 1)
    )


def pack(
    candidates: Sequence[Candidate], *, seconds_per_shard: float, most_shards: int = MOST_SHARDS
) -> tuple[tuple[TenantId, ...], ...]:
    """Pack tenants into shards, longest first into the emptiest: the classic LPT rule, within 4/3 of the best."""
    if not candidates:
        return ()
    total = sum(c.seconds for c in candidates)
    wanted = max(math.ceil(total / seconds_per_shard), math.ceil(len(candidates) / MOST_TENANTS_PER_SHARD))
    count = max(1, min(most_shards, len(candidates), wanted))
    emptiest: list[tuple[float, int]] = [(0.0, number) for number in range(count)]
    shards: list[list[TenantId]] = [[] for _ in range(count)]
    for candidate in sorted(candidates, key=lambda c: (-c.seconds, c.tenant_id)):
        load, number = heapq.heappop(emptiest)
        shards[number].append(candidate.tenant_id)
        heapq.heappush(emptiest, (load + candidate.seconds, number))
    return tuple(tuple(shard) for shard in shards)
